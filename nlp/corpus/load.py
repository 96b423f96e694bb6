"""The way back: a result file as a ClassifiedTable."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.corpus.columns import Columns, resolve
from nlp.corpus.dates import parse_time, turn_moment
from nlp.corpus.results import OURS, SCOPE_COLUMN, SCOPES_KO, UNSURE_COLUMN, Incoming, Layout, incoming_of
from nlp.corpus.writers import METADATA_KEY
from nlp.errors import FileFormatError
from nlp.taxonomy import Group, Taxonomy

_ARRAYS = ("text", "customer_id", "time", "channel", "branch", "product")


def is_classified(path: Path) -> bool:
    """Whether a file is a Parquet file of predictions that Dangol wrote."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return False
        return METADATA_KEY in (pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def job_of(path: Path) -> str | None:
    """What a Parquet file of predictions keeps of what it was made of; None where it keeps nothing."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return None
    found: str | None = json.loads(metadata.get(METADATA_KEY, b"{}")).get("job")
    return found


def load_classified(path: str | Path, taxonomy: Taxonomy, *, columns: Columns | None = None) -> ClassifiedTable:
    """Read a result file in Parquet or JSON Lines back into arrays.

    Parquet says which column plays which role; for JSON Lines the roles are recognised by name, unless
    ``columns`` names them. Raises FileFormatError when the file is no result of this taxonomy.
    """
    path = Path(path)
    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    table = pq.read_table(path) if parquet else _json_table(path, taxonomy)
    names = table.column_names
    if parquet:
        meta = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
    else:
        meta = _layout_of(path, names, taxonomy, columns or Columns(), table).metadata()
    groups, scores = meta.get("groups", {}), meta.get("probabilities", {})
    if list(groups) != [group.id for group in taxonomy] or list(scores) != list(taxonomy.labels):
        raise _foreign(path)
    scope: str | None = meta.get("scope")  # files of earlier versions have none
    ours = {meta["id"], meta["place"], meta["abstained"], scope, *groups.values(), *scores.values()}
    roles: Mapping[str, str] = meta["roles"]
    count = table.num_rows

    def texts(name: str | None) -> NDArray[np.object_]:
        if name is None:
            return np.full(count, None, dtype=object)
        cells = np.empty(count, dtype=object)
        cells[:] = [value or None for value in table[name].to_pylist()]
        return cells

    def names_of(role: str) -> NDArray[np.object_]:
        """Blanks around a name make no other customer and no other branch of it."""
        cells = texts(roles.get(role))
        cells[:] = [(cell.strip() or None) if isinstance(cell, str) else cell for cell in cells]
        return cells

    decided = np.zeros((count, len(taxonomy.labels)), dtype=np.bool_)
    for group in taxonomy:
        decided[:, taxonomy.columns(group.id)] = _decided(group, table[groups[group.id]].to_pylist(), path)
    korean = {group.ko: at for at, group in enumerate(taxonomy)}
    abstained = np.zeros((count, len(taxonomy.groups)), dtype=np.bool_)
    for row, held in enumerate(table[meta["abstained"]].to_pylist()):
        for name in held:
            abstained[row, korean[name]] = True
    clock, read = roles.get("time"), parse_time
    if clock is None:
        clock, read = roles.get("turn_time"), turn_moment
    moments = [read(value) if value else None for value in texts(clock)]
    played = {name for role, name in roles.items() if role in _ARRAYS}
    return ClassifiedTable(
        taxonomy=taxonomy,
        ids=texts(meta["id"]),
        texts=texts(roles["text"]),
        probabilities=np.column_stack([table[scores[label]].to_numpy() for label in taxonomy.labels]).astype(
            np.float32
        ),
        decided=decided,
        abstained=abstained,
        times=np.array(moments, dtype="datetime64[s]"),
        customer_ids=names_of("customer_id"),
        channels=names_of("channel"),
        branches=names_of("branch"),
        products=names_of("product"),
        fields={name: texts(name) for name in names if name not in ours and name not in played},
        scopes=None if scope is None else _scopes(table[scope].to_pylist(), path),
    )


def _scopes(values: Sequence[Any], path: Path) -> NDArray[np.object_]:
    named = {ko: name for name, ko in SCOPES_KO.items()}
    found = np.empty(len(values), dtype=object)
    try:
        found[:] = [named[value] for value in values]
    except KeyError as error:
        raise FileFormatError(
            "{path}: {error} says not what a text is; the column '글 구분' knows {known}",
            path=path,
            error=error,
            known=", ".join(named),
        ) from error
    return found


def _decided(group: Group, values: Sequence[Any], path: Path) -> NDArray[np.bool_]:
    position = {label.ko: at for at, label in enumerate(group.labels)}
    found = np.zeros((len(values), len(group.labels)), dtype=np.bool_)
    try:
        for row, value in enumerate(values):
            for name in [value] if isinstance(value, str) else value:
                found[row, position[name]] = True
    except KeyError as error:
        raise FileFormatError(
            "{path}: {error} is no label of {group!r} here; name the taxonomy it was made with (--taxonomy FILE, or "
            "--model FOLDER for 'dangol analyze')",
            path=path,
            error=error,
            group=group.ko,
        ) from error
    return found


def _foreign(path: Path) -> FileFormatError:
    return FileFormatError(
        "{path}: this is no result file of the given taxonomy; name the one it was made with (--taxonomy FILE, or "
        "--model FOLDER for 'dangol analyze'), or classify the source again",
        path=path,
    )


def _json_table(path: Path, taxonomy: Taxonomy) -> pa.Table:
    lists = {UNSURE_COLUMN, *(group.ko for group in taxonomy if group.kind == "any-of")}
    try:
        with path.open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.strip()]
        names = list(rows[0]) if rows else Layout.over(taxonomy, []).names
        arrays = []
        for name in names:
            values = [row[name] for row in rows]
            # A file in which no document has a label holds empty lists only, whose type Arrow cannot know.
            empty_lists = name.removesuffix(" (단골)") in lists and all(value == [] for value in values)
            arrays.append(pa.array(values, pa.list_(pa.string())) if empty_lists else pa.array(values))
        return pa.table(arrays, names=names)
    except (ValueError, KeyError, TypeError, pa.ArrowInvalid) as error:
        raise FileFormatError(
            "{path}: this is no result file in Parquet or JSON Lines ({error}); give the predictions.parquet of "
            "'dangol analyze', or classify the file first",
            path=path,
            error=error,
        ) from error


def _layout_of(path: Path, names: Sequence[str], taxonomy: Taxonomy, columns: Columns, table: pa.Table) -> Layout:
    """The layout of a file without metadata: our columns stand in fixed places around those that came in."""
    foreign = _foreign(path)
    tail = len(taxonomy.groups) + 1 + len(taxonomy.labels)
    scoped = len(names) > tail and names[-tail - 1].removesuffix(OURS) == SCOPE_COLUMN
    tail += scoped
    if len(names) < 3 + tail:
        raise foreign
    came_in = list(names[2:-tail])
    head = table.slice(0, 200)
    sample = [[str(value or "") for value in row] for row in zip(*(head[n].to_pylist() for n in came_in), strict=True)]
    roles = resolve(came_in, columns, sample, place=str(path))
    named = {role: came_in[at] for role, at in roles.index.items()}
    incoming: list[Incoming] = incoming_of(came_in, named, came_in[roles.text], by_turns=False)
    layout = Layout.over(taxonomy, incoming, scoped=scoped)
    if layout.names != list(names):
        raise foreign
    return layout

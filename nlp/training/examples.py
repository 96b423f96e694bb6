"""Labelled rows, read and checked whole before anything is trained on them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.corpus.columns import Columns
from nlp.corpus.formats import format_named, open_tables
from nlp.corpus.tables import SPREADSHEETS
from nlp.errors import ColumnError, InputError, LabelledDataError, Message, TaxonomyError
from nlp.taxonomy import Taxonomy
from nlp.text.normalize import normalize
from nlp.text.prepare import PreparedText, prepare
from nlp.training.labelled_tables import METADATA, Row, labelled_rows

ORIGIN = ("domain", "channel", "source")
"""The metadata that says where a text comes from; an evaluation tells them apart."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text with agreed labels; ``target`` is ``(n_labels,)``: 1, 0, or NaN where the group is not labelled.

    ``known`` holds what the row says of the text's source, domain and channel.
    """

    id: str
    text: str
    target: NDArray[np.float32]
    place: str
    evidence: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)

    def prepared(self) -> PreparedText:
        """The text as the model reads it, personal data masked."""
        return prepare(self.text)


def read_examples(
    paths: Sequence[str | Path],
    taxonomy: Taxonomy,
    *,
    text_column: str | None = None,
    chosen: bool = False,
    say: Callable[[str], None] | None = None,
) -> list[Example]:
    """Read labelled JSON Lines, CSV files (any encoding and delimiter) or workbooks.

    JSON Lines hold ``text`` and ``labels`` (by group); tables one column per group, named by id or Korean
    name, any-of cells separated by commas or semicolons, labels by id or Korean name. A group without a
    column or with an empty one-of cell is not labelled. Of a workbook all sheets with such columns are read.
    The column of the text is found as in exports, unless ``text_column`` names it; ``say`` is told of each table
    which columns are read. Where rows may have been ``chosen`` for a label, samples for an audit are read too.
    Rows without any cell are passed over.

    Raises LabelledDataError that lists every unusable row of every file as ``file:line: reason``.
    """
    problems: list[Message] = []
    examples: list[Example] = []
    for path in map(Path, paths):
        try:
            for place, row in _rows(path, taxonomy, Columns(text=text_column), say or (lambda _: None), chosen):
                try:
                    if isinstance(row, InputError):
                        raise row
                    examples.append(_example(row, taxonomy, place=place))
                except (InputError, TaxonomyError) as error:
                    problems.append(Message("{place}: {error}", place=place, error=error))
        except InputError as error:
            problems.append(error.message)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Message("{path}: {error}", path=path, error=error))
    if problems:
        raise LabelledDataError(tuple(problems))
    if not examples:
        raise LabelledDataError((Message("{paths}: no labelled row found", paths=", ".join(map(str, paths))),))
    return examples


def translated(examples: Sequence[Example], given: Taxonomy, wanted: Taxonomy) -> tuple[list[Example], tuple[str, ...]]:
    """Rows labelled by one taxonomy with targets of another, and the groups and labels that the other one lacks.

    What it lacks is left out; a one-of group whose label it lacks is not labelled. A label that only ``wanted`` has
    counts as not there in a group that is labelled, for no row can have it.
    """
    shared = [group for group in wanted if group.id in given]
    lacking = [group.id for group in given if group.id not in wanted]
    lacking += [label for label in given.labels if label.partition(":")[0] in wanted and label not in wanted.labels]
    moved = []
    for example in examples:
        target = np.full(len(wanted.labels), np.nan, dtype=np.float32)
        for group in shared:
            found = dict(zip(given.group(group.id).ids, example.target[given.columns(group.id)].tolist(), strict=True))
            values = [found.get(label, 0.0) for label in group.ids]
            if not any(map(np.isnan, found.values())) and (group.kind == "any-of" or sum(values) == 1):
                target[wanted.columns(group.id)] = values
        moved.append(replace(example, target=target))
    return moved, tuple(lacking)


def read_lines(paths: Sequence[Path]) -> Iterator[str]:
    """Texts, one a line, from plain or gzip files."""
    for path in paths:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8") as packed:
                yield from (line.strip() for line in packed)
        else:
            with path.open(encoding="utf-8") as plain:
                yield from (line.strip() for line in plain)


def _example(row: Mapping[str, Any], taxonomy: Taxonomy, *, place: str) -> Example:
    unknown = set(row) - {"text", "labels", *METADATA}
    if unknown:
        allowed = ", ".join(("text", "labels", *METADATA))
        raise InputError(
            "unknown key {unknown}; allowed: {allowed}",
            unknown=", ".join(sorted(map(repr, unknown))),
            allowed=allowed,
        )
    text, labels = row.get("text"), row.get("labels")
    if not isinstance(text, str) or not normalize(text).text.strip():
        raise InputError("the text is empty; delete the row or fill in its text")
    if not isinstance(labels, Mapping) or not labels:
        raise InputError('\'labels\' is missing; give an object such as {"cause": ["price"]}')
    return Example(
        id=str(row.get("id") or place),
        text=text,
        target=taxonomy.encode(labels),
        place=place,
        evidence=row.get("evidence") or {},
        known={name: str(row[name]) for name in ORIGIN if row.get(name)},
    )


def _rows(
    path: Path, taxonomy: Taxonomy, columns: Columns, say: Callable[[str], None], chosen: bool
) -> Iterator[tuple[str, Row]]:
    """Places and rows as in JSON Lines, whatever the format; the errors of columns and files name the path."""
    if format_named(path) == "JSONL":
        return _jsonl(path)
    tables = open_tables(path)
    if tables[0].format == "JSONL":
        return _jsonl(path)
    if tables[0].format not in ("CSV", *SPREADSHEETS):
        raise InputError("{path}: labelled rows are read from CSV, Excel or JSON Lines; save it as one", path=path)
    found: list[tuple[str, Iterator[tuple[int, Row]]]] = []
    failures: dict[str, ColumnError] = {}
    for table in tables:
        sheet = ", ".join(table.sheets)
        place = f"{path}[{sheet}]" if len(tables) > 1 else str(path)
        try:
            found.append((place, labelled_rows(place, table, taxonomy, columns, say, chosen=chosen)))
        except ColumnError as error:
            if len(tables) == 1 or table.sampled:
                failures[sheet] = error
    if not found:
        raise next(iter(failures.values()))
    if failures:
        names = ", ".join(failures)
        say(Message("{path}: sheets without labelled rows were not read: {names}", path=path, names=names))
    return ((f"{place}:{line}", row) for place, rows in found for line, row in rows)


def _jsonl(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield (
                    f"{path}:{number}",
                    InputError("not valid JSON ({error}); every line must be one object", error=error),
                )
                continue
            yield f"{path}:{number}", row if isinstance(row, dict) else InputError("not a JSON object")

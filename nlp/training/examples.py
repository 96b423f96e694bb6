"""Labelled rows, read and checked whole before anything is trained on them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.corpus.columns import Columns, find_header, recognised
from nlp.corpus.formats import format_named, open_tables
from nlp.corpus.tables import Table, unique_names
from nlp.errors import ColumnError, InputError, LabelledDataError, Message, TaxonomyError
from nlp.taxonomy import Group, Taxonomy
from nlp.text.normalize import normalize
from nlp.text.prepare import PreparedText, prepare
from nlp.wom.audit import INCLUSION, STRATUM

METADATA = ("id", "source", "domain", "channel", "evidence", "annotators")
"""Columns that a labelled file may carry beside its text and labels."""

ORIGIN = ("domain", "channel", "source")
"""Those of them that say where a text comes from; an evaluation tells them apart."""

_UNSURE_COLUMN = "판단 보류"
"""Every file that Dangol classified has this column beside a probability for each label."""

_HEADER_WITHIN = 20

_Row: TypeAlias = Mapping[str, Any] | InputError
"""A row as JSON Lines hold it, or why it cannot be used."""


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


def read_examples(paths: Sequence[Path], taxonomy: Taxonomy) -> list[Example]:
    """Read labelled JSON Lines, CSV files (any encoding and delimiter) or workbooks.

    JSON Lines hold ``text`` and ``labels`` (by group); tables one column per group, named by id or Korean
    name, any-of cells separated by commas or semicolons, labels by id or Korean name. A group without a
    column or with an empty one-of cell is not labelled. Of a workbook the first sheet with such columns is read.

    Raises LabelledDataError that lists every unusable row of every file as ``file:line: reason``.
    """
    problems: list[Message] = []
    examples: list[Example] = []
    for path in paths:
        try:
            for line, row in _rows(path, taxonomy):
                try:
                    if isinstance(row, InputError):
                        raise row
                    examples.append(_example(row, taxonomy, place=f"{path}:{line}"))
                except (InputError, TaxonomyError) as error:
                    problems.append(Message("{path}:{line}: {error}", path=path, line=line, error=error))
        except InputError as error:
            problems.append(error.message)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Message("{path}: {error}", path=path, error=error))
    if problems:
        raise LabelledDataError(tuple(problems))
    if not examples:
        raise LabelledDataError((Message("{paths}: no labelled row found", paths=", ".join(map(str, paths))),))
    return examples


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


def _rows(path: Path, taxonomy: Taxonomy) -> Iterator[tuple[int, _Row]]:
    """Lines and rows as in JSON Lines, whatever the format; the errors of columns and files name the path."""
    if format_named(path) == "JSONL":
        return _jsonl(path)
    tables = open_tables(path)
    if tables[0].format == "JSONL":
        return _jsonl(path)
    if tables[0].format not in ("CSV", "XLSX"):
        raise InputError("{path}: labelled rows are read from CSV, Excel or JSON Lines; save it as one", path=path)
    failures: list[ColumnError] = []
    for table in tables:
        try:
            return _table(path, table, taxonomy)
        except ColumnError as error:
            failures.append(error)
    raise failures[0]


def _jsonl(path: Path) -> Iterator[tuple[int, _Row]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, InputError("not valid JSON ({error}); every line must be one object", error=error)
                continue
            yield number, row if isinstance(row, dict) else InputError("not a JSON object")


def _table(path: Path, table: Table, taxonomy: Taxonomy) -> Iterator[tuple[int, _Row]]:
    """Rows of a CSV file or of a sheet; raises ColumnError at once when its columns are not those of labelled rows."""
    head = [row for row in islice(table.rows(), _HEADER_WITHIN) if not row.problem]
    at, header = find_header([row.cells for row in head], Columns()) if head else (0, [])
    while header and not header[-1].strip():
        header.pop()
    columns = unique_names(header)
    places = {"".join(name.split()): place for place, name in enumerate(columns)}
    groups = {
        places[bare]: group
        for group in taxonomy
        for name in (group.id, group.ko)
        if (bare := "".join(name.split())) in places
    }
    roles = recognised(columns)
    text = roles.get("text", roles.get("utterance"))
    scores = {f"{group.ko}:{label.ko}" for group in taxonomy for label in group.labels}
    # A classified file that a person corrected is taken as it is: the columns of the export are still in it.
    classified = _UNSURE_COLUMN in columns and not scores.isdisjoint(columns)
    # Nested in JSON Lines, these two say nothing in a cell.
    meta = {
        name: columns.index(name) for name in METADATA if name in columns and name not in ("evidence", "annotators")
    }
    unknown = [
        name
        for place, name in enumerate(columns)
        if place != text and place not in groups and name not in (*METADATA, *scores)
    ]
    if {STRATUM, INCLUSION} <= set(columns):
        raise ColumnError(
            "{path}: this is a sample of 'dangol audit-sample', with more of some causes than there are; give it to "
            "'dangol analyze --audited', which weighs its rows",
            path=path,
        )
    if text is None:
        raise ColumnError("{path}: no text column; name the column with the text 'text' or '본문'", path=path)
    if not groups:
        raise ColumnError(
            "{path}: no label column; name columns after groups: {groups}",
            path=path,
            groups=", ".join(group.id for group in taxonomy),
        )
    if unknown and not classified:
        raise ColumnError(
            "{path}: unknown column {unknown}; allowed: {allowed} and the groups {groups}; delete or rename it",
            path=path,
            unknown=", ".join(map(repr, unknown)),
            allowed=", ".join((columns[text], *METADATA)),
            groups=", ".join(group.id for group in taxonomy),
        )
    return _labelled(table, head[at].line, len(columns), text, groups, meta)


def _labelled(
    table: Table, header: int, width: int, text: int, groups: Mapping[int, Group], meta: Mapping[str, int]
) -> Iterator[tuple[int, _Row]]:
    for line, cells, problem, _ in table.rows():
        if line <= header:
            continue
        # Excel leaves out empty cells at a row's end; spreadsheets saved as CSV add some.
        if table.format == "XLSX":
            cells = cells + [""] * (width - len(cells))
        if problem:
            yield line, InputError("the row cannot be read ({problem}); correct it", problem=problem)
        elif len(cells) < width or any(map(str.strip, cells[width:])):
            yield (
                line,
                InputError(
                    "the row has {cells} cells, the header {columns}; put a cell that holds commas in quotation marks",
                    cells=len(cells),
                    columns=width,
                ),
            )
        else:
            labels = {group.id: _cell(cells[place], group) for place, group in groups.items()}
            known = {name: cells[place] for name, place in meta.items()}
            yield line, {"text": cells[text], "labels": labels, **known}


def _cell(value: str, group: Group) -> str | list[str] | None:
    named = {label.ko: label.id for label in group.labels}
    parts = [part.strip() for part in value.replace(";", ",").split(",") if part.strip()]
    chosen = [named.get(part, part) for part in parts]
    if group.kind == "any-of":
        return [label for label in chosen if label not in (group.empty_ko, group.empty_en)]
    return chosen[0] if len(chosen) == 1 else (chosen or None)

"""Labelled rows, read and checked whole before anything is trained on them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.corpus.columns import Columns, find_header, resolve
from nlp.corpus.formats import format_named, open_tables
from nlp.corpus.results import OURS, SCOPE_COLUMN
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
_SAMPLE = 200

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


def read_examples(
    paths: Sequence[Path],
    taxonomy: Taxonomy,
    *,
    text_column: str | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Example]:
    """Read labelled JSON Lines, CSV files (any encoding and delimiter) or workbooks.

    JSON Lines hold ``text`` and ``labels`` (by group); tables one column per group, named by id or Korean
    name, any-of cells separated by commas or semicolons, labels by id or Korean name. A group without a
    column or with an empty one-of cell is not labelled. Of a workbook the first sheet with such columns is read.
    The column of the text is found as in exports, unless ``text_column`` names it; ``say`` is told of each table
    which columns are read. Rows without any cell are passed over.

    Raises LabelledDataError that lists every unusable row of every file as ``file:line: reason``.
    """
    problems: list[Message] = []
    examples: list[Example] = []
    for path in paths:
        try:
            for line, row in _rows(path, taxonomy, Columns(text=text_column), say or (lambda _: None)):
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


def translated(examples: Sequence[Example], given: Taxonomy, wanted: Taxonomy) -> tuple[list[Example], tuple[str, ...]]:
    """Rows labelled by one taxonomy with targets of another, and the groups and labels that the other one lacks.

    What it lacks is left out; a one-of group whose label it lacks is not labelled. A label that only ``wanted`` has
    counts as not there in a group that is labelled.
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


def _rows(path: Path, taxonomy: Taxonomy, columns: Columns, say: Callable[[str], None]) -> Iterator[tuple[int, _Row]]:
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
            return _table(path, table, taxonomy, columns, say)
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


def _table(
    path: Path, table: Table, taxonomy: Taxonomy, columns: Columns, say: Callable[[str], None]
) -> Iterator[tuple[int, _Row]]:
    """Rows of a CSV file or of a sheet; raises ColumnError at once when its columns are not those of labelled rows."""
    head = [row for row in islice(table.rows(), _SAMPLE) if not row.problem]
    at, header = find_header([row.cells for row in head[:_HEADER_WITHIN]], columns) if head else (0, [])
    while header and not header[-1].strip():
        header.pop()
    names = unique_names(header)
    if {STRATUM, INCLUSION} <= set(names):
        raise ColumnError(
            "{path}: this is a sample of 'dangol audit-sample', with more of some causes than there are; give it to "
            "'dangol analyze --audited', which weighs its rows",
            path=path,
        )
    # Nested in JSON Lines, evidence and annotators say nothing in a cell.
    meta = {name: names.index(name) for name in METADATA if name in names and name not in ("evidence", "annotators")}
    written = _written(path, names, taxonomy)
    if written is not None:
        groups, ours = written
        # What came in stands between the place and what was found; columns that a person added stand elsewhere.
        first = max((place for place in ours if _bare(names[place]) == "위치"), default=-1)
        last = min((place for place in ours if place > first), default=len(names))
        free = [place for place in range(first + 1, last) if place not in ours]
    else:
        groups, ours = _named(path, names, taxonomy), frozenset()
        free = [place for place, name in enumerate(names) if place not in groups and name not in METADATA]
    if columns.text is not None:
        free = list(range(len(names)))
    sample = [[row.cells[place] if place < len(row.cells) else "" for place in free] for row in head[at + 1 :]]
    text = free[resolve([names[place] for place in free], columns, sample, place=str(path)).text]
    if not groups:
        raise ColumnError(
            "{path}: no label column; name columns after groups: {groups}",
            path=path,
            groups=", ".join(group.id for group in taxonomy),
        )
    read = {text, *groups, *meta.values(), *ours}
    unknown = [name for place, name in enumerate(names) if place not in read and name not in METADATA]
    if unknown and written is None:
        raise ColumnError(
            "{path}: unknown column {unknown}; allowed: {allowed} and the groups {groups}; delete or rename it",
            path=path,
            unknown=", ".join(map(repr, unknown)),
            allowed=", ".join((names[text], *METADATA)),
            groups=", ".join(group.id for group in taxonomy),
        )
    labels = ", ".join(repr(names[place]) for place in groups)
    if unknown:
        say(
            Message(
                "{path}: the text is read from column {text!r}, labels from {labels}; not read: {unknown}",
                path=path,
                text=names[text],
                labels=labels,
                unknown=", ".join(map(repr, unknown)),
            )
        )
    else:
        say(
            Message(
                "{path}: the text is read from column {text!r}, labels from {labels}",
                path=path,
                text=names[text],
                labels=labels,
            )
        )
    return _labelled(table, head[at].line, len(names), text, groups, meta)


def _bare(name: str) -> str:
    """A column name without blanks, and without what one of ours gets where a column of its name came in."""
    bare, ending = "".join(name.split()), OURS.strip()
    while bare.endswith(ending):
        bare = bare.removesuffix(ending)
    return bare


def _named(path: Path, names: Sequence[str], taxonomy: Taxonomy) -> dict[int, Group]:
    """The label columns of a table that a person made, named by a group's id or Korean name."""
    found: dict[int, Group] = {}
    for group in taxonomy:
        wanted = {"".join(name.split()) for name in (group.id, group.ko)}
        places = [place for place, name in enumerate(names) if "".join(name.split()) in wanted]
        if len(places) > 1:
            raise ColumnError(
                "{path}: the columns {columns} are both of the group {group!r}; keep one",
                path=path,
                columns=", ".join(repr(names[place]) for place in places),
                group=group.id,
            )
        found |= dict.fromkeys(places, group)
    return found


def _written(path: Path, names: Sequence[str], taxonomy: Taxonomy) -> tuple[dict[int, Group], frozenset[int]] | None:
    """The label columns of a file that Dangol classified and a person corrected, and all columns of ours; or None.

    Where a column of the same name came in, ours is the one with the longer name. Raises ColumnError for a group
    that has probabilities, but whose labels are gone.
    """
    place_of = {_bare(names[place]): place for place in sorted(range(len(names)), key=lambda place: len(names[place]))}
    scores = {group.id: {_bare(f"{group.ko}:{label.ko}") for label in group.labels} for group in taxonomy}
    scored = [group for group in taxonomy if not scores[group.id].isdisjoint(place_of)]
    if not scored or _bare(_UNSURE_COLUMN) not in place_of:
        return None
    lost = [group.ko for group in scored if _bare(group.ko) not in place_of]
    if lost:
        raise ColumnError(
            "{path}: the file was classified, and there are probabilities, but no label column, of {groups}; write the "
            "column's name as it was, or delete the probabilities as well if its labels shall not count",
            path=path,
            groups=", ".join(map(repr, lost)),
        )
    groups = {place_of[_bare(group.ko)]: group for group in taxonomy if _bare(group.ko) in place_of}
    others = {"문서ID", "위치", _bare(SCOPE_COLUMN), _bare(_UNSURE_COLUMN)}.union(*scores.values())
    return groups, frozenset(groups) | {place_of[name] for name in others & place_of.keys()}


def _labelled(
    table: Table, header: int, width: int, text: int, groups: Mapping[int, Group], meta: Mapping[str, int]
) -> Iterator[tuple[int, _Row]]:
    for line, cells, problem, _ in table.rows():
        if line <= header:
            continue
        if not problem and not any(map(str.strip, cells)):
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

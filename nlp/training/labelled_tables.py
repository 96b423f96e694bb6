"""Tables of labelled rows: which column holds the text, which the labels, and what stands in the cells.

A table is one that a person made, with columns named after groups, a file that Dangol classified and a person
corrected, with all its columns, or a sample that was drawn for an audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from nlp.corpus.columns import Columns, header_of, resolve
from nlp.corpus.formats import SAMPLE
from nlp.corpus.results import ID_COLUMN, PLACE_COLUMN, SCOPE_COLUMN, UNSURE_COLUMN, bare
from nlp.corpus.tables import SPREADSHEETS, SheetsTable, Table, blank_name, first_rows
from nlp.errors import ColumnError, InputError, Message
from nlp.taxonomy import Group, Taxonomy
from nlp.wom.audit import DOCUMENT, INCLUSION, STRATUM, TEXT

METADATA = ("id", "source", "domain", "channel", "evidence", "annotators")
"""Columns that a labelled file may carry beside its text and labels."""

Row: TypeAlias = Mapping[str, Any] | InputError
"""A row as JSON Lines hold it, or why it cannot be used."""


def labelled_rows(
    place: str,
    table: Table,
    taxonomy: Taxonomy,
    columns: Columns,
    say: Callable[[str], None],
    *,
    chosen: bool = False,
) -> Iterator[tuple[int, Row]]:
    """Lines and rows of a CSV file or a sheet, called ``place`` in messages.

    Samples for an audit are read only where rows may have been ``chosen`` for a label. Raises ColumnError at once when
    the columns are not those of labelled rows.
    """
    head = [row for row in first_rows(table, SAMPLE) if not row.problem]
    at, names = header_of([row.cells for row in head], columns) if head else (0, [])
    audited = {STRATUM, INCLUSION} <= set(names)
    if audited and not chosen:
        raise ColumnError(
            "{path}: this is a sample of 'dangol audit-sample', with more of some causes than there are; give it to "
            "'dangol analyze --audited', which weighs its rows, or to 'dangol train --also', which learns from them",
            path=place,
        )
    if audited and columns.text is None and TEXT in names:
        columns = Columns(text=TEXT)
    # Nested in JSON Lines, evidence and annotators say nothing in a cell.
    meta = {name: names.index(name) for name in METADATA if name in names and name not in ("evidence", "annotators")}
    written = _written(place, names, taxonomy)
    if written is not None:
        groups, ours = written
        # What came in stands between the place and what was found; columns that a person added stand elsewhere.
        first = max((place for place in ours if bare(names[place]) == PLACE_COLUMN), default=-1)
        last = min((place for place in ours if place > first), default=len(names))
        free = [place for place in range(first + 1, last) if place not in ours]
    else:
        of_audit = (DOCUMENT, STRATUM, INCLUSION) if audited else ()
        groups, ours = _named(place, names, taxonomy), frozenset(map(names.index, {*of_audit} & {*names}))
        free = [place for place, name in enumerate(names) if place not in groups and name not in METADATA]
    if columns.text is not None:
        free = list(range(len(names)))
    sample = [[row.cells[place] if place < len(row.cells) else "" for place in free] for row in head[at + 1 :]]
    text = free[resolve([names[place] for place in free], columns, sample, place=place).text]
    if not groups:
        raise ColumnError(
            "{path}: no label column; name columns after groups: {groups}; or give the taxonomy that has the groups of "
            "your columns (--taxonomy of train and evaluate)",
            path=place,
            groups=", ".join(f"{group.id} ({group.ko})" for group in taxonomy),
        )
    read = {text, *groups, *meta.values(), *ours}
    unknown = [name for place, name in enumerate(names) if place not in read and name not in METADATA]
    # A column without a name, such as the row numbers that data frames write, can be no group with a typing error.
    named = [name for name in unknown if name != blank_name(names.index(name) + 1)]
    if named and written is None and not audited:
        raise ColumnError(
            "{path}: unknown column {unknown}; allowed: {allowed} and the groups {groups}; delete or rename it, or "
            "give the taxonomy that has such a group (--taxonomy of train and evaluate)",
            path=place,
            unknown=", ".join(map(repr, named)),
            allowed=", ".join((names[text], *METADATA)),
            groups=", ".join(f"{group.id} ({group.ko})" for group in taxonomy),
        )
    labels = ", ".join(repr(names[place]) for place in groups)
    if written is not None:
        say(
            Message(
                "{path}: the file was classified, so labels that nobody has looked at agree with the model that gave "
                "them; keep the rows alone that a person has checked",
                path=place,
            )
        )
    if unknown:
        say(
            Message(
                "{path}: the text is read from column {text!r}, labels from {labels}; not read: {unknown}",
                path=place,
                text=names[text],
                labels=labels,
                unknown=", ".join(map(repr, unknown)),
            )
        )
    else:
        say(
            Message(
                "{path}: the text is read from column {text!r}, labels from {labels}",
                path=place,
                text=names[text],
                labels=labels,
            )
        )
    return _labelled(table, head[at].line, len(names), text, groups, meta, audited=audited)


def _named(place: str, names: Sequence[str], taxonomy: Taxonomy) -> dict[int, Group]:
    """The label columns of a table that a person made, named by a group's id or Korean name."""
    found: dict[int, Group] = {}
    for group in taxonomy:
        wanted = {"".join(name.split()) for name in (group.id, group.ko)}
        places = [place for place, name in enumerate(names) if "".join(name.split()) in wanted]
        if len(places) > 1:
            raise ColumnError(
                "{path}: the columns {columns} are both of the group {group!r}; keep one",
                path=place,
                columns=", ".join(repr(names[place]) for place in places),
                group=group.id,
            )
        found |= dict.fromkeys(places, group)
    return found


def _written(place: str, names: Sequence[str], taxonomy: Taxonomy) -> tuple[dict[int, Group], frozenset[int]] | None:
    """The label columns of a file that Dangol classified and a person corrected, and all columns of ours; or None.

    Where a column of the same name came in, ours is the one with the longer name. Raises ColumnError for a group
    that has probabilities, but whose labels are gone.
    """
    place_of = {bare(names[place]): place for place in sorted(range(len(names)), key=lambda place: len(names[place]))}
    scores = {group.id: {bare(f"{group.ko}:{label.ko}") for label in group.labels} for group in taxonomy}
    scored = [group for group in taxonomy if not scores[group.id].isdisjoint(place_of)]
    if not scored or bare(UNSURE_COLUMN) not in place_of:
        return None
    lost = [group.ko for group in scored if bare(group.ko) not in place_of]
    if lost:
        raise ColumnError(
            "{path}: the file was classified, and there are probabilities, but no label column, of {groups}; write the "
            "column's name as it was, or delete the probabilities as well if its labels shall not count",
            path=place,
            groups=", ".join(map(repr, lost)),
        )
    groups = {place_of[bare(group.ko)]: group for group in taxonomy if bare(group.ko) in place_of}
    others = {*map(bare, (ID_COLUMN, PLACE_COLUMN, SCOPE_COLUMN, UNSURE_COLUMN))}.union(*scores.values())
    return groups, frozenset(groups) | {place_of[name] for name in others & place_of.keys()}


def _labelled(
    table: Table,
    header: int,
    width: int,
    text: int,
    groups: Mapping[int, Group],
    meta: Mapping[str, int],
    *,
    audited: bool,
) -> Iterator[tuple[int, Row]]:
    merged = table.merged_lines({text, *groups}) if isinstance(table, SheetsTable) else frozenset[int]()
    for line, cells, problem, *_ in table.rows():
        if line <= header:
            continue
        if not problem and not any(map(str.strip, cells)):
            continue
        # Nobody has labelled these yet.
        if audited and not problem and not any(cells[at].strip() for at in groups if at < len(cells)):
            continue
        # Spreadsheets saved as CSV add empty cells.
        if table.format in SPREADSHEETS:
            cells = cells + [""] * (width - len(cells))
        if problem:
            yield line, InputError("the row cannot be read ({problem}); correct it", problem=problem)
        elif line in merged:
            yield (
                line,
                InputError(
                    "a cell of the row is merged with the one above, which would leave it empty; unmerge the cells and "
                    "fill in each row"
                ),
            )
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
            # In an audit an empty cell is one that nobody filled in.
            labels = {
                group.id: _cell(cells[place], group)
                for place, group in groups.items()
                if cells[place].strip() or not audited
            }
            known = {name: cells[place] for name, place in meta.items()}
            yield line, {"text": cells[text], "labels": labels, **known}


def _cell(value: str, group: Group) -> str | list[str] | None:
    parts = [part.strip() for part in value.replace(";", ",").split(",") if part.strip()]
    chosen = [group.named(part) or part for part in parts]
    if group.kind == "any-of":
        return [label for part, label in zip(parts, chosen, strict=True) if not group.is_none(part)]
    return chosen[0] if len(chosen) == 1 else (chosen or None)

"""A table of the report under its title."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.report.charts.style import Cell, Table
from nlp.report.words import Words, say


@dataclass(frozen=True, kw_only=True)
class Titled:
    """A table with a title and a note; ``folded`` ones open on a click."""

    title: Words
    note: Words | None
    table: Table | None
    folded: bool = False
    wide: bool = True


def table_of(columns: tuple[str, ...], rows: list[tuple[Cell, ...]], *, whole: bool = False) -> Table:
    """A table under the headings of these columns."""
    return Table(columns=tuple(say("column", code) for code in columns), rows=tuple(rows), whole=whole)

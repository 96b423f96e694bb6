"""A table of the report under its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.report.charts.style import Cell, Table
from nlp.report.words import Words, number, percent, percent_range, say
from nlp.wom.shares import Share


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


def share_table(heading: str, names: Sequence[Words], rows: Sequence[Share]) -> Table:
    """Shares under the heading of their names, raw and, where a person has audited texts, corrected."""
    columns = (heading, "count", "raw_share", "range", "best_share", "best_range")
    found: list[tuple[Cell, ...]] = [
        (
            name,
            number(row.count),
            percent(row.raw.value, digits=1),
            percent_range(row.raw),
            percent(row.best.value, digits=1) if row.corrected else say("word", "uncorrected"),
            percent_range(row.best) if row.corrected else "",
        )
        for name, row in zip(names, rows, strict=True)
    ]
    return table_of(columns, found, whole=True)

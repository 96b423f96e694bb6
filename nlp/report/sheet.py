"""A worksheet as a value: columns of a kind, and rows of plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from nlp.report.words import Words, say
from nlp.wom.estimates import Estimate

Value: TypeAlias = Words | str | float | int | date | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its heading, and the kind that gives it format and width."""

    name: Words
    kind: str = "text"
    width: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A worksheet: a note above the table, headings, rows."""

    title: Words
    note: Words
    columns: tuple[Column, ...]
    rows: Iterator[Sequence[Value]]


def column(code: str, kind: str = "text", width: int | None = None) -> Column:
    """A column headed by the words of ``code``."""
    return Column(name=say("column", code), kind=kind, width=width)


def triple(code: str, kind: str) -> tuple[Column, Column, Column]:
    """A figure and the two bounds of its interval."""
    name = say("column", code)
    return (
        Column(name=name, kind=kind),
        Column(name=Words(code="low", ko=f"{name.ko} 하한", en=f"{name.en}: low"), kind=kind),
        Column(name=Words(code="high", ko=f"{name.ko} 상한", en=f"{name.en}: high"), kind=kind),
    )


def bounds(estimate: Estimate, *, scale: float = 1.0) -> tuple[float | None, float | None, float | None]:
    """Value, low and high, times ``scale``; None each where the value is not known."""
    if estimate.value != estimate.value:
        return None, None, None
    return estimate.value * scale, estimate.low * scale, estimate.high * scale

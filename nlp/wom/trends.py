"""How counts and shares move from week to week, and from one period to the next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.estimates import (
    LEVEL,
    Estimate,
    Note,
    count_interval,
    difference,
    note,
    overdispersion,
    wilson,
    wilson_bounds,
)
from nlp.wom.events import Event, event_matrix
from nlp.wom.slices import slices

Direction: TypeAlias = Literal["up", "down", "unclear"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekPoint:
    """One event in the week that starts on ``monday``.

    ``count`` of ``documents`` carry it, ``count`` with its Poisson interval (Byar), ``share`` in [0, 1] with
    its score interval. ``complete`` is false for a first or last week that the file covers in part.
    """

    event: Event
    monday: date
    documents: int
    count: Estimate
    share: Estimate
    complete: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """How the share of an event moved from the earlier weeks to the later ones.

    ``points`` is later minus earlier, in [-1, 1], with Newcombe's interval. All intervals are widened by how much
    weeks of one period differ beyond chance. ``direction`` is unclear while the interval at Bonferroni's level, for
    all labels of the group (or all causes by stage) that are compared, holds 0; and where single weeks are compared,
    because how much weeks differ cannot be known then.
    """

    event: Event
    before: Estimate
    after: Estimate
    points: Estimate
    direction: Direction


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Weekly points, ordered by event and week, and the change between the two periods compared."""

    weeks: tuple[WeekPoint, ...]
    changes: tuple[Change, ...]
    before: tuple[date, date] | None
    after: tuple[date, date] | None
    undated: int
    notes: tuple[Note, ...]


def trend(table: ClassifiedTable, *, recent: int = 4, level: float = LEVEL) -> Trend:
    """Weekly counts and shares, and the last ``recent`` complete weeks against as many before them.

    With fewer than ``2 * recent`` complete weeks the halves of what is there are compared; with fewer than two,
    nothing is. Empty with a note when no document has a time. Shares are raw: the weeks are compared with
    each other, and a classifier's bias that stays the same drops out of the direction.
    """
    if recent < 1:
        raise ValueError(f"recent is {recent}; at least one week must be compared")
    cut = slices(table, "week")
    if cut is None:
        return Trend(weeks=(), changes=(), before=None, after=None, undated=len(table), notes=(note("time"),))
    matrix = event_matrix(table)
    counts = cut.sums(matrix.decided)
    sizes = cut.sizes.astype(np.float64)
    low, high = wilson_bounds(counts, sizes[:, None], level=level)
    mondays = [date.fromisoformat(name) for name in cut.names]
    complete = complete_weeks(table, mondays)
    points = tuple(
        WeekPoint(
            event=event,
            monday=monday,
            documents=int(sizes[week]),
            count=count_interval(float(counts[week, column]), level=level),
            share=Estimate(
                value=float(counts[week, column] / sizes[week]) if sizes[week] else float("nan"),
                low=float(low[week, column]),
                high=float(high[week, column]),
            ),
            complete=complete[week],
        )
        for column, event in enumerate(matrix.events)
        for week, monday in enumerate(mondays)
    )
    whole = [week for week, full in enumerate(complete) if full]
    span = min(recent, len(whole) // 2)
    undated = int((cut.codes < 0).sum())
    if not span:
        return Trend(weeks=points, changes=(), before=None, after=None, undated=undated, notes=())
    later, earlier = whole[-span:], whole[-2 * span : -span]
    correlation = _correlation(counts, sizes, (earlier, later))
    compared = Counter(_kind(event) for event in matrix.events)
    changes = []
    for column, event in enumerate(matrix.events):
        swing = float(correlation[column])
        before, after = (_Period.of(counts[weeks, column], sizes[weeks], swing) for weeks in (earlier, later))
        strict = 1 - (1 - level) / compared[_kind(event)]
        changes.append(_change(event, before, after, level=level, strict=strict if span > 1 else None))
    return Trend(
        weeks=points,
        changes=tuple(changes),
        before=(mondays[earlier[0]], mondays[earlier[-1]]),
        after=(mondays[later[0]], mondays[later[-1]]),
        undated=undated,
        notes=(),
    )


def complete_weeks(table: ClassifiedTable, mondays: list[date]) -> list[bool]:
    """Whether the file covers each week whole: all but a first and a last week that it enters or leaves midway.

    A first week counts as whole when its first document falls on Monday, a last week when its last one falls
    on Friday or later, since many lines are closed on weekends.
    """
    days = table.times[~np.isnat(table.times)].astype("datetime64[D]")
    starts_monday = days.min() == np.datetime64(mondays[0])
    ends_late = (days.max() - np.datetime64(mondays[-1])).astype(int) >= 4
    complete = [True] * len(mondays)
    complete[0] = bool(starts_monday) and (len(mondays) > 1 or bool(ends_late))
    if len(mondays) > 1:
        complete[-1] = bool(ends_late)
    return complete


@dataclass(frozen=True, kw_only=True, slots=True)
class _Period:
    """``count`` of ``documents`` independent ones: those of weeks that differ beyond chance are worth fewer."""

    count: float
    documents: float

    @classmethod
    def of(cls, counts: NDArray[np.float64], sizes: NDArray[np.float64], correlation: float) -> _Period:
        total = float(sizes.sum())
        worth = 1 / (1 + correlation * (float((sizes**2).sum()) / total - 1)) if total else 1.0
        return cls(count=float(counts.sum()) * worth, documents=total * worth)

    def share(self, level: float) -> Estimate:
        return wilson(self.count, self.documents, level=level)


def _kind(event: Event) -> tuple[str, bool]:
    return event.group, event.stage is None


def _correlation(
    counts: NDArray[np.float64], sizes: NDArray[np.float64], periods: tuple[list[int], list[int]]
) -> NDArray[np.float64]:
    """How alike documents of one week are, per item, from the weeks of both periods; 0 where it cannot be known."""
    of = np.repeat([0, 1], [len(weeks) for weeks in periods])
    weeks = np.concatenate(periods)
    filled = sizes[weeks] > 0
    weeks, of = weeks[filled], of[filled]
    if len(weeks) == len(np.unique(of)):
        return np.zeros(counts.shape[1])
    return overdispersion(counts[weeks], sizes[weeks], of)


def _change(event: Event, before: _Period, after: _Period, *, level: float, strict: float | None) -> Change:
    """The change at ``level``, with a direction at the level ``strict`` (None: without one)."""
    if not (before.documents and after.documents):
        points, bound = Estimate(value=float("nan"), low=-1.0, high=1.0), None
    else:
        points = difference(after.share(level), before.share(level))
        bound = difference(after.share(strict), before.share(strict)) if strict is not None else None
    direction: Direction = "unclear"
    if bound is not None:
        direction = "up" if bound.low > 0 else "down" if bound.high < 0 else "unclear"
    return Change(event=event, before=before.share(level), after=after.share(level), points=points, direction=direction)

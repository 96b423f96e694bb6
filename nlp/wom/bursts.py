"""Causes and phrases that are suddenly more frequent, with a controlled rate of false alarms.

The latest week is held against the weeks before it. Weeks differ even when nothing happens (holidays,
campaigns), so the count expected this week follows a beta-binomial law whose spread is estimated from the
baseline weeks; the one-sided mid-p value (Lancaster 1961) of the count seen is corrected for the number of
items watched by the step-up procedure of Benjamini & Hochberg (1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.estimates import LEVEL, Estimate, Note, note, overdispersion, step_up, wilson
from nlp.wom.events import Event, event_matrix
from nlp.wom.slices import slices
from nlp.wom.trends import complete_weeks

FEWEST_WEEKS = 4
"""Baseline weeks below which nothing is said: the spread between weeks cannot be known from fewer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergence:
    """How unusual the latest week is for one item.

    ``position`` points into the items that were given. ``baseline`` is the share in the weeks before,
    ``latest`` that of the last week. ``ratio`` is the latter over the former. ``p_value`` is the one-sided mid-p value,
    ``q_value`` the false discovery rate at which it would just be reported; lower is more unusual.
    """

    position: int
    count: int
    documents: int
    expected: float
    baseline: Estimate
    latest: Estimate
    ratio: float
    p_value: float
    q_value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergingEvent:
    """A cause, response or cause x stage that is emerging."""

    event: Event
    emergence: Emergence


@dataclass(frozen=True, kw_only=True)
class Emerging:
    """What emerged in the week of ``monday``; at most ``rate`` of such reports are expected to be false."""

    monday: date | None
    rate: float
    events: tuple[EmergingEvent, ...]
    watched: int
    notes: tuple[Note, ...]


def emerging_events(
    table: ClassifiedTable,
    *,
    groups: Sequence[str] = ("cause", "response"),
    rate: float = 0.05,
    baseline_weeks: int = 12,
    level: float = LEVEL,
) -> Emerging:
    """Labels of ``groups``, and causes by stage, whose share rose in the latest week, most unusual first.

    The latest week may be incomplete: its share is of its own documents. Empty with a note without times.
    """
    cut = slices(table, "week")
    if cut is None:
        return Emerging(monday=None, rate=rate, events=(), watched=0, notes=(note("time"),))
    mondays = [date.fromisoformat(name) for name in cut.names]
    first = 0 if complete_weeks(table, mondays)[0] else 1
    matrix = event_matrix(table)
    watched = [column for column, event in enumerate(matrix.events) if event.group in groups]
    counts = cut.sums(matrix.decided[:, watched])[first:]
    found = emerging(counts, cut.sizes[first:], rate=rate, baseline_weeks=baseline_weeks, level=level)
    events = tuple(EmergingEvent(event=matrix.events[watched[item.position]], emergence=item) for item in found)
    return Emerging(monday=mondays[-1], rate=rate, events=events, watched=len(watched), notes=())


def emerging(
    counts: NDArray[np.floating],
    documents: NDArray[np.integer],
    *,
    rate: float = 0.05,
    baseline_weeks: int = 12,
    fewest: int = 3,
    level: float = LEVEL,
) -> tuple[Emergence, ...]:
    """Items that are more frequent in the last week than the weeks before let expect, lowest p value first.

    ``counts`` ``(n_weeks, n_items)`` are documents with the item, ``documents`` ``(n_weeks,)`` all documents.
    The last ``baseline_weeks`` non-empty weeks before the last one are the baseline. Items seen less than
    ``fewest`` times in the last week are not reported, but they count as watched. Among the items reported,
    a share of ``rate`` in expectation is false (Benjamini & Hochberg); when nothing at all has changed, the
    chance of any report is ``rate``. Empty when there are fewer than four baseline weeks.
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate is {rate}; a false-alarm rate must lie in (0, 1)")
    used = np.flatnonzero(documents[:-1] > 0)[-baseline_weeks:]
    latest_documents = int(documents[-1]) if len(documents) else 0
    if len(used) < FEWEST_WEEKS or not latest_documents or not counts.shape[1]:
        return ()
    weekly, sizes = counts[used].astype(np.float64), documents[used].astype(np.float64)
    latest = counts[-1].astype(np.int64)
    total = sizes.sum()
    share = (weekly.sum(axis=0) + 0.5) / (total + 1)
    correlation = overdispersion(weekly, sizes)
    # The spread of this week's true share around the estimate: between weeks, plus what the estimate misses.
    relative = correlation + (correlation * (sizes**2).sum() / total**2 + (1 - correlation) / total)
    p_values = np.array(
        [
            _mid_p(int(count), latest_documents, float(p), float(spread))
            for count, p, spread in zip(latest, share, relative, strict=True)
        ]
    )
    q_values = step_up(p_values)
    order = [int(item) for item in np.argsort(p_values, kind="stable")]
    return tuple(
        Emergence(
            position=item,
            count=int(latest[item]),
            documents=latest_documents,
            expected=float(share[item] * latest_documents),
            baseline=wilson(float(weekly[:, item].sum()), float(total), level=level),
            latest=wilson(float(latest[item]), latest_documents, level=level),
            ratio=float(latest[item] / latest_documents / share[item]),
            p_value=float(p_values[item]),
            q_value=float(q_values[item]),
        )
        for item in order
        if q_values[item] <= rate and latest[item] >= fewest
    )


def _mid_p(count: int, documents: int, share: float, relative: float) -> float:
    """P(more than ``count``) + P(exactly ``count``) / 2 under a beta-binomial law.

    Its mean is ``share``; the share itself varies with variance ``relative * share * (1 - share)``.
    """
    strength = max(1 / relative - 1, 1e-6)
    yes, no = share * strength, (1 - share) * strength
    steps = np.arange(documents, dtype=np.float64)
    log_pmf = np.zeros(documents + 1)
    # From k to k + 1 the beta-binomial probability changes by (n - k)(a + k) / ((k + 1)(b + n - k - 1)).
    log_pmf[1:] = np.cumsum(
        np.log(documents - steps) + np.log(yes + steps) - np.log(steps + 1) - np.log(no + documents - steps - 1)
    )
    pmf = np.exp(log_pmf - log_pmf.max())
    pmf /= pmf.sum()
    return float(min(1.0, pmf[count + 1 :].sum() + pmf[count] / 2))

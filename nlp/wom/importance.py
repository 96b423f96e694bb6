"""Importance and performance of causes and SERVQUAL dimensions: what to fix first, as data for a chart.

Importance-performance analysis (Martilla & James 1977) with derived importance: how strongly an item goes
along with an outcome, the other items being equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.estimates import LEVEL, Estimate, Note, note, wilson, z_value
from nlp.wom.journey import complaint_rows

Outcome: TypeAlias = Literal["switching", "severe"]
Quadrant: TypeAlias = Literal["fix_first", "keep_up", "low_priority", "possible_overkill"]

FEWEST = 50
"""Complaints below which no coefficient is estimated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportancePerformance:
    """One item of the chart.

    ``importance`` is how many points, in [-1, 1], the outcome's probability is higher among complaints that
    name the item, the other items being equal; its interval widens with few cases. ``performance`` is 1 minus
    the item's share of all documents. ``quadrant``: important and performing below average is to be fixed first.
    ``tied`` tells whether importance is above 0 at Bonferroni's level, for all items that are compared.
    """

    id: str
    importance: Estimate
    performance: Estimate
    quadrant: Quadrant
    tied: bool


@dataclass(frozen=True, kw_only=True)
class ImportanceChart:
    """Items in the taxonomy's order and the chart's cross-hairs: mean importance and mean performance."""

    group: str
    outcome: Outcome
    items: tuple[ImportancePerformance, ...]
    mean_importance: float | None
    mean_performance: float | None
    notes: tuple[Note, ...]


def importance_performance(
    table: ClassifiedTable,
    *,
    group: str = "servqual",
    outcome: Outcome = "switching",
    level: float = LEVEL,
) -> ImportanceChart:
    """Importance and performance of the labels of an any-of ``group``.

    The outcome is switching (the decided response) or severe (severity 2 or 3). Importance is the coefficient
    of a linear probability model on the group's decided labels over all complaints, with
    heteroscedasticity-robust errors (MacKinnon & White 1985, HC3) and a ridge of one pseudo-complaint. Both
    sides come from the same classifier, whose errors may go together: read it as a guide to where to look, not as
    a causal effect. Items that no complaint names are left out. Empty with a note when a group is missing, fewer
    than 50 documents complain, all or none of them have the outcome, or none names an item.
    """
    target = _outcome(table, outcome)
    rows = complaint_rows(table)
    if group not in table.taxonomy or target is None:
        return _empty(group, outcome, note("label"))
    decided = table.decided[:, table.taxonomy.columns(group)]
    if rows.sum() < FEWEST or len(np.unique(target[rows])) < 2 or not decided[rows].any():
        return _empty(group, outcome, note("text"))
    named = np.asarray(decided[rows].any(axis=0))
    decided = decided[:, named]
    ids = [label for label, there in zip(table.taxonomy.group(group).ids, named, strict=True) if there]
    slopes, errors = robust_slopes(decided[rows].astype(np.float64), target[rows].astype(np.float64))
    reach = z_value(level) * errors
    tied = slopes > z_value(1 - (1 - level) / max(len(ids), 1)) * errors
    shares = [wilson(float(column.sum()), len(table), level=level) for column in decided.T]
    performance = [Estimate(value=1 - share.value, low=1 - share.high, high=1 - share.low) for share in shares]
    middle_importance = float(slopes.mean())
    middle_performance = float(np.mean([value.value for value in performance]))
    items = []
    for label, slope, spread, clear, performs in zip(
        ids, slopes.tolist(), reach.tolist(), tied.tolist(), performance, strict=True
    ):
        low, high = max(-1.0, slope - spread), min(1.0, slope + spread)
        items.append(
            ImportancePerformance(
                id=label,
                importance=Estimate(value=slope, low=min(low, slope), high=max(high, slope)),
                performance=performs,
                quadrant=_quadrant(slope > middle_importance, performs.value < middle_performance),
                tied=clear,
            )
        )
    return ImportanceChart(
        group=group,
        outcome=outcome,
        items=tuple(items),
        mean_importance=middle_importance,
        mean_performance=middle_performance,
        notes=(),
    )


def _outcome(table: ClassifiedTable, outcome: Outcome) -> NDArray[np.bool_] | None:
    if outcome == "switching":
        return table.has("response", "switching") if table.taxonomy.has("response", "switching") else None
    if not table.taxonomy.has("severity", "2", "3"):
        return None
    return table.has("severity", "2") | table.has("severity", "3")


def robust_slopes(
    x: NDArray[np.float64], y: NDArray[np.float64], *, ridge: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slopes of ``y`` ``(n,)`` on ``x`` ``(n, n_items)`` and their standard errors, ``(n_items,)`` each.

    Least squares with an intercept, a ridge of so many pseudo-documents per item, and errors that allow unequal
    variances (HC3, MacKinnon & White 1985). An item that nobody has gets 0 and 1.
    """
    design = np.column_stack([np.ones(len(y)), x])
    inverse = np.linalg.inv(design.T @ design + np.diag([0.0, *np.full(x.shape[1], ridge)]))
    slopes = inverse @ design.T @ y
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design).clip(max=0.99)
    weighted = design * ((y - design @ slopes) / (1 - leverage))[:, None]
    errors = np.sqrt(np.diag(inverse @ (weighted.T @ weighted) @ inverse).clip(min=0.0))
    seen = x.any(axis=0)
    return np.where(seen, slopes[1:], 0.0), np.where(seen, errors[1:], 1.0)


def _quadrant(important: bool, poor: bool) -> Quadrant:
    if important:
        return "fix_first" if poor else "keep_up"
    return "low_priority" if poor else "possible_overkill"


def _empty(group: str, outcome: Outcome, why: Note) -> ImportanceChart:
    return ImportanceChart(
        group=group, outcome=outcome, items=(), mean_importance=None, mean_performance=None, notes=(why,)
    )

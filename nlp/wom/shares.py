"""Shares of every label and of every cause in every stage, raw and corrected for classifier error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.audit import Audit
from nlp.wom.correction import corrected_means
from nlp.wom.estimates import LEVEL, Estimate, Note, note, wilson_bounds
from nlp.wom.events import Event, EventMatrix, event_matrix, event_truth
from nlp.wom.slices import MISSING, By, Slices, slices

FEWEST_AUDITED = 30
"""A slice with fewer audited rows keeps its raw shares: normal intervals mean little below this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Share of the ``documents`` of a slice that carry an event; all values in [0, 1].

    ``by`` and ``name`` say which slice (None: all documents). ``count`` documents were decided to carry it;
    ``raw`` is their share with its score interval, which knows nothing of the classifier's errors.
    ``best`` is the corrected share where ``corrected``, else the raw one; ``audited`` rows stand behind it.
    """

    event: Event
    by: By | None
    name: str | None
    documents: int
    count: int
    raw: Estimate
    best: Estimate
    corrected: bool
    audited: int

    @property
    def best_count(self) -> int:
        """Documents that carry the event by ``best``: of a corrected share the model's own count says nothing."""
        return round(self.best.value * self.documents)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares slice by slice, events in the taxonomy's order, and what was missing.

    ``left_out`` counts the smallest slices beyond the most that were asked for.
    """

    rows: tuple[Share, ...]
    notes: tuple[Note, ...]
    left_out: int = 0

    def get(self, group: str, label: str, stage: str | None = None, name: str | None = None) -> Share:
        """The share of one event in one slice; raises KeyError when it is not there."""
        event = Event(group=group, label=label, stage=stage)
        for share in self.rows:
            if share.event == event and share.name == name:
                return share
        raise KeyError(f"no share of {event} in slice {name!r}")


def shares(
    table: ClassifiedTable,
    *,
    by: By | None = None,
    audit: Audit | None = None,
    most: int = 100,
    level: float = LEVEL,
) -> Shares:
    """Shares of all documents, or of each week, month, channel, branch or product.

    With ``audit`` rows of the same file, shares are corrected by prediction-powered inference with the
    calibrated probabilities as predictions; a slice with fewer than 30 audited rows stays raw. Of channels,
    branches and products the ``most`` largest are kept. Without the column the result is empty and its note says
    what the column would add.
    """
    notes = [note("audit")] if audit is None else [note("audited")] if len(audit.ids) < FEWEST_AUDITED else []
    cut = Slices.whole(len(table)) if by is None else slices(table, by)
    if cut is None or not len(table):
        missing = note(MISSING[by]) if by is not None and len(table) else note("text")
        return Shares(rows=(), notes=(missing, *notes))

    matrix = event_matrix(table)
    counts = cut.sums(matrix.decided)
    low, high = wilson_bounds(counts, cut.sizes[:, None], level=level)
    best = _Best.of(table, matrix, cut, audit, level) if audit is not None else None
    kept = cut.shown(most)
    rows: list[Share] = []
    for code in kept:
        size = int(cut.sizes[code])
        for column, event in enumerate(matrix.events):
            count = int(counts[code, column])
            raw = Estimate(
                value=count / size if size else float("nan"),
                low=float(low[code, column]),
                high=float(high[code, column]),
            )
            fixed = best.get(code, column) if best is not None else None
            rows.append(
                Share(
                    event=event,
                    by=by,
                    name=cut.names[code] if by is not None else None,
                    documents=size,
                    count=count,
                    raw=raw,
                    best=raw if fixed is None else fixed,
                    corrected=fixed is not None,
                    audited=int(best.audited[code, column]) if best is not None else 0,
                )
            )
    return Shares(rows=tuple(rows), notes=tuple(notes), left_out=len(cut.names) - len(kept))


@dataclass(frozen=True, kw_only=True)
class _Best:
    """Corrected shares, arrays ``(n_slices, n_events)``."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    audited: NDArray[np.int64]

    @classmethod
    def of(cls, table: ClassifiedTable, matrix: EventMatrix, cut: Slices, audit: Audit, level: float) -> _Best:
        here, there = audit.positions(table)
        truth = event_truth(table.taxonomy, audit.truth[here])
        strata = np.unique(audit.strata[here].astype(str), return_inverse=True)[1]
        sums = cut.sums(matrix.probability)
        shape = sums.shape
        value, low, high = np.zeros(shape), np.zeros(shape), np.ones(shape)
        audited = np.zeros(shape, dtype=np.int64)
        for code, size in enumerate(cut.sizes):
            inside = cut.codes[there] == code
            if inside.sum() < FEWEST_AUDITED:
                continue
            result = corrected_means(
                sums[code] / size,
                int(size),
                matrix.probability[there[inside]].astype(np.float64),
                truth[inside],
                audit.inclusion[here][inside],
                strata[inside],
                level=level,
            )
            value[code], low[code], high[code] = result.value, result.low, result.high
            audited[code] = result.audited
        return cls(value=value, low=low, high=high, audited=audited)

    def get(self, code: int, column: int) -> Estimate | None:
        if self.audited[code, column] < FEWEST_AUDITED:
            return None
        return Estimate(
            value=float(self.value[code, column]),
            low=float(self.low[code, column]),
            high=float(self.high[code, column]),
        )

"""What is gained by leaving the least sure texts to a person: risk–coverage curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.training.figures import Abstention, Curve, Figure, Selective
from nlp.training.metrics import Floats, interval, ratio

COVERAGES = np.arange(1, 21) / 20.0
"""Shares of texts answered at which the curves are drawn: 5 %, 10 %, … 100 %."""

_AT_80 = 15


def selective(
    confidence: NDArray[np.float32],
    decided: NDArray[np.bool_],
    targets: NDArray[np.float32],
    weights: Floats,
    abstained: NDArray[np.bool_] | None = None,
) -> Selective:
    """Curves of one group (Geifman & El-Yaniv 2017), texts set aside in rising order of ``confidence``.

    ``confidence`` and ``abstained`` are ``(n_texts,)``, ``decided`` and ``targets`` ``(n_texts, n_group_labels)``,
    ``weights`` ``(n_resamples, n_texts)``. Texts whose group is not labelled are left out. Resamples keep the
    bounds on confidence that the sample's coverages set.
    """
    known = ~np.isnan(targets[:, 0])
    decided, actual, drawn = decided[known], targets[known] > 0.5, weights[:, known]
    hits = (decided & actual).sum(axis=1)
    sizes = decided.sum(axis=1) + actual.sum(axis=1)
    wrong = (decided != actual).any(axis=1)
    kept = kept_shares(confidence[known], COVERAGES)
    f1 = _ratio(drawn, 2.0 * hits[:, None] * kept, sizes[:, None] * kept)
    error = _ratio(drawn, wrong[:, None] * kept, kept)
    return Selective(
        micro_f1=_curve(f1),
        error=_curve(error),
        area=figure(_mean(f1)),
        error_area=figure(_mean(error)),
        at_80=figure(f1[:, _AT_80]),
        gain=figure(f1[:, _AT_80] - f1[:, -1]),
        abstention=None if abstained is None else _abstention(abstained[known], hits, sizes, wrong, drawn),
    )


def kept_shares(confidence: NDArray[np.float32], coverages: Floats) -> Floats:
    """How much of each text is answered at each coverage, ``(n_texts, n_coverages)`` in [0, 1].

    The surest texts are answered whole; texts of equal confidence at the bound are answered in part, so that
    the order of the rows does not matter and columns sum to ``coverage * n_texts``.
    """
    n = len(confidence)
    levels, level, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    share = (
        (coverages[None, :] * n - before[:, None]) / sizes[:, None] if len(levels) else np.zeros((0, len(coverages)))
    )
    return np.asarray(np.clip(share, 0.0, 1.0)[level])


def figure(values: Floats) -> Figure:
    """The plain value (first) with the percentile interval of the resamples (the rest)."""
    low, high = interval(values)
    return Figure(value=float(values[0]), low=low, high=high)


def _abstention(
    left: NDArray[np.bool_], hits: NDArray[np.int64], sizes: NDArray[np.int64], wrong: NDArray[np.bool_], drawn: Floats
) -> Abstention:
    parts = np.stack([~left, left], axis=1).astype(np.float64)
    f1 = _ratio(drawn, 2.0 * hits[:, None] * parts, sizes[:, None] * parts)
    return Abstention(
        share=figure(_ratio(drawn, parts[:, 1:], np.ones((len(left), 1)))[:, 0]),
        answered=figure(f1[:, 0]),
        left=figure(f1[:, 1]),
        caught=figure(_ratio(drawn, wrong[:, None] * parts[:, 1:], wrong[:, None].astype(np.float64))[:, 0]),
    )


def _ratio(drawn: Floats, part: Floats, whole: Floats) -> Floats:
    """Weighted sums of ``part`` over those of ``whole``, ``(n_resamples, n_columns)``."""
    return ratio(drawn @ part, drawn @ whole)


def _mean(values: Floats) -> Floats:
    """Mean over coverages, of those at which there is something to measure."""
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    return ratio(np.nan_to_num(values).sum(axis=1), count.astype(np.float64))


def _curve(values: Floats) -> Curve:
    points = [figure(column) for column in values.T]
    return Curve(
        x=tuple(COVERAGES.tolist()),
        value=tuple(point.value for point in points),
        low=tuple(point.low for point in points),
        high=tuple(point.high for point in points),
    )

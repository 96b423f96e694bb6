"""What is gained by leaving the least sure texts to a person: risk–coverage curves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nlp.training.figures import Abstention, Curve, Figure, Selective
from nlp.training.metrics import Floats, Weights, interval, over_resamples, ratio

COVERAGES = np.arange(1, 21) / 20.0
"""Shares of texts answered at which the curves are drawn: 5 %, 10 %, … 100 %."""

_AT_80 = 15


def selective(
    confidence: NDArray[np.float32],
    decided: NDArray[np.bool_],
    targets: NDArray[np.float32],
    weights: Weights,
    abstained: NDArray[np.bool_] | None = None,
) -> Selective:
    """Curves of one group (Geifman & El-Yaniv 2017), texts set aside in rising order of ``confidence``.

    ``confidence`` and ``abstained`` are ``(n_texts,)``, ``decided`` and ``targets`` ``(n_texts, n_group_labels)``,
    ``weights`` ``(n_resamples, n_texts)``. Texts whose group is not labelled are left out. Resamples keep the
    bounds on confidence that the sample's coverages set.
    """
    known = ~np.isnan(targets[:, 0])
    decided, actual = decided[known], targets[known] > 0.5
    hits = (decided & actual).sum(axis=1)
    sizes = decided.sum(axis=1) + actual.sum(axis=1)
    wrong = (decided != actual).any(axis=1)
    kept = kept_shares(confidence[known], COVERAGES)

    def over(part: Floats, whole: Floats) -> Floats:
        """Weighted sums of ``part`` over those of ``whole``, ``(n_resamples, n_columns)``."""
        sums = over_resamples(weights, known, lambda drawn: np.stack([drawn @ part, drawn @ whole], axis=1))
        return ratio(sums[:, 0], sums[:, 1])

    f1 = over(2.0 * hits[:, None] * kept, sizes[:, None] * kept)
    error = over(wrong[:, None] * kept, kept)
    return Selective(
        micro_f1=_curve(f1),
        error=_curve(error),
        area=figure(_mean(f1)),
        error_area=figure(_mean(error)),
        at_80=figure(f1[:, _AT_80]),
        gain=figure(f1[:, _AT_80] - f1[:, -1]),
        abstention=None if abstained is None else _abstention(abstained[known], hits, sizes, wrong, over),
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
    left: NDArray[np.bool_],
    hits: NDArray[np.int64],
    sizes: NDArray[np.int64],
    wrong: NDArray[np.bool_],
    over: Callable[[Floats, Floats], Floats],
) -> Abstention:
    parts = np.stack([~left, left], axis=1).astype(np.float64)
    f1 = over(2.0 * hits[:, None] * parts, sizes[:, None] * parts)
    return Abstention(
        share=figure(over(parts[:, 1:], np.ones((len(left), 1)))[:, 0]),
        answered=figure(f1[:, 0]),
        left=figure(f1[:, 1]),
        caught=figure(over(wrong[:, None] * parts[:, 1:], wrong[:, None].astype(np.float64))[:, 0]),
    )


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

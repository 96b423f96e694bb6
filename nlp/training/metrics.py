"""Figures of merit, per label and per group, with bootstrap weights; numpy alone.

``weights`` is always ``(n_resamples, n_texts)``: how often a bootstrap resample holds each text. One row of
ones gives the plain figure. Targets are ``(n_texts, n_labels)``: 1, 0, or NaN where a group is not labelled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bootstrap_weights(n_texts: int, resamples: int, rng: np.random.Generator) -> Floats:
    """Multinomial bootstrap weights ``(resamples + 1, n_texts)``; the first row is all ones (Efron 1979)."""
    drawn = rng.multinomial(n_texts, np.full(n_texts, 1.0 / n_texts), size=resamples)
    return np.vstack([np.ones((1, n_texts)), drawn]).astype(np.float64)


def counts(decided: NDArray[np.bool_], targets: NDArray[np.float32], weights: Floats) -> tuple[Floats, Floats, Floats]:
    """True positives, decided and actual positives, each ``(n_resamples, n_labels)``."""
    known = ~np.isnan(targets)
    actual = np.nan_to_num(targets) * known
    chosen = decided & known
    return weights @ (chosen * actual), weights @ chosen.astype(np.float64), weights @ actual


def f1(true_positives: Floats, decided: Floats, actual: Floats) -> Floats:
    """F1 in [0, 1], higher is better; 0 where nothing is decided and nothing is there."""
    return np.asarray(2.0 * true_positives / np.maximum(decided + actual, 1e-12))


def average_precision(scores: NDArray[np.float32], targets: NDArray[np.float32], weights: Floats) -> Floats:
    """Area under the precision–recall steps for one label, ``(n_resamples,)`` in [0, 1]; higher is better.

    ``scores`` and ``targets`` are ``(n_texts,)``; texts of equal score stand at one threshold, whatever their
    order. NaN where a resample holds no positive.
    """
    order = np.argsort(-scores, kind="stable")
    order = order[~np.isnan(targets[order])]
    drawn, actual = weights[:, order], targets[order].astype(np.float64)
    last = np.searchsorted(-scores[order], -scores[order], side="right") - 1
    hits = np.cumsum(drawn * actual, axis=1)
    precision = hits[:, last] / np.maximum(np.cumsum(drawn, axis=1)[:, last], 1e-12)
    total = hits[:, -1] if len(order) else np.zeros(len(weights))
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.where(total > 0, (precision * drawn * actual).sum(axis=1) / np.maximum(total, 1e-12), np.nan)
        )


def mean_average_precision(scores: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """Mean over the labels that have a positive, in [0, 1]; higher is better."""
    ones = np.ones((1, len(scores)))
    by_label = [average_precision(scores[:, j], targets[:, j], ones)[0] for j in range(scores.shape[1])]
    return float(np.nanmean(by_label)) if not np.isnan(by_label).all() else 0.0


def calibration_error(probabilities: NDArray[np.float32], targets: NDArray[np.float32], *, bins: int = 15) -> float:
    """Debiased expected calibration error of one label in [0, 1]; lower is better.

    Equal-mass bins; the squared gap of each bin loses its sampling variance (Kumar, Liang & Ma 2019), and
    the root of the weighted mean is given, 0 when nothing but noise is left.
    """
    known = ~np.isnan(targets)
    p, y = probabilities[known].astype(np.float64), targets[known].astype(np.float64)
    if len(p) < 2 * bins:
        return float("nan")
    total = 0.0
    for part in np.array_split(np.argsort(p, kind="stable"), bins):
        rate = y[part].mean()
        noise = rate * (1.0 - rate) / (len(part) - 1)
        total += len(part) / len(p) * ((p[part].mean() - rate) ** 2 - noise)
    return float(np.sqrt(max(0.0, total)))


def quadratic_weighted_kappa(
    decided: NDArray[np.int64], actual: NDArray[np.int64], weights: Floats, *, levels: int
) -> Floats:
    """Agreement of ordinal labels beyond chance, ``(n_resamples,)``, at most 1, higher is better (Cohen).

    ``decided`` and ``actual`` are positions ``(n_texts,)`` in [0, levels).
    """
    penalty = np.square(np.arange(levels)[:, None] - np.arange(levels)[None, :]).astype(np.float64)
    cells = np.zeros((len(decided), levels * levels))
    cells[np.arange(len(decided)), actual * levels + decided] = 1.0
    table = (weights @ cells).reshape(-1, levels, levels)
    total = table.sum(axis=(1, 2))
    expected = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :] / total[:, None, None]
    chance = (expected * penalty).sum(axis=(1, 2))
    return np.asarray(1.0 - (table * penalty).sum(axis=(1, 2)) / np.maximum(chance, 1e-12))


def interval(values: Floats) -> tuple[float, float]:
    """95 % percentile interval of bootstrap values, the first of which is the plain figure."""
    known = values[1:][~np.isnan(values[1:])]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)

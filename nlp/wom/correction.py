"""Shares corrected for the classifier's errors by prediction-powered inference.

The mean of the predictions over all documents is cheap and biased; the audited rows say by how much. Their
weighted difference is added (Angelopoulos, Bates, Fannjiang, Jordan & Zrnic 2023, Prediction-powered
inference, Science 382), with the predictions' weight tuned to the smallest variance (Angelopoulos, Duchi &
Zrnic 2023, PPI++, arXiv 2311.01453). Rows drawn with unequal chances enter by the inverse of their inclusion
probability (Hájek 1971; for PPI: Zrnic & Candès 2024, Active statistical inference).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.wom.estimates import LEVEL, z_value


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """Corrected means and their bounds, ``(m,)`` each; ``weight`` is the tuned trust in the predictions.

    ``weight`` lies in [0, 1]: 0 ignores the predictions, 1 is plain prediction-powered inference.
    ``audited`` int64 counts the rows with a label. Where it is below 2 the mean is NaN.
    """

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    weight: NDArray[np.float64]
    audited: NDArray[np.int64]


def corrected_means(
    mean: NDArray[np.float64],
    documents: int,
    predicted: NDArray[np.floating],
    truth: NDArray[np.floating],
    inclusion: NDArray[np.float64],
    strata: NDArray[np.int64],
    *,
    level: float = LEVEL,
) -> Corrected:
    """Correct the means of ``m`` predicted quantities in [0, 1].

    ``mean`` ``(m,)`` is the predictions' mean over all ``documents``; ``predicted`` and ``truth`` ``(k, m)``
    are the audited rows (truth NaN where not labelled), ``inclusion`` ``(k,)`` in (0, 1] and ``strata``
    ``(k,)`` codes how they were drawn.

    The variance is the stratified one of the weighted difference plus that of the documents themselves as a
    sample of what the service produces. As a handful of audited rows may hold no error at all by luck, z²/2
    imagined errors of full size are added (the idea of Agresti & Coull 1998): without them rare labels would
    get an interval of no width.
    """
    z = z_value(level)
    labelled = ~np.isnan(truth)
    audited = labelled.sum(axis=0)
    y = np.where(labelled, truth, 0.0).astype(np.float64)
    f = np.where(labelled, predicted, 0.0).astype(np.float64)
    weights = labelled / inclusion[:, None]
    totals = np.maximum(weights.sum(axis=0), 1e-300)
    weights /= totals

    truth_mean, predicted_mean = (weights * y).sum(axis=0), (weights * f).sum(axis=0)
    y_part = _centred(weights * (y - truth_mean), labelled, strata)
    f_part = _centred(weights * (f - predicted_mean), labelled, strata)
    power = np.divide(
        (y_part * f_part).sum(axis=0),
        (f_part**2).sum(axis=0),
        out=np.zeros_like(truth_mean),
        where=(f_part**2).sum(axis=0) > 0,
    ).clip(0.0, 1.0)

    value = power * mean + truth_mean - power * predicted_mean
    imagined = z * z / 2 * (weights**2).sum(axis=0) / np.maximum(audited, 1)
    left = np.clip(1 - audited / max(documents, 1), 0.0, 1.0)
    of_audit = left * (((y_part - power * f_part) ** 2).sum(axis=0) + imagined)
    of_documents = ((weights * y**2).sum(axis=0) - truth_mean**2).clip(min=0.0) / max(documents, 1)
    spread = z * np.sqrt(of_audit + of_documents)
    value = np.where(audited >= 2, value.clip(0.0, 1.0), np.nan)
    return Corrected(
        value=value,
        low=np.where(audited >= 2, (value - spread).clip(0.0, 1.0), 0.0),
        high=np.where(audited >= 2, (value + spread).clip(0.0, 1.0), 1.0),
        weight=power,
        audited=audited.astype(np.int64),
    )


def _centred(parts: NDArray[np.float64], labelled: NDArray[np.bool_], strata: NDArray[np.int64]) -> NDArray[np.float64]:
    """Deviations from the stratum's mean, scaled so that their squares sum to the stratified variance.

    A stratum with a single row keeps its deviation from the whole, which errs on the wide side.
    """
    scaled = parts.copy()
    for code in np.unique(strata):
        inside = strata == code
        rows = labelled[inside].sum(axis=0)
        mean = np.divide(parts[inside].sum(axis=0), rows, out=np.zeros(parts.shape[1]), where=rows > 1)
        factor = np.sqrt(np.divide(rows, rows - 1, out=np.ones(parts.shape[1]), where=rows > 1))
        scaled[inside] = np.where(labelled[inside], (parts[inside] - mean) * factor, 0.0)
    return scaled

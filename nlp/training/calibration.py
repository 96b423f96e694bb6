"""Fit the decision file, and familiarity, on out-of-fold logits of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nlp.model.decision import Decision, group_confidence
from nlp.model.familiarity import Familiarity, joint_energy
from nlp.model.windows import Windows
from nlp.taxonomy import Group, Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.precision import PRECISIONS, fit_precision

COVERAGE = 0.9
"""Share of texts a group decides by itself; the least certain rest goes to a person."""

_MOST_SURE = 0.999
"""The highest bound of abstention: where all rows have one label, their confidence is 1, and that of a text hardly."""

_RIDGE = 1.0
"""Pulls the slope towards 1 and the offset towards 0 by about one text's worth of evidence: for rare labels."""

_BOUNDS = (0.2, 5.0)


def fit_decision(
    logits: NDArray[np.float32],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    *,
    max_length: int,
    start: Decision | None = None,
    fewest: int = 0,
    precisions: Sequence[float] = PRECISIONS,
) -> Decision:
    """Temperatures and biases by maximum likelihood, then thresholds that maximise F1, then those for ``precisions``
    and abstention bounds.

    ``logits`` and ``targets`` are ``(n_texts, n_labels)``, of texts that the scoring models did not see. A decision
    to ``start`` from is bent as far as the texts give reason to; labels with fewer than ``fewest`` texts keep its
    thresholds, and groups that are not labelled keep all.
    """
    kept = start.confidence if start is not None else {}
    start = start or Decision.neutral(taxonomy, max_length=max_length)
    labelled = _labelled(targets, taxonomy)
    final = replace(fit_calibration(logits, targets, taxonomy, start=start), max_length=max_length)
    probabilities = final.probabilities(logits, taxonomy)
    threshold = dict(start.threshold)
    for group in labelled:
        names = [f"{group.id}:{label}" for label in group.ids]
        given = [start.threshold[name] for name in names]
        values = _thresholds(probabilities, targets, taxonomy, group, start=given, fewest=fewest)
        threshold |= dict(zip(names, values, strict=True))
    final = replace(final, threshold=threshold)
    sure = group_confidence(probabilities, final.decide(probabilities, taxonomy), taxonomy)
    bounds = np.quantile(sure, 1.0 - COVERAGE, axis=0)
    confidence = {group.id: min(float(bound), _MOST_SURE) for group, bound in zip(taxonomy, bounds, strict=True)}
    confidence |= {group.id: kept[group.id] for group in taxonomy if group.id in kept and group not in labelled}
    precision = {}
    for wanted in precisions:
        least = fit_precision(probabilities, targets, final, taxonomy, precision=wanted)
        earlier = start.precision.get(f"{wanted:g}", {})
        names = [f"{group.id}:{label}" for group in taxonomy if group not in labelled for label in group.ids]
        precision[f"{wanted:g}"] = least | {name: earlier.get(name) for name in names}
    return replace(final, confidence=confidence, precision=precision)


def fit_calibration(
    logits: NDArray[np.float32], targets: NDArray[np.float32], taxonomy: Taxonomy, *, start: Decision
) -> Decision:
    """``start`` with the temperatures and biases that make ``targets`` likeliest; both arrays ``(n_texts, n_labels)``.

    Targets may be probabilities: those of a model that is to be agreed with, NaN for any-of labels that it lacks.
    """
    before = start.calibrated(logits, taxonomy)
    temperature, bias = dict(start.temperature), dict(start.bias)
    for group in _labelled(targets, taxonomy):
        columns = taxonomy.columns(group.id)
        known = ~np.isnan(targets[:, columns]).all(axis=1)
        z, y = before[known, columns].astype(np.float64), targets[known, columns].astype(np.float64)
        slopes, offsets = _platt(z, y) if group.kind == "any-of" else _vector_scaling(z, y)
        for label, slope, offset in zip(group.ids, slopes, offsets, strict=True):
            name = f"{group.id}:{label}"
            bias[name] = float(bias[name] + temperature[name] * offset / slope)
            temperature[name] = float(temperature[name] / slope)
    return replace(start, temperature=temperature, bias=bias)


def _labelled(targets: NDArray[np.float32], taxonomy: Taxonomy) -> list[Group]:
    return [group for group in taxonomy if not np.isnan(targets[:, taxonomy.columns(group.id)]).all()]


def fit_familiarity(
    texts: Sequence[PreparedText],
    logits: NDArray[np.float32],
    decision: Decision,
    taxonomy: Taxonomy,
    windows: Windows,
    *,
    known: NDArray[np.int64] | None = None,
) -> Familiarity:
    """Familiarity with texts from their logits ``(n_texts, n_labels)`` by models that did not see them.

    ``known`` are the token counts of texts before these.
    """
    energy = joint_energy(decision.calibrated(logits, taxonomy), taxonomy)
    return Familiarity.fit(windows.korean_tokens(texts), energy, letters=windows.letters, known=known)


def platt_probabilities(
    scores: NDArray[np.float32], *, fitted_on: tuple[NDArray[np.float32], NDArray[np.float32]], taxonomy: Taxonomy
) -> NDArray[np.float32]:
    """Calibrate the scores in (0, 1) of one-against-rest models by out-of-fold scores and their targets.

    All arrays are ``(n_texts, n_labels)``; the result sums to 1 within one-of groups.
    """
    decision = fit_decision(_logit(fitted_on[0]), fitted_on[1], taxonomy, max_length=1, precisions=())
    return decision.probabilities(_logit(scores), taxonomy)


def _logit(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = scores.clip(1e-4, 1.0 - 1e-4)
    return np.asarray(np.log(clipped / (1.0 - clipped)), dtype=np.float32)


def _platt(z: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    slopes, offsets = [], []
    for column in range(z.shape[1]):
        known = ~np.isnan(y[:, column])

        def loss(parameters: NDArray[np.float64], z: NDArray[np.float64], y: NDArray[np.float64]) -> float:
            scaled = parameters[0] * z + parameters[1]
            likelihood = np.logaddexp(0.0, scaled) - y * scaled
            return float(likelihood.sum() + _RIDGE * ((parameters[0] - 1.0) ** 2 + 0.1 * parameters[1] ** 2))

        found = minimize(
            loss, np.array([1.0, 0.0]), args=(z[known, column], y[known, column]), bounds=[_BOUNDS, (-8.0, 8.0)]
        )
        slopes.append(float(found.x[0]))
        offsets.append(float(found.x[1]))
    return slopes, offsets


def _vector_scaling(z: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """One slope for the group and an offset per label, so that argmax is free to move with the rates."""
    width = z.shape[1]

    def loss(parameters: NDArray[np.float64]) -> float:
        scaled = parameters[0] * z + parameters[1:]
        likelihood = np.logaddexp.reduce(scaled, axis=1) - (y * scaled).sum(axis=1)
        return float(likelihood.sum() + _RIDGE * ((parameters[0] - 1.0) ** 2 + 0.01 * np.square(parameters[1:]).sum()))

    found = minimize(loss, np.array([1.0] + [0.0] * width), bounds=[_BOUNDS, *[(-8.0, 8.0)] * width])
    return [float(found.x[0])] * width, [float(value) for value in found.x[1:]]


def _thresholds(
    probabilities: NDArray[np.float32],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    group: Group,
    *,
    start: Sequence[float],
    fewest: int,
) -> list[float]:
    columns = taxonomy.columns(group.id)
    known = ~np.isnan(targets[:, columns.start])
    p, y = probabilities[known, columns], targets[known, columns]
    enough = y.sum(axis=0) >= fewest
    if group.kind == "any-of":
        return [
            best_threshold(p[:, column], y[:, column]) if enough[column] else start[column]
            for column in range(p.shape[1])
        ]
    return _one_of_thresholds(p, y, start=start, free=np.flatnonzero(enough))


def best_threshold(probabilities: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """The threshold in [0.05, 0.95] with the highest F1; 0.5 when no text has the label."""
    if not targets.any():
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(targets[order])
    scores = 2.0 * hits / (np.arange(1, len(order) + 1) + targets.sum())
    ranked = probabilities[order]
    # Neighbouring cuts differ by chance; the middle of the cuts within 0.2 % of the best is steadier.
    good = ranked[np.flatnonzero(scores >= scores.max() * 0.998)]
    return float(np.clip(np.median(good), 0.05, 0.95))


def _one_of_thresholds(
    p: NDArray[np.float32], y: NDArray[np.float32], *, start: Sequence[float], free: NDArray[np.int64]
) -> list[float]:
    """Coordinate ascent on macro-F1 over a grid of ratios; deciding is argmax of probability over threshold."""
    grid = np.geomspace(0.25, 1.0, 13)
    chosen = np.array(start)
    for _ in range(3):
        for column in free:
            scores = []
            for value in grid:
                trial = chosen.copy()
                trial[column] = value
                scores.append(_macro_f1((p / trial).argmax(axis=1), y))
            if max(scores) > _macro_f1((p / chosen).argmax(axis=1), y) + 1e-4:
                chosen[column] = grid[int(np.argmax(scores))]
    return [float(value) for value in chosen]


def _macro_f1(decided: NDArray[np.int64], y: NDArray[np.float32]) -> float:
    on = np.eye(y.shape[1])[decided]
    return float((2.0 * (on * y).sum(axis=0) / np.maximum(on.sum(axis=0) + y.sum(axis=0), 1.0)).mean())

"""How well decisions agree with labels, per label and per group, with intervals and support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.model.decision import group_confidence
from nlp.taxonomy import Group, Taxonomy
from nlp.training.figures import FEW, Curve, Evaluation, Figure, GroupFigures, LabelFigures, Reliability
from nlp.training.metrics import (
    Floats,
    Weights,
    average_precision,
    bootstrap_weights,
    calibration_errors,
    counts,
    f1,
    macro_f1,
    quadratic_weighted_kappa,
    ratio,
)
from nlp.training.mistakes import confusion, slices
from nlp.training.selective import figure, selective
from nlp.wom.estimates import wilson, wilson_bounds

_POINTS = 10
_FEWEST_AT_POINT = 20


def evaluate(
    probabilities: NDArray[np.float32],
    decided: NDArray[np.bool_],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    *,
    rng: np.random.Generator,
    resamples: int = 1000,
    abstained: NDArray[np.bool_] | None = None,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Evaluation:
    """Measure decisions and probabilities ``(n_texts, n_labels)`` against targets of the same shape.

    ``abstained`` ``(n_texts, n_groups)`` are the groups that the model leaves to a person, ``fields`` what else is
    known of each text (``{"domain": ["bank", …]}``, "" where unknown). Groups that are not labelled at all
    (all NaN) are left out.

    Intervals are percentiles of ``resamples`` resamples of texts (Efron 1979), which ``rng`` draws; precision, recall
    and F1 without a text that errs, or without one that is right, have Wilson's (1927), calibration errors the basic
    bootstrap of ``metrics.calibration_errors``.
    """
    weights = bootstrap_weights(len(targets), resamples, rng)
    true, chosen, actual = counts(decided, targets, weights)
    scores = f1(true, chosen, actual)
    sure = group_confidence(probabilities, decided, taxonomy)
    labels: dict[str, LabelFigures] = {}
    groups: dict[str, GroupFigures] = {}
    spans = {group.id: taxonomy.columns(group.id) for group in taxonomy}
    labelled = [group for group in taxonomy if not np.isnan(targets[:, spans[group.id]]).all()]
    for group in labelled:
        columns = spans[group.id]
        for name, index in zip(group.ids, range(columns.start, columns.stop), strict=True):
            labels[f"{group.id}:{name}"] = LabelFigures(
                support=int(actual[0, index]),
                decided=int(chosen[0, index]),
                precision=_share(true[:, index], chosen[:, index]),
                recall=_share(true[:, index], actual[:, index]),
                f1=_f1(true[:, index], chosen[:, index], actual[:, index]),
                average_precision=figure(average_precision(probabilities[:, index], targets[:, index], weights)),
                calibration=_calibration(probabilities[:, index], targets[:, index], weights),
                reliability=reliability(probabilities[:, index], targets[:, index]),
            )
        enough = np.flatnonzero(actual[0, columns] >= FEW) + columns.start
        some = np.flatnonzero(actual[0, columns] + chosen[0, columns] > 0) + columns.start
        at = taxonomy.groups.index(group)
        groups[group.id] = GroupFigures(
            n_texts=int((~np.isnan(targets[:, columns.start])).sum()),
            macro_f1=figure(_mean(scores[:, enough])),
            macro_f1_all=figure(_mean(scores[:, some])),
            micro_f1=_f1(*(part[:, columns].sum(axis=1) for part in (true, chosen, actual))),
            kappa=_kappa(decided[:, columns], targets[:, columns], weights, group),
            selective=selective(
                sure[:, at],
                decided[:, columns],
                targets[:, columns],
                weights,
                None if abstained is None else abstained[:, at],
            ),
        )
    return Evaluation(
        n_texts=len(targets),
        labels=labels,
        groups=groups,
        confusions={
            group.id: confusion(decided[:, spans[group.id]], targets[:, spans[group.id]], group) for group in labelled
        },
        slices={
            field: found
            for field, names in (fields or {}).items()
            if (found := slices(names, decided, targets, weights, taxonomy))
        },
    )


def reliability(probabilities: NDArray[np.float32], targets: NDArray[np.float32]) -> Reliability:
    """Share of texts with a label against their mean probability (DeGroot & Fienberg 1983), both ``(n_texts,)``.

    Ten ranges of equal width, so that rare labels are seen at high probabilities as well; a range with fewer
    than 20 texts is joined with the one above it, the last with the one below.
    """
    known = ~np.isnan(targets)
    p, y = probabilities[known].astype(np.float64), targets[known].astype(np.float64)
    order = np.argsort(p, kind="stable")
    parts: list[NDArray[np.int64]] = []
    waiting = order[:0]
    for part in np.split(order, np.searchsorted(p[order], np.arange(1, _POINTS) / _POINTS)):
        waiting = np.concatenate([waiting, part])
        if len(waiting) >= _FEWEST_AT_POINT:
            parts.append(waiting)
            waiting = order[:0]
    if len(waiting):
        parts = [*parts[:-1], np.concatenate([parts[-1], waiting])] if parts else [waiting]
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    hits = np.array([y[part].sum() for part in parts])
    low, high = wilson_bounds(hits, sizes)
    return Reliability(
        curve=Curve(
            x=tuple(float(p[part].mean()) for part in parts),
            value=tuple((hits / np.maximum(sizes, 1)).tolist()),
            low=tuple(low.tolist()),
            high=tuple(high.tolist()),
        ),
        n=tuple(sizes.tolist()),
    )


def macro_f1_difference(
    one: NDArray[np.bool_],
    other: NDArray[np.bool_],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    group_id: str,
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
) -> Figure:
    """Macro-F1 of ``one`` minus that of ``other`` on the same texts, by a paired bootstrap over texts.

    ``one``, ``other`` and ``targets`` are ``(n_texts, n_labels)``. All labels of the group count, however rare. An
    interval that leaves out 0 tells the two apart.
    """
    columns = taxonomy.columns(group_id)
    weights = bootstrap_weights(len(targets), resamples, rng)
    left, right = (macro_f1(d[:, columns], targets[:, columns], weights) for d in (one, other))
    return figure(left - right)


def _share(part: Floats, whole: Floats) -> Figure:
    """``part / whole``, both ``(n_resamples,)``; by Wilson (1927) where no resample can err because no text does."""
    found = figure(ratio(part, whole))
    if found.low != found.high:
        return found
    bounds = wilson(part[0], whole[0])
    return Figure(value=found.value, low=bounds.low, high=bounds.high)


def _f1(true: Floats, chosen: Floats, actual: Floats) -> Figure:
    """F1, ``2 J / (1 + J)`` of the share ``J`` of right ones among all labels decided or there, ``(n_resamples,)``."""
    found = _share(true, chosen + actual - true)
    value, low, high = (2.0 * share / (1.0 + share) for share in (found.value, found.low, found.high))
    return Figure(value=value, low=low, high=high)


def _mean(scores: Floats) -> Floats:
    """Mean over columns ``(n_resamples,)``; NaN of none."""
    return scores.mean(axis=1) if scores.shape[1] else np.full(len(scores), np.nan)


def _calibration(probabilities: NDArray[np.float32], targets: NDArray[np.float32], weights: Weights) -> Figure:
    value, low, high = calibration_errors(probabilities, targets, weights)
    return Figure(value=value, low=low, high=high)


def _kappa(decided: NDArray[np.bool_], targets: NDArray[np.float32], weights: Weights, group: Group) -> Figure | None:
    if not group.ordinal:
        return None
    known = ~np.isnan(targets[:, 0])
    return figure(
        quadratic_weighted_kappa(
            decided[known].argmax(axis=1),
            targets[known].argmax(axis=1),
            weights[:, known],
            levels=len(group.ids),
        )
    )

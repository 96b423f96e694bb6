"""How well decisions agree with labels, per label and per group, with intervals and support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.taxonomy import Group, Taxonomy
from nlp.training.metrics import (
    Floats,
    average_precision,
    bootstrap_weights,
    calibration_error,
    counts,
    f1,
    interval,
    quadratic_weighted_kappa,
)

FEW = 15
"""Labels with fewer positives are shown, but do not count towards a group's macro figure."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}–{self.high:.3f}]"


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """Figures of one label; ``support`` counts its positives. All in [0, 1]; only ``calibration`` is better low."""

    support: int
    precision: Figure
    recall: Figure
    f1: Figure
    average_precision: Figure
    calibration: float


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """``macro_f1`` is the mean over labels with enough support, ``macro_f1_all`` over every label."""

    n_texts: int
    macro_f1: Figure
    macro_f1_all: Figure
    micro_f1: Figure
    kappa: Figure | None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Figures by label (``group:label``) and by group."""

    n_texts: int
    labels: Mapping[str, LabelFigures]
    groups: Mapping[str, GroupFigures]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; a figure that cannot be computed is None."""
        plain: dict[str, Any] = _without_nan(asdict(self))
        return plain


def evaluate(
    probabilities: NDArray[np.float32],
    decided: NDArray[np.bool_],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    *,
    rng: np.random.Generator,
    resamples: int = 1000,
) -> Evaluation:
    """Measure decisions and probabilities ``(n_texts, n_labels)`` against targets of the same shape.

    Groups that are not labelled at all (all NaN) are left out.
    """
    weights = bootstrap_weights(len(targets), resamples, rng)
    true, chosen, actual = counts(decided, targets, weights)
    scores = f1(true, chosen, actual)
    labels: dict[str, LabelFigures] = {}
    groups: dict[str, GroupFigures] = {}
    for group in taxonomy:
        columns = taxonomy.columns(group.id)
        if np.isnan(targets[:, columns]).all():
            continue
        for name, index in zip(group.ids, range(columns.start, columns.stop), strict=True):
            labels[f"{group.id}:{name}"] = LabelFigures(
                support=int(actual[0, index]),
                precision=_figure(true[:, index] / np.maximum(chosen[:, index], 1e-12)),
                recall=_figure(true[:, index] / np.maximum(actual[:, index], 1e-12)),
                f1=_figure(scores[:, index]),
                average_precision=_figure(average_precision(probabilities[:, index], targets[:, index], weights)),
                calibration=calibration_error(probabilities[:, index], targets[:, index]),
            )
        enough = np.flatnonzero(actual[0, columns] >= FEW) + columns.start
        groups[group.id] = GroupFigures(
            n_texts=int((~np.isnan(targets[:, columns.start])).sum()),
            macro_f1=_figure(scores[:, enough].mean(axis=1) if len(enough) else np.full(len(scores), np.nan)),
            macro_f1_all=_figure(scores[:, columns].mean(axis=1)),
            micro_f1=_figure(f1(*(part[:, columns].sum(axis=1) for part in (true, chosen, actual)))),
            kappa=_kappa(decided[:, columns], targets[:, columns], weights, group),
        )
    return Evaluation(n_texts=len(targets), labels=labels, groups=groups)


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
    """Macro-F1 of ``one`` minus that of ``other`` on the same texts, by a paired bootstrap."""
    columns = taxonomy.columns(group_id)
    weights = bootstrap_weights(len(targets), resamples, rng)
    left, right = (f1(*counts(d[:, columns], targets[:, columns], weights)).mean(axis=1) for d in (one, other))
    return _figure(left - right)


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value


def _kappa(decided: NDArray[np.bool_], targets: NDArray[np.float32], weights: Floats, group: Group) -> Figure | None:
    if not group.ordinal:
        return None
    known = ~np.isnan(targets[:, 0])
    return _figure(
        quadratic_weighted_kappa(
            decided[known].argmax(axis=1),
            targets[known].argmax(axis=1),
            weights[:, known],
            levels=len(group.ids),
        )
    )


def _figure(values: Floats) -> Figure:
    low, high = interval(values)
    return Figure(value=float(values[0]), low=low, high=high)

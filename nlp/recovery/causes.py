"""What to fix first: what each cause costs in customers, money and satisfaction, and the part that stays silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.recovery.columns import ValueColumns
from nlp.recovery.expectation import lattice
from nlp.recovery.gain import GainModel
from nlp.recovery.leave import Floats, base_log_odds, sigmoid
from nlp.recovery.levers import Loss, loss_of
from nlp.recovery.outcome import OutcomeFit
from nlp.recovery.priors import Priors, Values
from nlp.recovery.ranking import build_model, draw_labels
from nlp.recovery.readings import Readings
from nlp.wom.estimates import Estimate, z_value
from nlp.wom.importance import FEWEST, robust_slopes

_LEVEL = 0.9


@dataclass(frozen=True, kw_only=True)
class CauseImpact:
    """One cause; intervals are 5-95 %.

    ``documents`` is the raw count of documents with the cause decided. ``sufferers`` estimates how many people suffer,
    silent ones among them: those with the cause decided in any text, over the share who complain of such a loss.
    ``silent_weight`` is one over that share. ``customers`` is the expected number of customers lost within a year who
    would stay if the cause had never struck, ``value`` what they are worth in won, both among the customers of the
    table alone.
    ``satisfaction`` is the change of the mean sentiment (-1 all negative … 1 all positive) of the table's documents
    if the cause were gone; None without a sentiment group or below 50 documents.
    """

    cause: str
    ko: str
    en: str
    documents: int
    loss: Loss
    silent_weight: Estimate
    sufferers: Estimate
    customers: Estimate
    value: Estimate
    satisfaction: Estimate | None


def rank_causes(
    table: ClassifiedTable,
    *,
    now: datetime,
    priors: Priors | None = None,
    value_columns: ValueColumns | None = None,
    draws: int = 100,
    seed: int = 0,
    readings: Readings | None = None,
    fit: OutcomeFit | None = None,
    counted: ClassifiedTable | None = None,
) -> tuple[CauseImpact, ...]:
    """Causes by the value that they cost, the dearest first.

    P(leave) is computed again without the cause, for whole sets of labels, and averaged like a ranking's gain. What a
    complaint adds beyond its causes (severity, responses, repetition) goes with the cause in its share of the case's
    causes: without its only cause there would have been no complaint, and where no cause is told none is charged.
    The risk is that at the time of the complaint. Intervals for customers and value hold the priors' ranges and what
    the classifier leaves open. Involuntary leavers do not count. ``fit`` is the leave model re-estimated in a ranking
    of the same table. Documents and mood are those of ``counted``, such as the table without copies; without it, all.

    Raises InputError for an empty table or fewer than 20 draws.
    """
    if not len(table) or draws < 20:
        raise InputError(
            "{documents} documents and {draws} draws; at least 1 and 20 are needed", documents=len(table), draws=draws
        )
    priors = priors or Priors.load()
    model, _ = build_model(table, now=now, priors=priors, value_columns=value_columns, readings=readings)
    random = np.random.default_rng(seed)
    sampled = {**priors.sample(random, draws), **(fit.sample(random, draws) if fit else {})}
    point = _expected_losses(model, {**priors.values(), **(fit.values() if fit else {})})
    expected = model.terms.expected(model.cases, window_days=np.inf)
    drawn = np.empty((draws, *point.shape))
    for draw in range(draws):
        values = {key: float(series[draw]) for key, series in sampled.items()}
        drawn[draw] = _losses(model, draw_labels(model, expected, values, random), values)
    low, high = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2], axis=0)
    low, high = np.minimum(low, point), np.maximum(high, point)
    counted = table if counted is None else counted
    satisfaction = _satisfaction(counted)

    impacts = []
    for index, label in enumerate(table.taxonomy.group("cause").labels):
        told = table.has("cause", label.id)[model.cases.order]
        sufferers = int(np.logical_or.reduceat(told, model.cases.starts[:-1]).sum())
        loss = loss_of(label.id)
        constant = priors[f"complain.{loss}"]
        weights = np.quantile(1.0 / sampled[f"complain.{loss}"], [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
        weight = _estimate(1.0 / constant.used, weights[0], weights[1])
        impacts.append(
            CauseImpact(
                cause=label.id,
                ko=label.ko,
                en=label.en,
                documents=int(counted.has("cause", label.id).sum()),
                loss=loss,
                silent_weight=weight,
                sufferers=_estimate(sufferers * weight.value, sufferers * weight.low, sufferers * weight.high),
                customers=_estimate(point[0, index], low[0, index], high[0, index]),
                value=_estimate(point[1, index], low[1, index], high[1, index]),
                satisfaction=None if satisfaction is None else satisfaction[index],
            )
        )
    return tuple(sorted(impacts, key=lambda impact: -impact.value.value))


def _expected_losses(model: GainModel, values: Values) -> Floats:
    """``_losses`` averaged over the labels, on the lattice of ``nlp.recovery.expectation``."""
    expected = model.terms.expected(model.cases, window_days=values["timing.repeat_window_days"])
    points = lattice(expected.shape[1])
    at = (model.terms.at(expected, np.broadcast_to(point, expected.shape)) for point in points)
    total: Floats = sum((_losses(model, x, values) for x in at), start=np.zeros(()))
    return total / len(points)


def _losses(model: GainModel, x: NDArray[np.float32], values: Values) -> Floats:
    """Customers and won that each cause costs, ``(2, n_causes)``, under the labels ``x`` ``(n, n_terms)``."""
    causes = np.array([name.startswith("cause:") for name in model.terms.names])
    parts = x * model.terms.coefficients(values)
    beyond = parts[:, ~causes].sum(axis=1)
    total = parts.sum(axis=1)
    held = x[:, causes].astype(np.float64)
    share = held / np.maximum(held.sum(axis=1, keepdims=True), 1.0)
    base = base_log_odds(model.regular, values)
    counted = ~model.cases.involuntary
    value = model.value_sources(values).sum(axis=1)
    risk = sigmoid(base + total)
    saved = [
        (risk - sigmoid(base + total - parts[:, causes][:, index] - share[:, index] * beyond)) * counted
        for index in range(held.shape[1])
    ]
    return np.array([[part.sum() for part in saved], [(part * value).sum() for part in saved]])


def _satisfaction(table: ClassifiedTable) -> list[Estimate] | None:
    """Change of the mean sentiment if a cause were gone, from a regression of sentiment on all causes.

    The effect of a cause is its coefficient times its mean probability, with the sign turned; a cause that never
    occurs has none. None below 50 documents: the errors of so many coefficients cannot be told from fewer.
    """
    if len(table) < FEWEST or not table.taxonomy.has("sentiment", "positive", "negative"):
        return None
    mood = (table.probability("sentiment", "positive") - table.probability("sentiment", "negative")).astype(float)
    causes: NDArray[np.float64] = table.probabilities[:, table.taxonomy.columns("cause")].astype(np.float64)
    # A touch of ridge keeps causes that never occur, or always occur together, from dividing by zero.
    slopes, spread = robust_slopes(causes, mood, ridge=1e-3)
    z, mean = z_value(_LEVEL), causes.mean(axis=0)
    return [_estimate(-b * m, (-b - z * s) * m, (-b + z * s) * m) for b, s, m in zip(slopes, spread, mean, strict=True)]


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=float(value), low=float(low), high=float(high))

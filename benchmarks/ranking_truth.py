"""What winning a customer back is truly worth in the made-up world, by a churn model that is not the ranking's.

Customers differ by a log-gamma frailty, causes work together (interactions; a grave loss hurts new customers more), a
complaint's risk fades by a Weibull law, what recovery saves is taken from the published table as a share of
probability and applied to the hazard, who leaves easily also has a shorter life to lose, and life has no horizon. The
ranking's law is additive in log-odds, fades exponentially, reads the table as a share of hazard, knows no frailty and
counts five years. Both put recovery on the hazard; under ``law="probability"`` the world puts it on the probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np

CAUSES = (
    "price",
    "inconvenience",
    "core_service_failure",
    "encounter_failure",
    "employee_response",
    "competitor_pull",
    "ethics",
)
RESPONSES = ("switching", "voice", "negative_wom", "positive_wom", "third_party")

Truth: TypeAlias = Mapping[str, float]
Law: TypeAlias = Literal["hazard", "probability"]


def true_gain(
    truth: Truth,
    random: np.random.Generator,
    *,
    labels: np.ndarray,
    owner: np.ndarray,
    days: np.ndarray,
    public: np.ndarray,
    temper: np.ndarray,
    margin: np.ndarray,
    purchases: np.ndarray,
    involuntary: np.ndarray,
    law: Law,
) -> np.ndarray:
    """The expected gain in won ``(n_customers,)``; ``labels`` ``(n_documents, 17)``, the rest by its owner."""
    n = len(margin)
    first = np.searchsorted(owner, np.arange(n))
    window = truth["timing.repeat_window_days"]
    inside = days - days[first][owner] <= window
    held = np.zeros((n, labels.shape[1]), dtype=bool)
    np.logical_or.at(held, owner, labels & inside[:, None])
    held[:, 15:17] = labels[first][:, 15:17]
    heard = np.zeros(n, dtype=bool)
    np.logical_or.at(heard, owner, public & inside)
    failures = np.bincount(owner, weights=labels[:, 12] & inside, minlength=n)
    repeat = failures >= 2
    x = held.astype(float)

    names = [f"leave.cause.{cause}" for cause in CAUSES] + [f"leave.response.{name}" for name in RESPONSES]
    names += [f"leave.severity.{level}" for level in (1, 2, 3)] + ["leave.recovery.failed", "leave.recovery.recovered"]
    added = x @ np.array([truth[name] for name in names]) + truth["leave.repeat"] * repeat
    # Nobody helps with a broken thing; dear and cheaper elsewhere; a grave loss hurts new customers more.
    added += 0.5 * x[:, 2] * x[:, 4] + 0.5 * x[:, 0] * x[:, 5] + 0.4 * x[:, 13] * (purchases <= 3)
    spread = truth["leave.unexplained"]
    shape = 1.0 / max(spread**2, 1e-6)
    frailty = np.log(random.gamma(shape, 1.0 / shape, size=n) + 1e-9) + 0.15 * temper
    regular = np.log1p(purchases)
    base = truth["leave.intercept"] - truth["leave.purchases"] * (regular - regular.mean()) + frailty

    hazard, calm = np.logaddexp(0.0, base + added), np.logaddexp(0.0, base)
    # The clock runs from the newest failure, which a later word of thanks does not reset.
    since = np.full(n, np.inf)
    np.minimum.at(since, owner, np.where(labels[:, 12], days, np.inf))
    since = np.where(np.isinf(since), days[first], since)
    ahead = np.exp(-((since / truth["timing.fading_days"]) ** 0.8))
    extra = np.maximum(hazard - calm, 0.0) * ahead

    fast = since <= truth["timing.fast_days"]
    share = np.empty(n)
    for loss, rows in (("minor", x[:, 13] < 0.5), ("major", x[:, 13] > 0.5)):
        ignored = truth[f"recovery.stay.{loss}.unsatisfied"]
        for speed, when in (("satisfied", ~fast), ("quickly", fast)):
            kept = (truth[f"recovery.stay.{loss}.{speed}"] - ignored) / (1 - ignored) * truth["recovery.behaviour"]
            share[rows & when] = max(kept, 0.0)
    share *= 1 - x[:, 5] * (1 - truth["recovery.competitor"])
    share *= 1 - x[:, 15] * (1 - truth["recovery.second_try"])
    share *= 1 - x[:, 16]
    effect = np.where(involuntary, 0.0, share)

    # Who leaves easily stays for less long: the same frailty and loyalty shorten and lengthen the remaining life.
    churn = truth["value.monthly_churn"] * calm / np.logaddexp(0.0, truth["leave.intercept"])
    discount = truth["value.monthly_discount"]
    value = margin * (1 + discount) / (churn + discount)
    saved = np.exp(-calm) * (np.exp(-extra * (1 - effect)) - np.exp(-extra))
    if law == "probability":
        saved = effect * np.maximum(np.exp(-calm) - np.exp(-hazard), 0.0) * ahead

    reach = np.where(heard, truth["wom.reach.public"], truth["wom.reach.private"])
    talk = x[:, 9] * x[:, 12:15].mean(axis=1) * reach * truth["wom.influence"] * truth["wom.calmed"] * np.median(value)
    compensation = np.where(x[:, 13] > 0.5, truth["cost.major"], truth["cost.minor"])
    return value * saved + talk - truth["cost.contact"] - compensation

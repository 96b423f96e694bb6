"""A made-up world of complaining customers whose true gain is known, for testing the ranking.

Its churn model is not the ranking's: customers differ by a log-gamma frailty, causes come in correlated pairs and
work together (interactions), a complaint's risk fades by a Weibull law, recovery works on the hazard, who leaves easily
also has a shorter life to lose, and life has no horizon. The ranking sees noisy labels only: a classifier that was
calibrated on a finite sample, which has another prevalence and other wording than the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.recovery.outcome import map_logistic
from nlp.taxonomy import Taxonomy

NOW = datetime(2026, 11, 21)  # noqa: DTZ001
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
PREVALENCE_LOG = np.array([0.15, 0.25, 0.45, 0.12, 0.15, 0.08, 0.05])
PREVALENCE_SAMPLE = np.array([0.22, 0.18, 0.55, 0.15, 0.10, 0.12, 0.08])
# Loadings on two hidden themes: what was bought went wrong and nobody helped; it costs too much and others are cheaper.
THEMES = np.array([[0.0, 0.7], [0.5, 0.0], [0.7, 0.0], [0.2, 0.2], [0.7, 0.0], [0.0, 0.7], [0.2, 0.3]])
SEPARATION = 1.12 * np.array([2.6, 2.2, 2.4, 2.6, 2.2, 2.4, 2.6, 2.4, 2.0, 2.8, 2.8, 3.0, 2.6, 2.2, 2.4, 2.4, 2.4])
"""Distance between the score's means with and without a label: in the log the causes reach a macro-F1 near 0.72."""

SPREAD = 1.28
"""A fifth of the customers bring two thirds of the margin; an assumption, see the sensitivity table of the report."""

Truth = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class World:
    """What the ranking sees, and what is true.

    ``gain`` ``(n_customers,)`` is the true expected gain in won (not what happened by chance) and ``customer`` its ids.
    ``labels`` ``(n_documents, 7)`` are the true causes of the table's rows. ``error_free`` is the same table with
    every label known for sure. ``sample_decided`` and ``sample_labels`` are the calibration sample's decisions and
    truth for the causes, ``(n_sample, 7)``.
    """

    table: ClassifiedTable
    error_free: ClassifiedTable
    gain: np.ndarray
    customer: np.ndarray
    labels: np.ndarray
    sample_decided: np.ndarray
    sample_labels: np.ndarray


def make_world(
    truth: Truth, *, customers: int, sample: int, seed: int, spread: float = SPREAD, reading: float = 1.0
) -> World:
    """Build a world under the constants ``truth`` (keys of the priors).

    ``spread`` is the standard deviation of the logarithm of margins; their mean is ``value.monthly_margin``.
    ``reading`` multiplies the classifier's separation of labels.
    """
    random = np.random.default_rng(seed)
    owner = np.repeat(np.arange(customers), random.choice([1, 2, 3], size=customers, p=[0.8, 0.16, 0.04]))
    n = len(owner)
    temper = random.standard_normal(customers)
    labels = _labels(random, n, PREVALENCE_LOG, temper[owner])

    learnt = _labels(random, sample, PREVALENCE_SAMPLE, random.standard_normal(sample))
    scores = _scores(random, learnt, reading=reading, shifted=False)
    platt = [_platt(scores[:, column], learnt[:, column]) for column in range(learnt.shape[1])]
    seen = _probabilities(_scores(random, labels, reading=reading, shifted=True), platt)
    sampled = _probabilities(scores, platt)

    newest = random.exponential(20.0, size=customers).clip(0.05, 120.0)
    back = np.zeros(n)
    for row in range(1, n):
        if owner[row] == owner[row - 1]:
            back[row] = back[row - 1] + 0.5 + random.exponential(45.0)
    days = newest[owner] + back
    public = random.random(n) < 0.4
    involuntary = random.random(customers) < 0.05
    told = involuntary & (random.random(customers) < 0.6)

    typical = truth["value.monthly_margin"] * np.exp(-(spread**2) / 2)
    margin = typical * random.lognormal(0.0, spread, size=customers)
    purchases = random.poisson(np.exp(1.5 + 0.3 * np.log(margin / typical) + 0.4 * random.standard_normal(customers)))
    gain = _true_gain(
        truth, random, labels=labels, owner=owner, days=days, public=public, temper=temper, margin=margin,
        purchases=purchases, involuntary=involuntary,
    )  # fmt: skip

    order = random.permutation(n)
    build = _Builder(owner=owner, days=days, public=public, told=told, margin=margin, purchases=purchases)
    return World(
        table=build.table(seen, order),
        error_free=build.table(labels.astype(np.float64), order),
        gain=gain,
        customer=np.array([f"C{number}" for number in range(customers)], dtype=object),
        labels=labels[order][:, :7],
        sample_decided=sampled[:, :7] > 0.5,
        sample_labels=learnt[:, :7] > 0.5,
    )


def _labels(random: np.random.Generator, n: int, prevalence: np.ndarray, temper: np.ndarray) -> np.ndarray:
    """True labels ``(n, 17)``: causes, responses, severity reached 1/2/3, recovery failed/recovered."""
    cut = np.array([NormalDist().inv_cdf(1 - share) for share in prevalence])
    unique = np.sqrt(1 - (THEMES**2).sum(axis=1))
    latent = random.standard_normal((n, 2)) @ THEMES.T + unique * random.standard_normal((n, 7))
    cause = latent > cut
    complaint = cause.any(axis=1) | (random.random(n) < 0.15)
    depth = (
        -0.2 + cause @ np.array([0.2, 0.0, 0.6, 0.3, 0.5, 0.1, 1.1]) + 0.3 * temper + 0.9 * random.standard_normal(n)
    )
    reached = np.stack([complaint, complaint & (depth > 0.3), complaint & (depth > 1.6)], axis=1)
    level = reached.sum(axis=1)

    def happens(log_odds: np.ndarray) -> np.ndarray:
        return random.random(n) < 1 / (1 + np.exp(-log_odds))

    response = np.stack(
        [
            happens(-2.4 + 0.6 * level + 1.2 * cause[:, 5]) & complaint,
            happens(-0.4 + 0.3 * level) & complaint,
            happens(-2.6 + 0.5 * level + 0.3 * temper) & complaint,
            happens(np.full(n, -1.0)) & ~complaint,
            happens(-6.0 + 1.2 * level + 0.8 * cause[:, 6]) & complaint,
        ],
        axis=1,
    )
    failed = complaint & (random.random(n) < np.where(cause[:, 4], 0.7, 0.05))
    recovered = complaint & ~failed & (random.random(n) < 0.07)
    return np.concatenate([cause, response, reached, failed[:, None], recovered[:, None]], axis=1)


def _scores(random: np.random.Generator, labels: np.ndarray, *, reading: float, shifted: bool) -> np.ndarray:
    """Classifier scores; the log's wording is harder to read and a little louder than the sample's."""
    blur = 0.4 * random.standard_normal((len(labels), 1))
    separation, offset = (0.9 * reading * SEPARATION, 0.15) if shifted else (reading * SEPARATION, 0.0)
    return separation * labels + offset + blur + random.standard_normal(labels.shape)


def _platt(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    x = np.stack([np.ones(len(scores)), scores], axis=1)
    return map_logistic(x, labels.astype(float), mean=np.array([-2.0, 1.0]), variance=np.full(2, 100.0))[0]


def _probabilities(scores: np.ndarray, platt: list[np.ndarray]) -> np.ndarray:
    columns = [1 / (1 + np.exp(-a - b * scores[:, column])) for column, (a, b) in enumerate(platt)]
    probability = np.stack(columns, axis=1)
    probability[:, 12:15] = np.minimum.accumulate(probability[:, 12:15], axis=1)
    excess = np.maximum(probability[:, 15:17].sum(axis=1, keepdims=True), 1.0)
    probability[:, 15:17] /= excess
    return probability


def _true_gain(
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
) -> np.ndarray:
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

    reach = np.where(heard, truth["wom.reach.public"], truth["wom.reach.private"])
    talk = x[:, 9] * x[:, 12:15].mean(axis=1) * reach * truth["wom.influence"] * truth["wom.calmed"] * value.mean()
    compensation = np.where(x[:, 13] > 0.5, truth["cost.major"], truth["cost.minor"])
    return value * saved + talk - truth["cost.contact"] - compensation


@dataclass(frozen=True, kw_only=True)
class _Builder:
    owner: np.ndarray
    days: np.ndarray
    public: np.ndarray
    told: np.ndarray
    margin: np.ndarray
    purchases: np.ndarray

    def table(self, seen: np.ndarray, order: np.ndarray) -> ClassifiedTable:
        taxonomy = Taxonomy.load()
        n = len(seen)
        probabilities = np.full((n, len(taxonomy.labels)), 0.02, dtype=np.float32)
        for column, cause in enumerate(CAUSES):
            probabilities[:, taxonomy.column("cause", cause)] = seen[:, column]
        for column, response in enumerate(RESPONSES):
            probabilities[:, taxonomy.column("response", response)] = seen[:, 7 + column]
        reached = np.concatenate([np.ones((n, 1)), seen[:, 12:15], np.zeros((n, 1))], axis=1)
        probabilities[:, taxonomy.columns("severity")] = -np.diff(reached, axis=1)
        bad = seen[:, 12]
        probabilities[:, taxonomy.columns("sentiment")] = np.stack([bad, (1 - bad) / 2, (1 - bad) / 2], axis=1)
        state = np.stack([1 - seen[:, 15:17].sum(axis=1), seen[:, 15], seen[:, 16]], axis=1)
        probabilities[:, taxonomy.columns("recovery")] = state
        decided = np.zeros(probabilities.shape, dtype=bool)
        abstained = np.zeros((n, len(taxonomy.groups)), dtype=bool)
        for number, group in enumerate(taxonomy.groups):
            span = taxonomy.columns(group.id)
            scores = probabilities[:, span]
            if group.kind == "any-of":
                decided[:, span] = scores > 0.5
            else:
                decided[np.arange(n), span.start + scores.argmax(axis=1)] = True
            if group.id == "cause":
                abstained[:, number] = (np.abs(scores - 0.5) < 0.05).any(axis=1)
        texts = [
            f"{row}번 글. 다음 달에 이사 가게 되어 해지합니다."
            if self.told[self.owner[row]]
            else f"{row:b} 번째 {row:x} 글"
            for row in range(n)
        ]
        times = np.datetime64(NOW, "s") - (self.days * 86_400).astype("timedelta64[s]")
        columns = {
            "월마진": [f"{self.margin[who]:,.0f}원" for who in self.owner],
            "구매횟수": [f"{self.purchases[who]}회" for who in self.owner],
        }
        return ClassifiedTable(
            taxonomy=taxonomy,
            ids=_objects([f"doc-{row}" for row in range(n)]),
            texts=_objects(texts),
            probabilities=probabilities,
            decided=decided,
            abstained=abstained,
            times=times,
            customer_ids=_objects([f"C{who}" for who in self.owner]),
            channels=_objects(["리뷰" if flag else "전화" for flag in self.public]),
            branches=_objects([None] * n),
            products=_objects([None] * n),
            fields={name: _objects(cells) for name, cells in columns.items()},
        ).take(order)


def _objects(values: list[object]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

"""Re-estimate the leave model from who really left, shrunk to the priors, and say how well it does.

The estimate is the maximum a posteriori of a logistic model with a normal prior for each coefficient: mean at the
prior's value, variance that of its PERT distribution. Newton's method finds it; the inverse Hessian is the
covariance (Laplace approximation; Gelman et al., Bayesian Data Analysis, ch. 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from nlp.recovery.leave import Floats, Terms, sigmoid
from nlp.recovery.priors import Priors

FEWEST = 20
"""Fewest customers who left, and who stayed, that an estimate is made from."""

_FOLDS = 5
_BINS = 10
_LEAST_VARIANCE = 1e-12
"""Of a constant that is known exactly: it stays where it is."""


@dataclass(frozen=True, kw_only=True)
class CalibrationBin:
    """Customers of similar predicted risk: how many, predicted mean and share who left."""

    n: int
    predicted: float
    left: float


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Cross-validated quality: customers are predicted by a model that has not seen them.

    ``auc`` in [0, 1] is the probability that who left had the higher risk (0.5 is chance), with its 5-95 %
    interval after DeLong, DeLong & Clarke-Pearson (1988). ``slope`` and ``intercept`` are those of calibration (Cox
    1958): 1 and 0 when predicted risks are right; a slope below 1 means that they are too extreme. ``brier`` is
    the mean squared error, lower is better. ``prior_auc`` is that of the priors alone.
    """

    n: int
    left: int
    auc: float
    auc_low: float
    auc_high: float
    prior_auc: float
    slope: float
    intercept: float
    brier: float
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True, kw_only=True)
class OutcomeFit:
    """Coefficients by prior key: ``mean`` ``(k,)`` and ``covariance`` ``(k, k)``, in the order of ``keys``."""

    keys: tuple[str, ...]
    mean: Floats
    covariance: Floats
    quality: Quality

    def values(self) -> dict[str, float]:
        """The estimate by key."""
        return dict(zip(self.keys, self.mean.tolist(), strict=True))

    def sample(self, random: np.random.Generator, draws: int) -> dict[str, Floats]:
        """Draws by key, ``(draws,)`` each, that keep the covariance."""
        root = np.linalg.cholesky(self.covariance + 1e-12 * np.eye(len(self.keys)))
        drawn = self.mean + random.standard_normal((draws, len(self.keys))) @ root.T
        return {key: drawn[:, position] for position, key in enumerate(self.keys)}


def fit_outcome(
    expected: NDArray[np.float32],
    purchases: Floats,
    left: Floats,
    *,
    terms: Terms,
    priors: Priors,
    random: np.random.Generator,
) -> OutcomeFit | None:
    """Estimate from the cases whose outcome is known; None with fewer than ``FEWEST`` of either outcome.

    ``expected`` is ``Terms.expected``; ``purchases`` ``(n,)`` the centred log of purchases (0 where unknown);
    ``left`` ``(n,)`` is 1 for who left, 0 for who stayed, NaN where unknown.
    """
    known = ~np.isnan(left)
    y = left[known]
    if min(y.sum(), len(y) - y.sum()) < FEWEST:
        return None
    keys = ("leave.intercept", "leave.purchases", *dict.fromkeys(term.key for term in terms.terms))
    x = np.zeros((len(y), len(keys)))
    x[:, 0], x[:, 1] = 1.0, -purchases[known]
    for position, term in enumerate(terms.terms):
        x[:, keys.index(term.key)] += expected[known, position]
    mean = np.array([priors[key].used for key in keys])
    variance = np.array([max(priors[key].variance, _LEAST_VARIANCE) for key in keys])
    estimate, covariance = map_logistic(x, y, mean=mean, variance=variance)

    fold = random.permutation(np.arange(len(y)) % _FOLDS)
    log_odds = np.empty(len(y))
    for number in range(_FOLDS):
        held = fold == number
        log_odds[held] = x[held] @ map_logistic(x[~held], y[~held], mean=mean, variance=variance)[0]
    return OutcomeFit(keys=keys, mean=estimate, covariance=covariance, quality=_quality(log_odds, y, x @ mean))


def map_logistic(x: Floats, y: Floats, *, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Coefficients ``(k,)`` and covariance ``(k, k)`` of a logistic model with a normal prior.

    Minimises -log likelihood + Σ (b - mean)² / (2 variance); it is strictly convex, so Newton's steps with
    halving reach its one minimum.
    """
    precision = 1.0 / variance
    b = mean.copy()

    def loss(at: Floats) -> float:
        score = x @ at
        return float(np.logaddexp(0.0, score).sum() - y @ score + 0.5 * (precision * (at - mean) ** 2).sum())

    now = loss(b)
    for _ in range(50):
        p = sigmoid(x @ b)
        hessian = (x * (p * (1.0 - p))[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(hessian, x.T @ (y - p) - precision * (b - mean))
        while loss(b + step) > now + 1e-12 and np.abs(step).max() > 1e-10:
            step = step / 2
        b = b + step
        now = loss(b)
        if np.abs(step).max() < 1e-8:
            break
    p = sigmoid(x @ b)
    curvature = (x * (p * (1.0 - p))[:, None]).T @ x + np.diag(precision)
    return b, np.asarray(np.linalg.inv(curvature), dtype=np.float64)


def auc_interval(scores: Floats, y: Floats, *, level: float = 0.9) -> tuple[float, float, float]:
    """AUC with the bounds of its interval, by DeLong's variance from midranks (Sun & Xu 2014): O(n log n)."""
    positive, negative = scores[y == 1.0], scores[y == 0.0]
    m, n = len(positive), len(negative)
    ranks = _midranks(np.concatenate([positive, negative]))
    v10 = (ranks[:m] - _midranks(positive)) / n
    v01 = 1.0 - (ranks[m:] - _midranks(negative)) / m
    auc = float(v10.mean())
    half = NormalDist().inv_cdf(0.5 + level / 2) * float(np.sqrt(v10.var(ddof=1) / m + v01.var(ddof=1) / n))
    return auc, max(0.0, auc - half), min(1.0, auc + half)


def _quality(log_odds: Floats, y: Floats, prior_log_odds: Floats) -> Quality:
    auc, low, high = auc_interval(log_odds, y)
    wide = np.full(2, 1e4)
    (intercept, slope), _ = map_logistic(
        np.stack([np.ones(len(y)), log_odds], axis=1), y, mean=np.array([0.0, 1.0]), variance=wide
    )
    predicted = sigmoid(log_odds)
    parts = np.array_split(np.argsort(predicted, kind="stable"), _BINS)
    return Quality(
        n=len(y),
        left=int(y.sum()),
        auc=auc,
        auc_low=low,
        auc_high=high,
        prior_auc=auc_interval(prior_log_odds, y)[0],
        slope=float(slope),
        intercept=float(intercept),
        brier=float(((predicted - y) ** 2).mean()),
        bins=tuple(
            CalibrationBin(n=len(part), predicted=float(predicted[part].mean()), left=float(y[part].mean()))
            for part in parts
            if len(part)
        ),
    )


def _midranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2.0)[inverse]
    return ranks

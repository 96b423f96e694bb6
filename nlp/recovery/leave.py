"""P(leave) if ignored and if recovered: a logistic model on what the classifier read, and the effect of recovery.

On the day of the failure P(leave if ignored) = σ(b₀ - b_p·purchases + Σ b_j·x_j), where x holds causes, responses,
levels of severity reached, outcome of an earlier recovery, and a second failure within the window; without a failure
the sum is empty. In the cumulative hazard H = -ln(1 - P) = ln(1 + e^log-odds) the failure adds H_failure - H_without.

Whatever happens later happens to this hazard, because it happens to those who are still customers (Cox 1972). The
added hazard fades (Knox & van Oest 2014: a complaint's effect is short-lived): of who has not left after d days,
e^(-d/fading) of it is still ahead. And recovery takes a share of it back. The TARP table gives who stays unsatisfied
(u), satisfied (s) and satisfied quickly (q), for a small and a large loss; the share is 1 - ln s / ln u, or with q
for s, shrunk from stated intention to behaviour. Hence who is all but gone is hard to keep, and who hardly thinks of
leaving needs no keeping. P(leave) stays above what it is without a failure: recovery rarely offsets the whole (Knox &
van Oest 2014), and the recovery paradox, not significant for repurchase (de Matos, Henrique & Rossi 2007), earns no
credit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp.recovery.cases import Cases
from nlp.recovery.priors import Values
from nlp.taxonomy import Taxonomy

Floats = NDArray[np.float64]

_LEAST: Final = 1e-9
"""Nearest that a share who stay may come to nobody and to everybody."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One x_j: its name (``cause:price``, ``severity:2``, ``repeat`` …) and the key of its coefficient."""

    name: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of a taxonomy in column order, and where each reads its probability."""

    terms: tuple[Term, ...]
    columns: NDArray[np.int64]
    severity: slice | None
    recovery: slice | None

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms, in column order."""
        return tuple(term.name for term in self.terms)

    def coefficients(self, values: Values) -> Floats:
        """Coefficients ``(n_terms,)`` in log-odds."""
        return np.array([values[term.key] for term in self.terms])

    @classmethod
    def of(cls, taxonomy: Taxonomy, keys: Sequence[str]) -> Terms:
        """The terms that a taxonomy's labels give; a label without a constant of its own uses ``….other``."""
        terms: list[Term] = []
        columns: list[int] = []
        for group in ("cause", "response"):
            for label in taxonomy.group(group).ids if group in taxonomy else ():
                key = f"leave.{group}.{label}"
                terms.append(Term(name=f"{group}:{label}", key=key if key in keys else f"leave.{group}.other"))
                columns.append(taxonomy.column(group, label))
        severity = recovery = None
        if "severity" in taxonomy:
            severity = taxonomy.columns("severity")
            levels = taxonomy.group("severity").ids[1:]
            terms += [Term(name=f"severity:{level}", key=f"leave.severity.{level}") for level in levels]
        if "recovery" in taxonomy:
            recovery = taxonomy.columns("recovery")
            states = taxonomy.group("recovery").ids[1:]
            terms += [Term(name=f"recovery:{state}", key=f"leave.recovery.{state}") for state in states]
        terms.append(Term(name="repeat", key="leave.repeat"))
        return cls(terms=tuple(terms), columns=np.array(columns), severity=severity, recovery=recovery)

    def expected(self, cases: Cases, *, window_days: float) -> NDArray[np.float32]:
        """Expected x ``(n_cases, n_terms)`` in [0, 1] under the classifier's probabilities."""
        parts: list[NDArray[Any]] = [cases.probabilities[:, self.columns]]
        if self.severity is not None:
            parts.append(_reached(cases.probabilities[:, self.severity]))
        if self.recovery is not None:
            parts.append(cases.probabilities[:, self.recovery][:, 1:])
        parts.append((cases.repeat * (cases.gap_days <= window_days))[:, None])
        # Laid out by term: every step works on whole terms.
        return np.concatenate([part.T for part in parts], dtype=np.float32).T

    def draw(self, expected: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
        """One draw of x ``(n_cases, n_terms)``, zeros and ones, from the classifier's calibrated probabilities."""
        n, width = expected.shape
        return self.at(expected, random.random((width, n), dtype=np.float32).T)

    def at(self, expected: NDArray[np.float32], uniform: NDArray[np.float32]) -> NDArray[np.float32]:
        """The x ``(n_cases, n_terms)``, zeros and ones, that ``uniform`` of the same shape in [0, 1) picks.

        Whether there is a complaint comes first: without one nothing else is true, and with one every label
        has its probability divided by that of a complaint, so that each label keeps its own probability.
        """
        n, width = expected.shape
        drawn = np.empty((width, n), dtype=np.float32).T
        if self.severity is None:
            np.less(uniform, expected, out=drawn, casting="unsafe")
            return drawn
        first = len(self.columns)
        after = first + self.severity.stop - self.severity.start - 1
        # One number for all levels, so that reaching 2 implies reaching 1; one for the outcomes, so that at
        # most one of them holds.
        np.less(uniform[:, first, None], expected[:, first:after], out=drawn[:, first:after], casting="unsafe")
        complaint = drawn[:, first, None]
        # Instead of dividing every probability, the numbers that it is compared with are multiplied.
        needed = uniform * np.maximum(expected[:, first, None], 1e-6)
        np.less(needed[:, :first], expected[:, :first], out=drawn[:, :first], casting="unsafe")
        drawn[:, :first] *= complaint
        lower = np.zeros(n, dtype=np.float32)
        for column in range(after, width - 1):
            upper = lower + expected[:, column]
            drawn[:, column] = (needed[:, after] >= lower) & (needed[:, after] < upper)
            lower = upper
        np.less(uniform[:, -1], expected[:, -1], out=drawn[:, -1], casting="unsafe")
        drawn[:, after:] *= complaint
        return drawn


def sigmoid(log_odds: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow."""
    probability: Floats = 0.5 * (1.0 + np.tanh(0.5 * log_odds))
    return probability


def base_log_odds(regular: Floats, values: Values) -> Floats:
    """Log-odds ``(n,)`` of leaving without a failure; ``regular`` is that of ``centred_purchases``."""
    return values["leave.intercept"] - values["leave.purchases"] * regular


def centred_purchases(purchases: Floats) -> Floats:
    """log(1 + purchases) ``(n,)`` less its mean; 0, the average, where unknown."""
    amount = np.log1p(np.maximum(purchases, 0.0))
    known = ~np.isnan(amount)
    return np.where(known, amount - (amount[known].mean() if known.any() else 0.0), 0.0)


def relative_hazard(regular: Floats, values: Values) -> Floats:
    """Hazard of leaving without a failure ``(n,)`` as a multiple of the average customer's; ``regular`` as above."""
    average = np.logaddexp(0.0, values["leave.intercept"])
    hazard: Floats = np.logaddexp(0.0, base_log_odds(regular, values)) / average
    return hazard


def still_ahead(days: Floats, values: Values) -> Floats:
    """Share ``(n,)`` in (0, 1] of a failure's added hazard that is still ahead; 1 where the day is unknown."""
    faded: Floats = np.exp(-np.nan_to_num(days) / values["timing.fading_days"])
    return faded


def kept_share(values: Values, *, loss: str, speed: str) -> float:
    """Share of the added hazard that recovery takes back: ``loss`` minor or major, ``speed`` satisfied or quickly."""
    ignored, stay = (
        min(max(values[f"recovery.stay.{loss}.{state}"], _LEAST), 1.0 - _LEAST) for state in ("unsatisfied", speed)
    )
    return max(0.0, 1.0 - math.log(stay) / math.log(ignored)) * values["recovery.behaviour"]


@dataclass(frozen=True, kw_only=True)
class Leave:
    """Probabilities ``(n,)`` in [0, 1] per case: without a failure, if ignored, if recovered slowly, and fast.

    ``without <= fast <= slow <= ignored`` wherever the failure adds to the risk; where it adds nothing, recovery
    changes nothing.
    """

    without: Floats
    ignored: Floats
    slow: Floats
    fast: Floats


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What tempers recovery, per case: ``major`` in [0, 1] is the weight of a large loss, ``factor`` >= 0 scales it."""

    major: Floats
    factor: Floats
    left: NDArray[np.bool_]


def leave(*, base: Floats, added: Floats, ahead: Floats, effect: Effect, values: Values) -> Leave:
    """P(leave) of each case; ``base`` and ``added`` ``(n,)`` are log-odds, ``ahead`` as in ``still_ahead``.

    Who has already left leaves with probability 1, and recovery keeps the share ``recovery.left`` of its effect; that
    effect is scaled by ``effect.factor`` like everybody's, and by the part of the hazard that the failure added: who
    left without one left for something else.
    """
    calm = np.logaddexp(0.0, base)
    whole = np.logaddexp(0.0, base + added) - calm
    extra = whole * ahead
    mendable = np.maximum(extra, 0.0)
    over_failure = np.maximum(whole, 0.0) / (calm + np.maximum(whole, 0.0))
    ignored = np.where(effect.left, 1.0, -np.expm1(-calm - extra))

    def after(speed: str) -> Floats:
        minor, major = (kept_share(values, loss=loss, speed=speed) for loss in ("minor", "major"))
        share = minor + (major - minor) * effect.major
        result: Floats = np.where(
            effect.left,
            1.0 - values["recovery.left"] * effect.factor * share * over_failure,
            -np.expm1(-calm - extra + effect.factor * share * mendable),
        )
        return result

    without = np.where(effect.left, 0.0, -np.expm1(-calm))
    return Leave(without=without, ignored=ignored, slow=after("satisfied"), fast=after("quickly"))


def _reached(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """P(level >= k) for k = 1 … from probabilities of the levels."""
    reached: NDArray[np.float32] = np.cumsum(levels[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.clip(reached, 0.0, 1.0)

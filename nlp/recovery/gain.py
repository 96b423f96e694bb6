"""gain = value × (P(leave if ignored) - P(leave if recovered)) + word of mouth - cost, for all cases at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlp.recovery.cases import OUTCOMES, Cases
from nlp.recovery.leave import (
    Effect,
    Floats,
    Leave,
    Terms,
    base_log_odds,
    centred_purchases,
    leave,
    relative_hazard,
    still_ahead,
)
from nlp.recovery.priors import Values
from nlp.recovery.value import ValueFacts, customer_value


@dataclass(frozen=True, kw_only=True)
class Gain:
    """The gain of each case and its parts, ``(n,)`` in won unless said otherwise.

    ``leave`` holds probabilities. ``fast`` tells whether a quick recovery is still possible. ``urgency`` is what
    missing the deadline loses. ``total = value * saved + word_of_mouth - cost``.
    """

    value: Floats
    leave: Leave
    fast: NDArray[np.bool_]
    word_of_mouth: Floats
    cost: Floats
    total: Floats

    @property
    def recovered(self) -> Floats:
        """P(leave if recovered) at the speed that is still possible."""
        return np.where(self.fast, self.leave.fast, self.leave.slow)

    @property
    def urgency(self) -> Floats:
        """What a quick recovery gains over a late one."""
        return self.value * (self.leave.slow - self.leave.fast)


@dataclass(frozen=True, kw_only=True)
class GainModel:
    """The cases and what is known of them; ``left`` ``(n,)`` marks who has already left."""

    cases: Cases
    terms: Terms
    facts: ValueFacts
    left: NDArray[np.bool_]

    @cached_property
    def regular(self) -> Floats:
        """How regular a customer each one is, ``(n,)``; see ``centred_purchases``."""
        return centred_purchases(self.facts.purchases)

    def gain(
        self, x: NDArray[np.float32], values: Values, *, value: Floats | None = None, shift: Floats | float = 0.0
    ) -> Gain:
        """Gain under the constants ``values`` for ``x`` ``(n, n_terms)``.

        ``value`` ``(n,)`` replaces the customers' value, ``shift`` moves each customer's log-odds of leaving: what
        the texts and columns do not tell.
        """
        if value is None:
            value = self.value_sources(values).sum(axis=1)
        major = self._major(x)
        chance = leave(
            base=base_log_odds(self.regular, values) + shift,
            added=self.added(x, values),
            ahead=still_ahead(self.cases.days, values),
            effect=Effect(major=major, factor=self._factor(x, values), left=self.left),
            values=values,
        )
        fast = self.cases.days <= values["timing.fast_days"]
        word_of_mouth = self._word_of_mouth(x, values, float(np.median(value)))
        cost = values["cost.contact"] + values["cost.minor"] + (values["cost.major"] - values["cost.minor"]) * major
        saved = chance.ignored - np.where(fast, chance.fast, chance.slow)
        return Gain(
            value=value,
            leave=chance,
            fast=fast,
            word_of_mouth=word_of_mouth,
            cost=cost,
            total=value * saved + word_of_mouth - cost,
        )

    def value_sources(self, values: Values) -> Floats:
        """Value of each customer by source, ``(n, 5)`` in won."""
        return customer_value(self.facts, values, hazard=relative_hazard(self.regular, values))

    def added(self, x: NDArray[np.float32], values: Values) -> Floats:
        """Log-odds ``(n,)`` that the failure adds."""
        return (x @ self.terms.coefficients(values).astype(np.float32)).astype(np.float64)

    def _of(self, x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        if name in self.terms.names:
            return x[:, self.terms.names.index(name)]
        return np.zeros(len(x), dtype=np.float32)

    def _levels(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        first = len(self.terms.columns)
        count = sum(name.startswith("severity:") for name in self.terms.names)
        return x[:, first : first + count]

    def _major(self, x: NDArray[np.float32]) -> Floats:
        """Weight of a large loss: the second level of severity, "a clear loss of money or time", is reached."""
        levels = self._levels(x)
        return levels[:, min(1, levels.shape[1] - 1)].astype(np.float64) if levels.shape[1] else np.zeros(len(x))

    def _factor(self, x: NDArray[np.float32], values: Values) -> Floats:
        """What tempers the effect of recovery, in [0, 1]; zero for who leaves for a reason no service can mend."""
        competitor = 1.0 - self._of(x, "cause:competitor_pull") * (1.0 - values["recovery.competitor"])
        second = 1.0 - self._of(x, "recovery:failed") * (1.0 - values["recovery.second_try"])
        mended = 1.0 - self._of(x, "recovery:recovered")
        closed = np.where(self.cases.outcome == OUTCOMES.index("closed"), values["recovery.closed"], 1.0)
        return np.where(self.cases.involuntary, 0.0, competitor * second * mended * closed)

    def _word_of_mouth(self, x: NDArray[np.float32], values: Values, average: float) -> Floats:
        # The typical customer is the median one: a few rich ones say nothing of whom a complaint reaches.
        reach = np.where(self.cases.public, values["wom.reach.public"], values["wom.reach.private"])
        levels = self._levels(x)
        strength = levels.mean(axis=1) if levels.shape[1] else np.ones(len(x))
        worth = values["wom.influence"] * values["wom.calmed"] * values["wom.negative_multiplier"] * average
        return self._of(x, "response:negative_wom") * strength * reach * worth

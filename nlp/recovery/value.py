"""What a customer is worth: profit over the expected remaining life, by its five sources.

A regular customer's profit has five sources: the base profit, growth of purchases, saved cost, referrals and a
price premium (Reichheld & Sasser 1990). The last four grow with the years as a customer in that paper; whether
they do is contested, so their rates are without effect until switched on, and the sources count only where a
column of the user's measures them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.recovery.cases import Cases
from nlp.recovery.columns import (
    TIERS,
    ValueColumns,
    money_unit,
    parse_column,
    parse_count,
    parse_money,
    parse_months,
    parse_months_since,
    parse_tier,
)
from nlp.recovery.priors import Values

SOURCES: Final = ("base", "growth", "saving", "referral", "premium")
_SHORTEST_TENURE = 12.0


@dataclass(frozen=True, kw_only=True)
class ValueFacts:
    """What the columns say of each case, ``(n,)`` each, NaN where they say nothing.

    ``margin`` and ``revenue`` are won a month; ``tenure`` is in years; ``tier`` a position in ``TIERS``;
    ``saving`` and ``premium`` are won a month; ``referrals`` and ``purchases`` are counts.
    """

    margin: NDArray[np.float64]
    revenue: NDArray[np.float64]
    tenure: NDArray[np.float64]
    tier: NDArray[np.float64]
    saving: NDArray[np.float64]
    premium: NDArray[np.float64]
    referrals: NDArray[np.float64]
    purchases: NDArray[np.float64]

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Where money or a tier tells customers apart, ``(n,)``; elsewhere the default holds."""
        return ~(np.isnan(self.margin) & np.isnan(self.revenue) & np.isnan(self.tier))


def read_value_facts(table: ClassifiedTable, cases: Cases, columns: ValueColumns, *, now: datetime) -> ValueFacts:
    """Read the columns, taking each customer's newest filled cell; cells that do not parse count as empty."""
    unknown = np.full(len(cases), np.nan)

    def money(name: str | None) -> NDArray[np.float64]:
        if name is None:
            return unknown
        unit = money_unit(name)
        return cases.latest(parse_column(table.fields[name], lambda cell: parse_money(cell, unit=unit)))

    def count(name: str | None) -> NDArray[np.float64]:
        return unknown if name is None else cases.latest(parse_column(table.fields[name], parse_count))

    months = unknown
    if columns.tenure is not None:
        months = cases.latest(parse_column(table.fields[columns.tenure], parse_months))
    if columns.joined is not None:
        since = parse_column(table.fields[columns.joined], lambda cell: parse_months_since(cell, now))
        months = np.where(np.isnan(months), cases.latest(since), months)
    tier = unknown
    if columns.tier is not None:
        tier = cases.latest(parse_column(table.fields[columns.tier], parse_tier))

    # A customer's first weeks are no basis for a monthly figure: a total spans a year at least.
    spread = np.maximum(np.where(np.isnan(months), _SHORTEST_TENURE, months), _SHORTEST_TENURE)
    margin = _first(money(columns.margin), money(columns.yearly_margin) / 12, money(columns.total_margin) / spread)
    revenue = _first(money(columns.revenue), money(columns.yearly_revenue) / 12, money(columns.total_revenue) / spread)
    return ValueFacts(
        margin=margin,
        revenue=revenue,
        tenure=months / 12,
        tier=tier,
        saving=money(columns.saving),
        premium=money(columns.premium),
        referrals=count(columns.referrals),
        purchases=count(columns.purchases),
    )


def customer_value(facts: ValueFacts, values: Values, *, hazard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value in won of keeping each customer, by source: ``(n, 5)`` in the order of ``SOURCES``.

    ``hazard`` ``(n,)`` is each customer's risk of leaving without a failure as a multiple of the average one:
    whom loyalty keeps has the longer life to lose. Month t is reached with probability (1 - churn)^t and counts
    (1 + discount)^-t, up to a horizon; without a horizon and a discount the base is margin / churn, the margin
    over the expected life 1/churn. A rate r of growth, saving, referral or premium adds r of the base profit for
    every year (growth: from now on; the others: from the day the customer joined). A column of saving, premium or
    referrals replaces its rate.
    """
    life, ahead = _life(np.minimum(values["value.monthly_churn"] * hazard, 1.0), values)

    default = np.full(len(facts.margin), values["value.monthly_margin"])
    for position, tier in enumerate(TIERS):
        default[facts.tier == position] *= values[f"value.tier.{tier}"]
    base = np.maximum(_first(facts.margin, facts.revenue * values["value.margin_rate"], default), 0.0)
    tenure = np.nan_to_num(facts.tenure)

    def by_rate(rate: str) -> NDArray[np.float64]:
        if not values[rate]:
            return np.zeros_like(base)
        rated: NDArray[np.float64] = base * values[rate] * (tenure * life + ahead)
        return rated

    introduced = facts.referrals / np.maximum(tenure, 1.0) * (life / 12) * base * life * values["value.referral_worth"]
    return np.stack(
        [
            base * life,
            base * values["value.growth"] * ahead,
            _first(facts.saving * life, by_rate("value.saving")),
            _first(introduced, by_rate("value.referral")),
            _first(facts.premium * life, by_rate("value.premium")),
        ]
    ).T


def _life(churn: NDArray[np.float64], values: Values) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected discounted months ahead, Σ k^t, and the same weighted by years from now, Σ k^t·t/12, for t < horizon."""
    # The sums divide by 1 - k, which is nothing where nobody leaves and nothing is discounted.
    keep = np.minimum((1.0 - churn) / (1.0 + values["value.monthly_discount"]), 1.0 - 1e-6)
    horizon = round(values["value.horizon_months"])
    gone = 1.0 - keep
    last = keep**horizon
    life = (1.0 - last) / gone
    return life, (keep * (1.0 - last) / gone - horizon * last) / gone / 12


def _first(*choices: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first known number of each case."""
    chosen = choices[0]
    for choice in choices[1:]:
        chosen = np.where(np.isnan(chosen), choice, chosen)
    return chosen

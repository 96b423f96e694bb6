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
    says_total,
)
from nlp.recovery.priors import Values

SOURCES: Final = ("base", "growth", "saving", "referral", "premium")
_SHORTEST_TENURE = 12.0

FEWEST: Final = 5
"""Customers whose money is known from which their median stands for those whose money is not."""

_ORDERS: Final = (3, 0.25)
"""A running total hardly ever falls: so many falls, and more than this share of the changes, tell single orders."""


@dataclass(frozen=True, kw_only=True)
class ValueFacts:
    """What the columns say of each case, ``(n,)`` each, NaN where they say nothing.

    ``margin`` and ``revenue`` are won a month; ``tenure`` is in years; ``tier`` a position in ``TIERS``;
    ``saving`` and ``premium`` are won a month; ``referrals`` and ``purchases`` are counts. ``per_order`` names the
    columns of totals that hold single orders.
    """

    margin: NDArray[np.float64]
    revenue: NDArray[np.float64]
    tenure: NDArray[np.float64]
    tier: NDArray[np.float64]
    saving: NDArray[np.float64]
    premium: NDArray[np.float64]
    referrals: NDArray[np.float64]
    purchases: NDArray[np.float64]
    per_order: tuple[str, ...] = ()

    @property
    def paid(self) -> NDArray[np.bool_]:
        """Where money is known, ``(n,)``."""
        return ~(np.isnan(self.margin) & np.isnan(self.revenue))

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Where money or a tier tells customers apart, ``(n,)``; elsewhere the default holds."""
        return self.paid | ~np.isnan(self.tier)


def read_value_facts(table: ClassifiedTable, cases: Cases, columns: ValueColumns, *, now: datetime) -> ValueFacts:
    """Read the columns, taking each customer's newest filled cell; cells that do not parse count as empty.

    A column of totals whose amounts fall again and again within a customer holds single orders, unless its name says
    that it is a total: the customer's total is then the mean order, refunds aside, times the purchases, or times the
    orders in the table where no column counts them.
    """
    unknown = np.full(len(cases), np.nan)

    def cells(name: str) -> NDArray[np.float64]:
        unit = money_unit(name)
        return parse_column(table.fields[name], lambda cell: parse_money(cell, unit=unit))

    def money(name: str | None) -> NDArray[np.float64]:
        return unknown if name is None else cases.latest(cells(name))

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

    purchases = count(columns.purchases)
    per_order = tuple(
        name
        for name in (columns.total_margin, columns.total_revenue)
        if name is not None and not says_total(name) and _falls(cells(name), table, cases)
    )

    def total(name: str | None) -> NDArray[np.float64]:
        return _order_totals(cells(name), table, cases, purchases) if name in per_order else money(name)

    # A customer's first weeks are no basis for a monthly figure: a total spans a year at least.
    spread = np.maximum(np.where(np.isnan(months), _SHORTEST_TENURE, months), _SHORTEST_TENURE)
    margin = _first(money(columns.margin), money(columns.yearly_margin) / 12, total(columns.total_margin) / spread)
    revenue = _first(money(columns.revenue), money(columns.yearly_revenue) / 12, total(columns.total_revenue) / spread)
    return ValueFacts(
        margin=margin,
        revenue=revenue,
        tenure=months / 12,
        tier=tier,
        saving=money(columns.saving),
        premium=money(columns.premium),
        referrals=count(columns.referrals),
        purchases=purchases,
        per_order=per_order,
    )


def customer_value(facts: ValueFacts, values: Values, *, hazard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value in won of keeping each customer, by source: ``(n, 5)`` in the order of ``SOURCES``.

    ``hazard`` ``(n,)`` is each customer's risk of leaving without a failure as a multiple of the average one:
    whom loyalty keeps has the longer life to lose. Month t is reached with probability (1 - churn)^t and counts
    (1 + discount)^-t, up to a horizon; without a horizon and a discount the base is margin / churn, the margin
    over the expected life 1/churn. A rate r of growth, saving, referral or premium adds r of the base profit for
    every year (growth: from now on; the others: from the day the customer joined). A column of saving, premium or
    referrals replaces its rate. Whose money is unknown has the median margin of those of the same tier, or of all,
    where the table knows ``FEWEST`` of them, and the stated default of the tier where it does not.
    """
    life, ahead = _life(np.minimum(values["value.monthly_churn"] * hazard, 1.0), values)

    earned = _first(facts.margin, facts.revenue * values["value.margin_rate"])
    base = np.maximum(_first(earned, _usual(earned, facts.tier, values)), 0.0)
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


def _usual(earned: NDArray[np.float64], tiers: NDArray[np.float64], values: Values) -> NDArray[np.float64]:
    """A month's margin ``(n,)`` of a customer whose own is unknown; see ``customer_value``."""
    known = ~np.isnan(earned)
    enough = known.sum() >= FEWEST
    usual = np.full(len(earned), np.median(earned[known]) if enough else values["value.monthly_margin"])
    for position, tier in enumerate(TIERS):
        same = tiers == position
        if (known & same).sum() >= FEWEST:
            usual[same] = np.median(earned[known & same])
        elif not enough:
            usual[same] *= values[f"value.tier.{tier}"]
    return usual


def _falls(amounts: NDArray[np.float64], table: ClassifiedTable, cases: Cases) -> bool:
    """Whether a customer's amounts fall with time too often for a running total."""
    rows = cases.order[~np.isnan(amounts[cases.order]) & ~np.isnat(table.times[cases.order])]
    same = cases.of_rows[rows][1:] == cases.of_rows[rows][:-1]
    steps = np.diff(amounts[rows])[same]
    falls, (fewest, share) = int((steps < 0).sum()), _ORDERS
    return falls >= fewest and falls > share * int((steps != 0).sum())


def _order_totals(
    amounts: NDArray[np.float64], table: ClassifiedTable, cases: Cases, purchases: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Total ``(n,)`` of each case from one amount per document; what was told twice of one time is one order."""
    rows = np.flatnonzero(amounts > 0.0)
    told = np.stack([cases.of_rows[rows], table.times[rows].astype(np.int64), amounts[rows]])
    orders = np.unique(told, axis=1)
    case = orders[0].astype(np.int64)
    seen = np.bincount(case, minlength=len(cases)).astype(np.float64)
    mean = np.bincount(case, weights=orders[2], minlength=len(cases)) / np.where(seen, seen, np.nan)
    return mean * _first(purchases, seen)


def _first(*choices: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first known number of each case."""
    chosen = choices[0]
    for choice in choices[1:]:
        chosen = np.where(np.isnan(chosen), choice, chosen)
    return chosen

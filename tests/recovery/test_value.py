from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recovery_tables import NOW, document, table

from nlp.recovery.cases import group_cases
from nlp.recovery.columns import ValueColumns
from nlp.recovery.priors import Priors
from nlp.recovery.value import SOURCES, ValueFacts, customer_value, read_value_facts

VALUES = Priors.load().values()


def facts(**fields: str) -> ValueFacts:
    data = table(document(fields=fields))
    cases = group_cases(data, now=NOW, window_days=60.0)
    return read_value_facts(data, cases, ValueColumns().filled_from(tuple(data.fields)), now=NOW)


TEN_THOUSAND = facts(월마진="1만원")


def value(known: ValueFacts, hazard: float = 1.0, **changed: float) -> dict[str, float]:
    values = {**VALUES, **{key.replace("__", "."): number for key, number in changed.items()}}
    found = customer_value(known, values, hazard=np.full(len(known.margin), hazard))
    return dict(zip(SOURCES, found[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("fields", "margin"),
    [
        ({"월마진": "3만원"}, 30_000),
        ({"연이익": "36만"}, 30_000),
        ({"누적이익": "72만", "가입기간": "2년"}, 30_000),
        ({"누적이익": "36만", "가입기간": "1개월"}, 30_000),
        ({"누적이익": "36만"}, 30_000),
        ({"월마진": "3만원", "월매출": "90만원"}, 30_000),
        ({"월마진(천원)": "30"}, 30_000),
        ({"월마진(만원)": "3만원"}, 30_000),
    ],
)
def test_margins_of_any_period_become_a_months(fields: dict[str, str], margin: float) -> None:
    assert facts(**fields).margin[0] == pytest.approx(margin)


def test_without_a_horizon_and_a_discount_the_base_is_margin_over_churn() -> None:
    changed = {"value__monthly_churn": 0.02, "value__monthly_discount": 0.0, "value__horizon_months": 5000.0}
    assert value(facts(월마진="1만원"), **changed)["base"] == pytest.approx(10_000 / 0.02)


def test_who_never_leaves_is_worth_the_margin_of_every_month_up_to_the_horizon() -> None:
    changed = {"value__monthly_churn": 0.0, "value__monthly_discount": 0.0, "value__horizon_months": 60.0}
    found = value(facts(월마진="1만원"), value__growth=0.1, **changed)
    assert found["base"] == pytest.approx(10_000 * 60, rel=1e-3)
    assert found["growth"] == pytest.approx(10_000 * 0.1 * sum(range(60)) / 12, rel=1e-3)


def test_revenue_counts_by_the_margin_rate_and_a_tier_by_its_multiple() -> None:
    life = value(facts(월마진="1원"))["base"]
    assert value(facts(월매출="10만원"))["base"] == pytest.approx(100_000 * VALUES["value.margin_rate"] * life)
    default = VALUES["value.monthly_margin"] * life
    assert value(facts(등급="VIP"))["base"] == pytest.approx(default * VALUES["value.tier.top"])
    assert value(facts(등급="알 수 없음"))["base"] == pytest.approx(default)
    assert not facts(등급="알 수 없음").measured[0]


def several(*customers: list[dict[str, str]]) -> ValueFacts:
    """Facts of customers whose documents, a day apart, have these fields."""
    made = [
        document(customer=f"C{number}", days_ago=30.0 - day, fields=fields)
        for number, rows in enumerate(customers)
        for day, fields in enumerate(rows)
    ]
    data = table(*made)
    cases = group_cases(data, now=NOW, window_days=60.0)
    return read_value_facts(data, cases, ValueColumns().filled_from(tuple(data.fields)), now=NOW)


def orders(*amounts: str, name: str = "결제금액", **further: str) -> list[dict[str, str]]:
    return [{name: amount, **further} for amount in amounts]


UP_AND_DOWN = ("30,000", "20,000", "40,000", "10,000", "20,000", "6,000")


def test_amounts_that_fall_are_single_orders_and_sum_up() -> None:
    found = several(orders(*UP_AND_DOWN), orders("12,000", "-12,000"))
    assert found.per_order == ("결제금액",)
    assert found.revenue == pytest.approx([126_000 / 12, 1_000])
    counted = several(orders(*UP_AND_DOWN, 주문횟수="24"), orders("-12,000", 주문횟수="3"))
    assert counted.revenue[0] == pytest.approx(21_000 * 24 / 12)
    assert np.isnan(counted.revenue[1])


def test_an_order_told_twice_of_one_time_is_one_order() -> None:
    rows = [
        document(customer="A", days_ago=9.0 - day // 2, fields={"결제금액": cell})
        for day, cell in enumerate([cell for cell in UP_AND_DOWN for _ in range(2)])
    ]
    data = table(*rows)
    cases = group_cases(data, now=NOW, window_days=60.0)
    found = read_value_facts(data, cases, ValueColumns().filled_from(tuple(data.fields)), now=NOW)
    assert found.revenue == pytest.approx([126_000 / 12])


@pytest.mark.parametrize(
    "customers",
    [
        [orders(*UP_AND_DOWN, name="누적매출")],
        [orders("1만", "2만", "3만", "4만", "5만"), orders("3만", "2만"), orders("3만", "2만")],
        [orders(*(f"{amount}만" for amount in range(1, 20))), *[orders("3만", "2만")] * 3],
    ],
)
def test_running_totals_stay_what_they_are(customers: list[list[dict[str, str]]]) -> None:
    found = several(*customers)
    assert not found.per_order
    assert found.revenue[-1] == pytest.approx({6: 6_000, 2: 20_000}[len(customers[-1])] / 12)


def test_whose_money_is_unknown_is_worth_what_the_others_of_the_file_are() -> None:
    paid = [{"월마진": f"{amount}천원", "등급": "VIP" if amount > 5 else "일반"} for amount in range(1, 11)]
    blank = [{"월마진": "", "등급": tier} for tier in ("VIP", "일반", "골드", "")]
    known = several(*([fields] for fields in (*paid, *blank)))
    base = customer_value(known, VALUES, hazard=np.ones(14))[:, 0]
    life = value(facts(월마진="1원"))["base"]
    assert base[10:] / life == pytest.approx([8_000, 3_000, 5_500, 5_500])
    few = several(*([fields] for fields in (*paid[:4], blank[0])))
    assert customer_value(few, VALUES, hazard=np.ones(5))[4, 0] / life == pytest.approx(
        VALUES["value.monthly_margin"] * VALUES["value.tier.top"]
    )


def test_who_leaves_less_easily_has_the_longer_life() -> None:
    known = facts(월마진="1만원")
    assert value(known, hazard=0.5)["base"] > value(known, hazard=1.0)["base"] > value(known, hazard=2.0)["base"]


def test_contested_sources_are_nothing_until_switched_on() -> None:
    known = facts(월마진="1만원", 가입기간="5년")
    assert [value(known)[name] for name in SOURCES[1:]] == [0.0, 0.0, 0.0, 0.0]
    for source in SOURCES[1:]:
        assert value(known, **{f"value__{source}": 0.1})[source] > 0


def test_sources_that_the_columns_measure_count() -> None:
    found = value(facts(월마진="1만원", 월절감액="1천원", 월프리미엄="2천원", 추천횟수="3명", 가입기간="2년"))
    life = value(facts(월마진="1원"))["base"]
    assert found["saving"] == pytest.approx(1_000 * life)
    assert found["premium"] == pytest.approx(2_000 * life)
    assert found["referral"] > 0
    assert found["growth"] == 0.0


def test_a_loss_making_customer_is_worth_nothing_rather_than_less() -> None:
    assert value(facts(월마진="-3만원"))["base"] == 0.0


@given(
    churn=st.floats(0, 1),
    hazard=st.floats(0.01, 50),
    horizon=st.integers(1, 150),
    rate=st.sampled_from(["growth", "saving", "referral", "premium"]),
)
def test_the_sum_over_months_is_that_of_adding_them_up(churn: float, hazard: float, horizon: int, rate: str) -> None:
    known = TEN_THOUSAND
    changed: dict[str, Any] = {"value__monthly_churn": churn, "value__horizon_months": float(horizon)}
    found = value(known, hazard, **changed, **{f"value__{rate}": 0.1})
    keep = (1 - min(churn * hazard, 1.0)) / (1 + VALUES["value.monthly_discount"])
    months = np.arange(horizon)
    assert found["base"] == pytest.approx(10_000 * (keep**months).sum(), rel=1e-6)
    assert found[rate] == pytest.approx(10_000 * 0.1 * (keep**months * months / 12).sum(), rel=1e-4, abs=1e-3)

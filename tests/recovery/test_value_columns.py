from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recovery_tables import NOW

from nlp.errors import ColumnError
from nlp.recovery.columns import (
    ValueColumns,
    money_unit,
    not_in_won,
    parse_answer,
    parse_column,
    parse_count,
    parse_money,
    parse_months,
    parse_months_since,
    parse_tier,
)


@pytest.mark.parametrize(
    ("cell", "won"),
    [
        ("12,000원", 12_000),
        ("3만원", 30_000),
        ("120만", 1_200_000),
        ("3만 5천원", 35_000),
        ("3만5000", 35_000),
        ("1.5만", 15_000),
        ("1억 2,000만원", 120_000_000),
        ("₩9,900", 9_900),
        ("9900.50", 9_900.5),
        ("-500", -500),
        ("-3만원", -30_000),
        ("0", 0),
        ("1천만", 10_000_000),
        ("2천만원", 20_000_000),
        ("5백만원", 5_000_000),
        ("3천5백만원", 35_000_000),
        ("1억 2천3백만", 123_000_000),
        ("5백원", 500),
        ("(500)", -500),
        ("(3만원)", -30_000),
        ("△500", -500),
        ("▲1,500원", -1_500),
        ("\u2212500", -500),
    ],
)
def test_money_is_read_as_koreans_write_it(cell: str, won: float) -> None:
    assert parse_money(cell) == pytest.approx(won)


@pytest.mark.parametrize(
    "cell", ["", "원", "-", "없음", "3만~5만", "만", "12,000원 이상", "$500", "(없음)", "2천천", "1.2.3"]
)
def test_what_is_no_amount_is_unknown(cell: str) -> None:
    assert isnan(parse_money(cell))


@pytest.mark.parametrize(("cell", "won"), [("3", 30_000), ("(3)", -30_000), ("3만원", 30_000), ("300원", 300)])
def test_the_unit_of_a_column_is_for_mere_numbers(cell: str, won: float) -> None:
    assert parse_money(cell, unit=1e4) == won


@given(st.integers(0, 10**12))
def test_an_amount_reads_the_same_with_and_without_separators(won: int) -> None:
    assert parse_money(f"{won:,}원") == parse_money(str(won)) == won


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("월매출", 1),
        ("월매출(만원)", 1e4),
        ("연매출 [백만원]", 1e6),
        ("월매출(천 원)", 1e3),
        ("매출(원)", 1),
        ("월매출(단위: 만원)", 1e4),
        ("월매출(단위:천원)", 1e3),
        ("월매출(VAT 별도, 만원)", 1e4),
        ("월매출(VAT포함)(백만 원)", 1e6),
        ("월매출(단위 억)", 1e8),
        ("월매출(회원)", 1),
        ("월매출(VAT 10% 포함)", 1),
        ("월매출(원, USD 환산)", 1),
        ("월매출(개인만)", 1),
        ("월매출(KRW, 천)", 1e3),
    ],
)
def test_a_unit_in_brackets_counts(name: str, unit: float) -> None:
    assert money_unit(name) == unit


@pytest.mark.parametrize(
    "name", ["월매출(USD)", "월매출 ($)", "월매출(천달러)", "월매출(단위: 엔)", "월매출(천엔)", "마진(%)"]
)
def test_money_that_is_not_won_is_not_read_as_won(name: str) -> None:
    assert isnan(money_unit(name))
    columns = ValueColumns().filled_from((name, "월매출(만원)", "구매횟수"))
    assert tuple(columns.used) == ("월매출(만원)", "구매횟수")
    assert not_in_won((name, "월매출(만원)", "구매횟수", "할인(%)")) == (name,)


@pytest.mark.parametrize(
    ("cell", "months"), [("24", 24), ("24개월", 24), ("2년", 24), ("2년 3개월", 27), ("1.5년", 18), ("6달", 6)]
)
def test_a_tenure_is_read_in_months(cell: str, months: float) -> None:
    assert parse_months(cell) == pytest.approx(months)


@pytest.mark.parametrize("cell", ["", "오래", "년"])
def test_what_is_no_tenure_is_unknown(cell: str) -> None:
    assert isnan(parse_months(cell))


@pytest.mark.parametrize(
    "cell", ["2025-11-21", "2025.11.21", "2025/11/21 09:30", "20251121", "2025년 11월 21일", "25/11/21", "45982"]
)
def test_a_joining_date_becomes_months_until_now(cell: str) -> None:
    assert parse_months_since(cell, NOW) == pytest.approx(12, abs=0.05)


@pytest.mark.parametrize("cell", ["2025-11", "2025.11", "202511", "2025년 11월"])
def test_a_month_of_joining_counts_from_its_first_day(cell: str) -> None:
    assert parse_months_since(cell, NOW) == pytest.approx(12.66, abs=0.05)


@pytest.mark.parametrize("cell", ["2025-13-40", "2025-13", "작년", "24", "250", "365", ""])
def test_what_is_no_date_is_unknown(cell: str) -> None:
    assert isnan(parse_months_since(cell, NOW))


@pytest.mark.parametrize(("cell", "count"), [("12회", 12), ("1,204건", 1204), ("3 명", 3), ("7", 7)])
def test_a_count_is_read_with_its_counter(cell: str, count: float) -> None:
    assert parse_count(cell) == count


@pytest.mark.parametrize(("cell", "position"), [("VIP", 0), ("골드회원", 1), ("silver", 2), ("일반 고객", 3)])
def test_tiers_are_known_by_their_usual_names(cell: str, position: int) -> None:
    assert parse_tier(cell) == position
    assert isnan(parse_tier("무지개"))


@pytest.mark.parametrize(("cell", "left"), [("Y", 1), ("해지", 1), ("1", 1), ("유지", 0), ("N", 0), ("이용 중", 0)])
def test_a_churn_outcome_is_read(cell: str, left: float) -> None:
    assert parse_answer(cell) == left


@pytest.mark.parametrize("cell", ["접수", "신규", "재접수", "배정", "미답변", "답변 대기", "처리중"])
def test_a_status_of_an_open_case_is_read(cell: str) -> None:
    assert parse_answer(cell, yes="closed", no="open") == 0.0


def test_an_unknown_answer_is_unknown() -> None:
    assert isnan(parse_answer("글쎄"))


def test_cells_that_are_empty_or_none_are_unknown() -> None:
    column = np.array(["3만원", None, "", "3만원"], dtype=object)
    assert np.array_equal(parse_column(column, parse_money), [3e4, np.nan, np.nan, 3e4], equal_nan=True)


def test_roles_are_recognised_by_korean_and_english_names() -> None:
    names = ("내용", "월매출(만원)", "회원 등급", "Purchase_Count", "해지여부", "가입일", "처리상태", "마진")
    assert ValueColumns().filled_from(names) == ValueColumns(
        revenue="월매출(만원)",
        tier="회원 등급",
        purchases="Purchase_Count",
        churned="해지여부",
        joined="가입일",
        status="처리상태",
        total_margin="마진",
    )


def test_what_the_user_says_goes_before_what_is_recognised() -> None:
    columns = ValueColumns(margin="마진").filled_from(("마진", "월마진"))
    assert (columns.margin, columns.total_margin) == ("마진", None)


def test_a_column_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ColumnError, match=r"월이익금.*월마진"):
        ValueColumns(margin="월이익금").filled_from(("월마진",))

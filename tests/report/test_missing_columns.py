"""A file without a column still gives a report; the report says what the column would add."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO

import numpy as np
import pytest
from synthetic import COLUMNS, complaint_table

from nlp.report.analysis import analyze_table
from nlp.report.blocks import Deck
from nlp.report.headlines import headlines
from nlp.report.html import render_report
from nlp.report.page import build_page
from nlp.report.sheets import sheets_of
from nlp.report.summary import summary
from nlp.report.workbook import write_workbook

TODAY = datetime(2026, 11, 21)  # noqa: DTZ001 - clock times as written
NOTES = {
    "customer": ("no_customer", "고객번호"),
    "time": ("no_time", "접수일시"),
    "channel": ("no_channel", "채널"),
    "branch": ("no_branch", "지점"),
    "product": ("no_product", "상품"),
    "value": ("no_value", "월매출"),
    "status": ("no_status", "처리상태"),
    "churned": ("no_outcome", "해지여부"),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_without_a_column_the_report_is_written_and_names_it(column: str) -> None:
    analysis = analyze_table(complaint_table(120, without=(column,)), today=TODAY, draws=20)
    code, name = NOTES[column]
    note = next(note for note in analysis.notes if note.code == code)
    assert name in note.ko
    assert note.ko.split(".")[0][:15] in render_report(analysis)
    assert len(headlines(analysis)) >= 4
    assert code in {note["code"] for note in summary(analysis)["notes"]}
    assert write_workbook(BytesIO(), analysis) == len(analysis.ranking)


def test_without_customers_cases_are_counted_as_texts() -> None:
    analysis = analyze_table(complaint_table(120, without=("customer",)), today=TODAY, draws=20, capacity=7)
    page = build_page(analysis)
    gain = next(chart for chart in page.charts if chart.id == "gain")
    assert "상위 7건" in gain.title.ko
    deck = next(block for section in page.sections for block in section.blocks if isinstance(block, Deck))
    assert deck.title.ko.endswith("건")
    assert "명" not in next(sheets_of(analysis, 5)).note.ko
    assert "회복 대상 글" in {tile.name.ko for tile in page.tiles}


def test_without_a_time_no_headline_speaks_of_deadlines() -> None:
    dated, undated = (
        analyze_table(complaint_table(120, without=without), today=TODAY, draws=20) for without in ((), ("time",))
    )
    assert any("기한" in line.ko for line in headlines(dated))
    assert not any("기한" in line.ko for line in headlines(undated))


def test_where_every_deadline_has_passed_the_headline_says_so_and_counts_none() -> None:
    late = analyze_table(complaint_table(120), now=datetime(2026, 12, 5), today=TODAY, draws=20)  # noqa: DTZ001
    (line,) = [line.ko for line in headlines(late) if "기한" in line.ko]
    assert "빠른 회복 기한은 모두 지났습니다" in line
    assert "0명" not in line


def test_with_all_columns_none_of_them_is_called_missing() -> None:
    analysis = analyze_table(complaint_table(320), draws=20)
    assert not {code for code, _ in NOTES.values()} & {note.code for note in analysis.notes}


def test_a_mistyped_date_in_the_future_is_no_now_and_stays_out_of_the_weeks() -> None:
    table = complaint_table(120)
    times = table.times.copy()
    times[50] = np.datetime64("2062-10-01T10:00:00")
    mistyped = analyze_table(replace(table, times=times), today=TODAY, draws=20)
    expected = analyze_table(table, today=TODAY, draws=20)
    assert mistyped.now == expected.now
    assert mistyped.period == expected.period
    assert len(mistyped.trend.weeks) == len(expected.trend.weeks)
    assert (mistyped.trend.undated, expected.trend.undated) == (1, 0)
    assert "future_times" in {note.code for note in mistyped.notes}
    assert not {"future_times", "some_times"} & {note.code for note in expected.notes}


def test_a_clock_behind_the_given_moment_makes_no_date_a_slip() -> None:
    late = analyze_table(complaint_table(120), now=TODAY, today=datetime(2020, 1, 1), draws=20)  # noqa: DTZ001
    assert late.period is not None


def test_one_text_by_many_customers_is_many_people_and_by_nobody_known_one() -> None:
    table = complaint_table(40, without=("time",))
    texts, customers, strangers = (np.empty(40, dtype=object) for _ in range(3))
    texts[:] = "약속한 설치 날짜를 어기고 환불도 거부했습니다"
    customers[:] = [f"C{row}" for row in range(40)]
    known, unknown = (
        analyze_table(replace(table, texts=texts, customer_ids=ids), today=TODAY, draws=20).causes
        for ids in (customers, strangers)
    )
    for cause in known:
        people = int(table.has("cause", cause.cause).sum())
        assert cause.documents == people
        assert cause.sufferers.value == pytest.approx(people * cause.silent_weight.value)
    assert all(cause.sufferers.value == cause.documents * cause.silent_weight.value for cause in unknown)

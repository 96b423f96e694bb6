from __future__ import annotations

import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from nlp.classified import ClassifiedTable
from nlp.report.analysis import Analysis, analyze_table
from nlp.report.selection import in_focus
from nlp.report.sheets import sheets_of
from nlp.report.summary import cause_rows, summary
from nlp.report.words import Words
from nlp.report.workbook import write_workbook


def workbook(analysis: Analysis, **options: Any) -> Any:
    stream = BytesIO()
    write_workbook(stream, analysis, **options)
    return openpyxl.load_workbook(BytesIO(stream.getvalue()))


@pytest.fixture(scope="module")
def book(analysis: Analysis) -> Any:
    return workbook(analysis)


def test_sheets_have_korean_names_and_frozen_headings(book: Any) -> None:
    assert book.sheetnames[:4] == ["회복 우선순위", "원인", "원인×단계", "접점 단계"]
    assert {"구전", "주별 추이", "정의와 한계", "상수와 근거"} <= set(book.sheetnames)
    for sheet in book:
        assert sheet.freeze_panes == (
            "E3" if sheet.title == "회복 우선순위" else "B3" if sheet.max_column > 3 else "A3"
        )
        assert sheet.auto_filter.ref == f"A2:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
        assert all(cell.value for cell in sheet[2])


def test_on_paper_the_columns_of_a_sheet_take_few_pages_with_the_customer_on_each(book: Any) -> None:
    for sheet in book:
        queue = sheet.title == "회복 우선순위"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (4 if queue else 1, 0)
        assert sheet.print_title_cols == ("$A:$D" if queue else None)
        assert sheet.print_title_rows == "$1:$2"


def test_long_names_are_wrapped_not_hidden_by_the_next_column(table: ClassifiedTable) -> None:
    ids = table.customer_ids.copy()
    ids[:] = [f"CUSTOMER-WITH-A-LONG-NAME-{at}@EXAMPLE.CO.KR" for at in range(len(ids))]
    sheet = workbook(analyze_table(replace(table, customer_ids=ids).take(np.arange(60)), draws=20)).worksheets[0]
    customer = sheet["D3"]
    assert customer.alignment.wrap_text
    assert sheet.row_dimensions[3].height >= 45.0


def test_rows_of_short_names_stay_one_line_high(book: Any) -> None:
    for name in ("원인", "채널·지점·상품", "주별 추이", "구전"):
        rows = range(3, book[name].max_row + 1)
        assert {book[name].row_dimensions[row].height for row in rows} <= {None, 15.0}, name


def test_the_queue_stands_in_order_with_its_factors_adding_up(analysis: Analysis, book: Any) -> None:
    sheet = book["회복 우선순위"]
    names = [cell.value for cell in sheet[2]]
    rows = [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert [row["순위"] for row in rows] == list(range(1, len(analysis.ranking) + 1))
    first = names.index("이탈 원인")
    for row in rows[:20]:
        parts = [value or 0 for value in list(row.values())[first : first + 8]]
        assert sum(parts) == pytest.approx(row["기대 이익(원)"], abs=len(parts))
        assert row["순위 구간(가장 앞)"] <= row["순위"] <= row["순위 구간(가장 뒤)"]
    left_to_lose = [row["기한을 넘기면 잃는 금액(원)"] is not None for row in rows]
    assert left_to_lose == analysis.ranking.fast.tolist()
    assert set(left_to_lose) == {False, True}


def test_numbers_are_numbers_with_a_format(book: Any) -> None:
    sheet = book["회복 우선순위"]
    names = [cell.value for cell in sheet[2]]
    cells = dict(zip(names, sheet[3], strict=True))
    assert cells["방치할 때 이탈 확률"].number_format == "0.0%"
    assert cells["기대 이익(원)"].number_format == "#,##0"
    assert cells["빠른 회복 기한"].is_date
    week = book["주별 추이"]["A3"]
    assert (week.is_date, week.number_format) == (True, "yyyy-mm-dd")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "#N/A", "-2+3"])
def test_no_text_of_a_customer_runs_as_a_formula(analysis: Analysis, text: str) -> None:
    ranking = replace(analysis.ranking, evidence=lambda row: (text,))
    sheet = workbook(replace(analysis, ranking=ranking), most=1)["회복 우선순위"]
    names = [cell.value for cell in sheet[2]]
    cell = sheet[3][names.index("근거 문장")]
    assert (cell.value, cell.data_type) == (text, "s")


def test_of_a_customer_who_wrote_many_texts_the_newest_are_shown(table: ClassifiedTable) -> None:
    few = table.take(np.arange(60))
    ids = np.full(60, "K1", dtype=object)
    analysis = analyze_table(replace(few, customer_ids=ids), draws=20, evidence=lambda row: [f"문장 {row}"])
    (row,) = next(iter(sheets_of(analysis, 1))).rows
    sentences = next(value for value in row if str(value).startswith("문장"))
    assert str(sentences).count("\n") == 9
    assert any(isinstance(value, Words) and value.ko.endswith("외 55건") for value in row)


def test_a_long_queue_is_cut_and_says_so(analysis: Analysis) -> None:
    sheet = workbook(analysis, most=5)["회복 우선순위"]
    assert sheet.max_row == 2 + analysis.capacity
    assert f"상위 {analysis.capacity}명" in sheet["A1"].value


def test_an_english_workbook_has_english_names(analysis: Analysis) -> None:
    assert workbook(analysis, lang="en").sheetnames[0] == "Recovery queue"


def test_the_summary_agrees_with_the_analysis(analysis: Analysis) -> None:
    found = summary(analysis, sources=["a.csv"])
    assert found["documents"] == 320
    assert found["counted_once"] + found["copies"] == 320
    assert found["queue"]["first"][0]["id"] == analysis.ranking.case(0).id
    assert found["queue"]["summed"] == in_focus(analysis)
    assert found["queue"]["gain"] == pytest.approx(float(analysis.ranking.gain[: in_focus(analysis)].sum()))
    shares = {(row["label"], row["stage"]): row for row in found["shares"] if row["group"] == "cause"}
    for cause in analysis.taxonomy.group("cause").ids:
        share = shares[cause, None]["best"]
        assert share["low"] <= share["value"] <= share["high"]


def test_the_table_of_causes_has_a_row_for_each_stage(analysis: Analysis) -> None:
    rows = cause_rows(analysis)
    causes, stages = (len(analysis.taxonomy.group(group).ids) for group in ("cause", "stage"))
    assert len(rows) == 1 + causes * (1 + stages)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(set(rows[0])) == len(rows[0])


def test_rows_are_as_high_as_their_texts_and_no_higher_than_a_sheet_allows(analysis: Analysis) -> None:
    stream = BytesIO()
    write_workbook(stream, analysis, most=20)
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    heads = [cell.value for cell in sheet[2]]
    actions = heads.index("권장 조치") + 1
    for row in range(3, sheet.max_row + 1):
        lines = str(sheet.cell(row, actions).value or "").count("\n") + 1
        height = sheet.row_dimensions[row].height or 15.0
        assert 15.0 * lines <= height <= 409.0


def test_sheets_under_way_lie_beside_the_workbook_and_go_with_it(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    with (tmp_path / "book.xlsx").open("wb") as stream:
        write_workbook(stream, analysis)

    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]
    assert len(openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets) > 4

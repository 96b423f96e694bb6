"""Result files: formulas, control characters, long cells, names."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.corpus.load import load_classified
from nlp.corpus.reader import read_documents
from nlp.corpus.results import Incoming, Layout, encode_block
from nlp.corpus.workbook_writer import SHEET_CELL, WorkbookWriter, without_controls
from nlp.corpus.writers import format_of, neutral, open_writer
from nlp.errors import FileFormatError, InputError
from nlp.taxonomy import Taxonomy
from nlp.types import Document, Prediction

TAXONOMY = Taxonomy.load()
NOTHING = {group.id: group.ids[0] if group.kind == "one-of" else () for group in TAXONOMY}
PREDICTION = Prediction(labels=NOTHING, probabilities=dict.fromkeys(TAXONOMY.labels, 1 / 3))


def block(incoming: list[Incoming], rows: list[list[str]]) -> pa.Table:
    names = [column.name for column in incoming]
    documents = [
        Document(id=str(at), text="글", place=f"f:{at}", fields=dict(zip(names, row, strict=True)))
        for at, row in enumerate(rows)
    ]
    return encode_block(
        documents,
        ["글"] * len(rows),
        [PREDICTION] * len(rows),
        taxonomy=TAXONOMY,
        incoming=incoming,
        mask=lambda cell, _column: cell,
    )


def workbook(incoming: list[Incoming], rows: list[list[str]], *, sheet_rows: int = 100) -> openpyxl.Workbook:
    layout = Layout.over(TAXONOMY, incoming)
    stream = BytesIO()
    writer = WorkbookWriter(stream, layout, sheet_rows=sheet_rows)
    writer.write(layout.present(block(incoming, rows), incoming))
    writer.close()
    return openpyxl.load_workbook(stream)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+82-10", "@SUM(A1)", "-2+3", "\t=1", "\r=1", "＝1+1", "- 메모", "-a", "\0=1"]
)
def test_what_a_spreadsheet_would_run_is_neutralised(cell: str) -> None:
    assert neutral(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "-3.5", "+3", "-1,200", "-12%", "-", "가=나", "좋아요", "3-1"])
def test_numbers_and_words_stay_as_they_are(cell: str) -> None:
    assert neutral(cell) == cell


@given(st.text(max_size=20))
def test_a_neutral_cell_stays_neutral(cell: str) -> None:
    assert neutral(neutral(cell)) == neutral(cell)


def test_formulas_and_errors_are_plain_strings_in_a_workbook() -> None:
    sheet = workbook([Incoming(name="메모")], [["=1+1"], ["#N/A"], ["+1"]]).active
    assert sheet is not None
    assert [(cell.value, cell.data_type) for cell in sheet["C"][1:]] == [("=1+1", "s"), ("#N/A", "s"), ("+1", "s")]


def test_a_workbook_keeps_emoji_and_drops_control_characters() -> None:
    sheet = workbook([Incoming(name="메모")], [["👨‍👩‍👧 좋아요\x00\x0b\x1b"], ["줄\r\n바꿈"]]).active
    assert sheet is not None
    assert [cell.value for cell in sheet["C"]] == ["메모", "👨‍👩‍👧 좋아요", "줄\n바꿈"]


def test_a_workbook_types_plain_numbers_but_no_ids() -> None:
    incoming = [Incoming(name="월매출"), Incoming(name="고객번호", role="customer_id")]
    sheet = workbook(incoming, [["39000", "00123"], ["007", "123"], ["1.50", "1"], ["-2.5", "2"]]).active
    assert sheet is not None
    assert [cell.value for cell in sheet["C"][1:]] == [39000, "007", "1.50", -2.5]
    assert [cell.value for cell in sheet["D"][1:]] == ["00123", "123", "1", "2"]


def test_rows_beyond_a_sheet_go_on_to_the_next_with_a_header() -> None:
    book = workbook([Incoming(name="번호")], [[str(at)] for at in range(5)], sheet_rows=2)
    assert book.sheetnames == ["분류 결과", "분류 결과 2", "분류 결과 3"]
    assert [[row[2].value for row in sheet.iter_rows()] for sheet in book] == [
        ["번호", 0, 1],
        ["번호", 2, 3],
        ["번호", 4],
    ]
    assert all(sheet.freeze_panes == "A2" for sheet in book)


def test_a_workbook_under_way_leaves_its_texts_nowhere_but_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere := tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    incoming = [Incoming(name="번호")]
    layout = Layout.over(TAXONOMY, incoming)
    path = tmp_path / "result" / "분류.xlsx"
    path.parent.mkdir()
    with path.open("wb") as stream:
        writer = WorkbookWriter(stream, layout, sheet_rows=2)
        writer.write(layout.present(block(incoming, [["1"], ["2"], ["3"]]), incoming))
        assert list(elsewhere.iterdir()) == []
        writer.close()
    assert list(elsewhere.iterdir()) == []
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    assert len(openpyxl.load_workbook(path).worksheets) == 2


def test_what_looks_like_an_excel_escape_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    workbook([Incoming(name="내용", role="text"), Incoming(name="메모")], [["글", "_x0041_ <&> 😀"]]).save(path)
    (document,) = read_documents(path)
    assert isinstance(document, Document)
    assert document.fields["메모"] == "_x0041_ <&> 😀"


@given(st.text(max_size=50), st.integers(min_value=0, max_value=3))
def test_a_sheet_cell_never_exceeds_what_excel_holds(text: str, exponent: int) -> None:
    cell = without_controls(text * 10**exponent + "😀" * (20_000 if exponent == 3 else 0))
    assert len(cell.encode("utf-16-le")) // 2 <= SHEET_CELL


def test_our_names_give_way_to_incoming_ones() -> None:
    layout = Layout.over(TAXONOMY, [Incoming(name="감성"), Incoming(name="감성 (단골)"), Incoming(name="위치")])
    assert layout.groups[1] == "감성 (단골) (단골)"
    assert layout.place == "위치 (단골)"
    assert len(set(layout.names)) == len(layout.names)


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx", "jsonl", "parquet"])
def test_no_document_at_all_still_gives_a_file(kind: str, tmp_path: Path) -> None:
    incoming = [Incoming(name="내용", role="text")]
    layout = Layout.over(TAXONOMY, incoming)
    path = tmp_path / f"out.{kind}"
    with path.open("wb") as stream:
        writer = open_writer(stream, format_of(path), layout)
        writer.write(layout.present(block(incoming, []), incoming))
        writer.close()
    if kind == "parquet":
        assert len(load_classified(path, TAXONOMY)) == 0
    assert path.exists()


def test_probabilities_have_six_decimals_everywhere() -> None:
    table = block([], [[]])
    assert table["probability"].to_pylist()[0][0] == 0.333333


def test_an_unknown_output_format_names_those_there_are() -> None:
    with pytest.raises(InputError, match=r"\.csv, \.tsv, \.xlsx, \.jsonl, \.parquet"):
        format_of(Path("out.hwp"))


def test_a_foreign_file_is_no_result(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "좋아요"}\n', encoding="utf-8")
    with pytest.raises(FileFormatError, match="no result file"):
        load_classified(path, TAXONOMY)


SCOPED = ("complaint", "no_complaint", "unlike", "not_korean", "no_words")


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
@pytest.mark.parametrize("clash", [False, True])
def test_what_a_text_is_comes_back_from_the_file(tmp_path: Path, suffix: str, clash: bool) -> None:
    incoming = [Incoming(name="내용", role="text"), *([Incoming(name="글 구분")] if clash else [])]
    layout = Layout.over(TAXONOMY, incoming)
    documents = [Document(id=str(at), text="글", fields={"내용": "글", "글 구분": "민원"}) for at in range(5)]
    said = [replace(PREDICTION, scope=scope) for scope in SCOPED]
    table = encode_block(documents, ["글"] * 5, said, taxonomy=TAXONOMY, incoming=incoming, mask=lambda cell, _: cell)
    path = tmp_path / f"r{suffix}"
    with path.open("wb") as stream:
        writer = open_writer(stream, format_of(path), layout)
        writer.write(layout.present(table, incoming))
        writer.close()

    found = load_classified(path, TAXONOMY)

    assert found.scopes is not None
    assert found.scopes.tolist() == list(SCOPED)
    assert found.readable.tolist() == [True, True, True, False, False]
    assert found.fields.get("글 구분", np.array(["민원"]))[0] == "민원"


def test_a_result_of_before_there_were_scopes_is_read_and_wholly_counted(tmp_path: Path) -> None:
    incoming = [Incoming(name="내용", role="text")]
    old = Layout.over(TAXONOMY, incoming, scoped=False)
    now = Layout.over(TAXONOMY, incoming)
    shown = now.present(block(incoming, [["글"]]), incoming)
    path = tmp_path / "old.jsonl"
    with path.open("wb") as stream:
        writer = open_writer(stream, "jsonl", old)
        writer.write(shown.select(old.names))
        writer.close()

    found = load_classified(path, TAXONOMY)

    assert found.scopes is None
    assert found.readable.all()


def test_an_unknown_kind_of_text_is_named(tmp_path: Path) -> None:
    incoming = [Incoming(name="내용", role="text")]
    layout = Layout.over(TAXONOMY, incoming)
    path = tmp_path / "r.jsonl"
    with path.open("wb") as stream:
        writer = open_writer(stream, "jsonl", layout)
        writer.write(layout.present(block(incoming, [["글"]]), incoming))
        writer.close()
    path.write_text(path.read_text(encoding="utf-8").replace('"불만"', '"시"'), encoding="utf-8")

    with pytest.raises(FileFormatError, match="글 구분"):
        load_classified(path, TAXONOMY)

"""Reading exports: formats, encodings, line numbers, rejects."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
import zipfile
import zoneinfo
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from time import perf_counter

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.corpus.columns import Columns
from nlp.corpus.reader import Reject, read_documents
from nlp.corpus.tables import unique_names
from nlp.errors import ColumnError, FileFormatError, InputError
from nlp.messages import localized
from nlp.types import Document

TABLE = (
    "접수번호,고객번호,접수일시,채널,지점,상품,상담내용\r\n"
    "1,C1,2026-11-20 10:00,전화,강남점,인터넷,설치 기사님이 두 시간이나 늦었어요\r\n"
    "2,C2,2026.11.21,앱,본사,카드,연회비가 너무 비싸요 ㅠㅠ\r\n"
)


def documents(path: Path, columns: Columns | None = None) -> list[Document]:
    return [item for item in read_documents(path, columns=columns) if isinstance(item, Document)]


def zipped(*names: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "<Types/>")
    return stream.getvalue()


def rejects(path: Path) -> list[Reject]:
    return [item for item in read_documents(path) if isinstance(item, Reject)]


@pytest.mark.parametrize(
    ("codec", "reported"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 (BOM)"),
        ("cp949", "CP949"),
        ("euc-kr", "CP949"),
        ("utf-16", "UTF-16 LE (BOM)"),
        ("utf-16-le", "UTF-16 LE"),
        ("utf-16-be", "UTF-16 BE"),
    ],
)
def test_every_encoding_gives_the_same_documents_and_is_reported(tmp_path: Path, codec: str, reported: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(TABLE.encode(codec))
    reader = read_documents(path)
    first, second = list(reader)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert first.text == "설치 기사님이 두 시간이나 늦었어요"
    assert (first.id, first.customer_id, first.channel, first.branch, first.product) == (
        "1", "C1", "전화", "강남점", "인터넷",
    )  # fmt: skip
    assert first.time == datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001
    assert second.place == f"{path}:3"
    assert reader.report.encoding == reported


def test_korean_far_behind_an_ascii_head_is_still_recognised(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    rows = ["id,text"] + [f"{number},ok fine" for number in range(20_000)] + ["20000,해지할래요"]
    path.write_bytes("\n".join(rows).encode("cp949"))
    reader = read_documents(path)
    *_, last = reader
    assert isinstance(last, Document)
    assert last.text == "해지할래요"
    assert reader.report.encoding == "CP949"


@pytest.mark.parametrize("codec", ["cp949", "utf-8"])
def test_a_stray_byte_rejects_its_row_and_no_other(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "stray.csv"
    lines = [f"{number},상담이 친절했습니다".encode(codec) for number in range(10)]
    lines[4] = b"4,\xff\xfe\xff"
    path.write_bytes(b"\n".join(["번호,내용".encode(codec), *lines]))
    items = list(read_documents(path))
    (bad,) = [item for item in items if isinstance(item, Reject)]
    assert bad.line == 6
    assert "읽을 수 없는 바이트" in localized(bad.reason, "ko")
    assert bad.whole.encode("utf-8")
    assert len(items) == 10


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "export.txt"
    path.write_text(TABLE.replace(",", delimiter), encoding="utf-8", newline="")
    reader = read_documents(path)
    assert len(list(reader)) == 2
    assert reader.report.delimiter == delimiter


def test_commas_in_a_column_of_free_texts_are_no_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("리뷰\n맛있고, 친절하고, 깨끗해요\n별로\n음, 그냥 그래요\n", encoding="utf-8")
    assert [document.text for document in documents(path)] == [
        "맛있고, 친절하고, 깨끗해요",
        "별로",
        "음, 그냥 그래요",
    ]


def test_multi_line_cells_keep_true_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes('번호,내용\r\n1,"첫 줄\r\n둘째 줄, ""인용"""\r\n\r\n2,다음\r\n'.encode())
    first, second = documents(path)
    assert first.text == '첫 줄\r\n둘째 줄, "인용"'
    assert (first.place, second.place) == (f"{path}:2", f"{path}:5")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9,앱", "칸이 2개로 머리글(3개)과 다름"),
        ("9,앱,좋아요,덤", "칸이 4개로 머리글(3개)과 다름"),
        ("9,앱,", "'내용' 칸이 비어 있음"),
        ("9,앱,   ", "'내용' 칸이 비어 있음"),
        ('9,앱,"열린 따옴표', "따옴표가 닫히지 않았거나"),
        (f"9,앱,{'가' * 100_001}", "글이 100,000자를 넘음"),
    ],
)
def test_an_unusable_row_is_rejected_with_its_line_and_the_rest_is_read(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"번호,채널,내용\n1,앱,좋아요\n{row}\n2,앱,나빠요\n3,앱,그저 그래요\n", encoding="utf-8")
    (bad,) = rejects(path)
    assert (bad.line, bad.place) == (3, f"{path}:3")
    assert reason in localized(bad.reason, "ko")
    assert [document.text for document in documents(path)] == ["좋아요", "나빠요", "그저 그래요"]


def test_empty_cells_behind_the_last_column_are_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "trailing.csv"
    path.write_text("번호,내용\n1,좋아요,,\n2,나빠요\n3,보통\n", encoding="utf-8")
    assert len(documents(path)) == 3


def test_sloppy_quotes_inside_a_line_are_read(tmp_path: Path) -> None:
    path = tmp_path / "inch.csv"
    path.write_text('번호,내용\n1,"5" 화면이 깨졌고 "AS"는 불가래요\n2,좋아요\n', encoding="utf-8")
    assert [document.id for document in documents(path)] == [f"{path}:2", f"{path}:3"]


def test_a_stray_zero_byte_is_no_utf16(tmp_path: Path) -> None:
    path = tmp_path / "zero.csv"
    path.write_bytes(("번호,내용\n1,영\0바이트\n" + "2,그저 그렇습니다 다음에 또 올게요\n" * 20).encode("cp949"))
    assert len(documents(path)) == 21


def test_a_header_in_the_middle_of_joined_files_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "joined.csv"
    path.write_text("번호,내용\n1,좋아요\n번호,내용\n2,나빠요\n", encoding="utf-8")
    assert [bad.reason for bad in rejects(path)] == ["the header is repeated"]


@pytest.mark.parametrize("header", ["번호,내용,내용", "\ufeff번호,내용,내용"])
def test_nor_is_one_of_a_second_file_with_its_mark_or_with_repeated_names(tmp_path: Path, header: str) -> None:
    path = tmp_path / "joined.csv"
    path.write_text(f"\ufeff번호,내용,내용\n1,좋아요,\n{header}\n\ufeff2,나빠요,\n", encoding="utf-8")
    assert [bad.reason for bad in rejects(path)] == ["the header is repeated"]
    assert [document.fields["번호"] for document in documents(path)] == ["1", "2"]


def test_totals_below_the_rows_and_errors_of_excel_are_no_documents(tmp_path: Path) -> None:
    path = tmp_path / "sums.csv"
    path.write_text(
        "번호,채널,내용\n1,앱,합계 금액이 틀려요\n2,앱,#NAME?\n합계,,2\n합계,앱,다 틀려요\n", encoding="utf-8"
    )
    assert [localized(bad.reason, "en") for bad in rejects(path)] == [
        "the cell '내용' holds Excel's error #NAME?", "a row of totals",
    ]  # fmt: skip
    assert len(documents(path)) == 2


@pytest.mark.parametrize(("most", "some"), [("cp949", "utf-8"), ("utf-8", "cp949"), ("utf-8-sig", "cp949")])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_rows_in_the_other_encoding_of_a_joined_file_are_read(tmp_path: Path, kind: str, most: str, some: str) -> None:
    path = tmp_path / f"joined.{kind}"
    lines = [f"{at},강남점,요금이 너무 비싸요" for at in range(9)]
    head = ["번호,지점,내용"]
    if kind == "jsonl":
        head, lines = [], ['{"번호": "1", "지점": "강남점", "내용": "요금이 너무 비싸요"}'] * 9
    rows = [("\n".join([*head, *lines[:6]]) + "\n").encode(most), "\n".join(lines[6:]).encode(some)]
    path.write_bytes(b"".join(rows))
    assert {(document.branch, document.text) for document in documents(path)} == {("강남점", "요금이 너무 비싸요")}
    assert len(documents(path)) == 9


def test_objects_within_an_object_are_columns_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "nested.jsonl"
    row = {
        "ticket_id": 7,
        "customer": {"id": "C1", "plan": {"name": "VIP"}},
        "message": {"text": "요금이 비싸요"},
        "x": {},
    }
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    (document,) = documents(path)
    assert (document.id, document.customer_id, document.text) == ("7", "C1", "요금이 비싸요")
    assert document.fields["customer.plan.name"] == "VIP"


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe with a name")
def test_a_pipe_is_refused_with_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError, match="into a file first"):
        read_documents(path)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_letters_that_macos_took_apart_are_put_together(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"mac.{kind}"
    row = {"접수일시": "2026년 11월 3일 오후 3시", "지점": "강남점", "상담내용": "요금이 너무 비싸요"}
    row = {unicodedata.normalize("NFD", name): unicodedata.normalize("NFD", value) for name, value in row.items()}
    if kind == "csv":
        path.write_text(f"{','.join(row)}\n{','.join(row.values())}\n", encoding="utf-8")
    elif kind == "jsonl":
        path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist([row]), path)
    (document,) = documents(path)
    assert (document.text, document.branch) == ("요금이 너무 비싸요", "강남점")
    assert document.time == datetime(2026, 11, 3, 15)  # noqa: DTZ001


def test_a_file_without_a_header_is_not_robbed_of_its_first_row(tmp_path: Path) -> None:
    path = tmp_path / "bare.txt"
    lines = [f"{number}번째 방문인데 갈수록 직원들이 불친절해지는 것 같습니다" for number in range(9)]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ColumnError, match="first row looks like data"):
        read_documents(path)


@pytest.mark.parametrize("lines", [3, 25, 31, 60, 450])
def test_cells_of_many_lines_do_not_hide_the_delimiter(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "calls.csv"
    call = "\n".join(f"{'고객' if at % 2 else '상담원'}: {at}번째로 하는 말입니다" for at in range(lines))
    rows = [f'{at},C{at},2026-03-05,"{call}"' for at in range(20)]
    path.write_text("\n".join(["접수번호,고객번호,접수일시,통화내용", *rows]) + "\n", encoding="cp949")
    found = documents(path)
    assert [document.customer_id for document in found] == [f"C{at}" for at in range(20)]
    assert found[0].text == call


def test_json_lines_may_bring_new_keys_late(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    lines = [
        {"id": 7, "text": "배송이 느려요 😡", "별점": 1.0},
        {"id": 8, "text": "반쪽 이모지 \ud83d", "메모": {"a": [1]}},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n[1]\n{broken\n" + "[" * 200_000 + "\n", encoding="utf-8")
    first, second = documents(path)
    assert (first.id, first.text, first.fields["별점"]) == ("7", "배송이 느려요 😡", "1")
    assert second.text.encode("utf-8")
    assert second.fields["메모.a"] == "[1]"
    assert [bad.line for bad in rejects(path)] == [3, 4, 5]


def test_parquet_cells_become_text(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    table = pa.table(
        {
            "고객번호": [101, 102],
            "접수일시": [datetime(2026, 11, 21, 14, 3), None],  # noqa: DTZ001
            "내용": ["비싸요", "좋아요"],
            "금액": [1200.0, -3.5],
        }
    )
    pq.write_table(table, path)
    first, second = documents(path)
    assert (first.customer_id, first.time) == ("101", datetime(2026, 11, 21, 14, 3))  # noqa: DTZ001
    assert (first.fields["금액"], second.fields["금액"], second.time) == ("1200", "-3.5", None)


def test_times_with_a_zone_are_read_without_a_table_of_zones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, which has none."""
    times = [datetime(2026, 11, 1, 15, 30, tzinfo=UTC)]
    pq.write_table(
        pa.table({"내용": ["늦어요"], "접수일시": pa.array(times, pa.timestamp("us", "America/Halifax"))}),
        tmp_path / "in.parquet",
    )
    before = zoneinfo.TZPATH
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath([])
    monkeypatch.setitem(sys.modules, "tzdata", None)
    try:
        (document,) = read_documents(tmp_path / "in.parquet")
    finally:
        zoneinfo.reset_tzpath(before)
    assert isinstance(document, Document)
    assert str(document.time) == "2026-11-02 00:30:00"
    assert document.fields["접수일시"] == "2026-11-02 00:30:00+09:00"


def test_a_workbook_is_read_from_its_first_sheet_with_a_text_column(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "표지"
    cover.append(["VOC 보고", 2026])
    sheet = book.create_sheet("상담")
    sheet.append(["고객의 소리"])
    sheet.append([])
    sheet.append(["고객번호", "접수일시", "내용", None])
    sheet.append([1001, datetime(2026, 11, 21, 9, 30), "줄_x000D_\n바꿈 👍"])  # noqa: DTZ001
    sheet.append([1002, None, None])
    book.save(path)
    reader = read_documents(path)
    document, bad = list(reader)
    assert isinstance(document, Document)
    assert (document.text, document.customer_id, document.place) == ("줄\n바꿈 👍", "1001", f"{path}:4")
    assert document.time == datetime(2026, 11, 21, 9, 30)  # noqa: DTZ001
    assert isinstance(bad, Reject)
    assert (reader.report.sheets, reader.report.unread, reader.report.header_line) == (("상담",), ("표지",), 3)


def test_other_columns_that_may_hold_texts_are_named_unless_one_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("고객번호,문의내용,상담내용,처리내용\nC1,안 와요,배송 지연 안내,완료\n", encoding="utf-8")
    assert read_documents(path).report.other_texts == ("문의내용",)
    assert read_documents(path, columns=Columns(text="문의내용")).report.other_texts == ()


def test_hidden_rows_are_counted_and_hidden_sheets_named(tmp_path: Path) -> None:
    path = tmp_path / "숨김.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["고객번호", "내용"])
    for at in range(2, 402):
        sheet.append([f"C{at}", "늦어요 <" * 50])
        sheet.row_dimensions[at].hidden = at % 4 == 0
    sheet.row_dimensions[1].hidden = sheet.row_dimensions[500].hidden = True
    for name, cells in (("예전 상담", ["고객번호", "내용"]), ("빈 시트", [])):
        other = book.create_sheet(name)
        other.append(cells)
        other.sheet_state = "hidden"
    book.save(path)
    reader = read_documents(path)
    assert len(list(reader)) == 400
    assert (reader.report.hidden_rows, reader.report.hidden_sheets) == (100, ("예전 상담",))
    assert len(list(reader)) == 400
    assert reader.report.hidden_rows == 100


def test_sheets_with_the_same_columns_are_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "월별.xlsx"
    book = openpyxl.Workbook()
    codes = book.worksheets[0]
    codes.title = "코드표"
    for row in (["코드", "내용"], ["A1", "배송"], ["A2", "요금"]):
        codes.append(row)
    for month in ("1월", "2월"):
        sheet = book.create_sheet(month)
        if month == "2월":
            sheet.append(["2월 상담"])
        sheet.append(["고객번호", "상담내용"])
        sheet.append(["C1", f"{month}에도 배송이 늦어서 정말 화가 났습니다"])
        sheet.append(["C2", None])
    book.save(path)
    reader = read_documents(path)
    found = list(reader)
    assert [item.place for item in found] == [f"{path}[1월]:2", f"{path}[1월]:3", f"{path}[2월]:3", f"{path}[2월]:4"]
    assert [isinstance(item, Document) for item in found] == [True, False, True, False]
    assert (reader.report.sheets, reader.report.unread, reader.report.rows) == (("1월", "2월"), ("코드표",), 4)


def test_the_sheet_that_tells_most_of_customers_is_read_not_the_one_with_the_longest_cells(tmp_path: Path) -> None:
    path = tmp_path / "상담.xlsx"
    book = openpyxl.Workbook()
    main, faq, leavers = book.worksheets[0], book.create_sheet("FAQ"), book.create_sheet("해지고객")
    main.title = "상담내역"
    main.append(["고객번호", "접수일시", "상담내용"])
    for at in range(20):
        main.append([f"C{at}", "2026-03-05", "늦어요"])
    faq.append(["내용"])
    faq.append(["환불은 이렇게 하시면 됩니다 " * 200])
    leavers.append(["고객번호", "접수일시", "상담내용"])
    leavers.append(["C3", "2026-03-05", "늦어요"])
    leavers.append(["C30", "2026-03-05", "늦어요"])
    book.save(path)
    reader = read_documents(path)
    found = list(reader)
    assert (reader.report.sheets, reader.report.unread) == (("상담내역", "해지고객"), ("FAQ",))
    assert sum(isinstance(item, Document) for item in found) == 21
    (again,) = [item for item in found if isinstance(item, Reject)]
    assert (again.place, again.reason) == (f"{path}[해지고객]:2", "the same row stands in sheet '상담내역'")


def test_where_no_sheet_can_be_read_the_fullest_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["표지"])
    sheet = book.create_sheet("상담")
    for row in (["번호", "코드"], [1, "A"], [2, "B"]):
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(ColumnError, match="sheet '상담': no text column"):
        read_documents(tmp_path / "x.xlsx")


def test_sheets_whose_columns_play_other_roles_are_not_joined(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    said = "배송이 너무 늦어서 정말 화가 났습니다 다시는 안 살래요"
    for sheet, row in ((book.worksheets[0], [said, "보류"]), (book.create_sheet("이월"), ["보류", f"{said} 정말로요"])):
        sheet.append(["x1", "x2"])
        for at in range(12):
            sheet.append([f"{cell} {at}" for cell in row])
    book.save(path)
    reader = read_documents(path)
    assert {document.text[:2] for document in documents(path)} == {"배송"}
    assert (reader.report.sheets, reader.report.unread) == (("이월",), ("Sheet",))


def test_turns_of_a_call_may_lie_in_two_sheets(tmp_path: Path) -> None:
    path = tmp_path / "통화.xlsx"
    book = openpyxl.Workbook()
    for sheet, said in ((book.worksheets[0], "먼저"), (book.create_sheet("계속"), "나중")):
        sheet.append(["통화ID", "화자", "발화"])
        for at in range(2):
            sheet.append(["A", "고객", f"{said} {at}"])
    book.save(path)
    (call,) = documents(path)
    assert call.text == "고객: 먼저 0\n고객: 먼저 1\n고객: 나중 0\n고객: 나중 1"


@pytest.mark.parametrize(("name", "content", "advice"), [
    ("old.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, r"cannot be read \(.+\); open it and save it as xlsx"),
    ("locked.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("broken.xlsx", b"PK\x03\x04" + b"\0" * 100, "save it as xlsx"),
    ("page.xls", "<html><table><tr><td>내용</td></tr></table>".encode(), "page without a table"),
    ("old.xml", b'<?xml version="1.0"?><Workbook><Table><Row/></Table></Workbook>', "older kinds"),
    ("archive.xls", b"MIME-Version: 1.0\n<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "older kinds"),
    ("array.json", '[{"text": "좋아요"}]'.encode(), "one object a line"),
    ("export.zip", zipped("상담.csv"), "packed with ZIP; unpack"),
    ("binary.xlsb", zipped("[Content_Types].xml", "xl/workbook.bin"), "of another kind"),
    ("open.ods", zipped("mimetype", "content.xml"), "of another kind"),
    ("letter.docx", zipped("[Content_Types].xml", "word/document.xml"), "no Excel file"),
    ("packed.csv.gz", b"\x1f\x8b\x08" + b"\0" * 30, "unpack"),
    ("cut.parquet", b"PAR1" + b"\0" * 40, "damaged"),
    ("noise.csv", bytes(range(128, 256)) * 9, "save it as"),
    ("empty.csv", b"\n", "empty"),
])  # fmt: skip
def test_a_file_that_is_no_table_gets_the_next_step(tmp_path: Path, name: str, content: bytes, advice: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=advice) as caught:
        read_documents(path)
    assert str(path) in str(caught.value)


def _as(kind: str, path: Path) -> None:
    if kind == "XLSX":
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(["접수번호", "내용"])
        book.active.append(["1", "좋아요"])
        book.save(path)
    elif kind == "Parquet":
        pq.write_table(pa.table({"접수번호": ["1"], "내용": ["좋아요"]}), path)
    else:
        path.write_text(
            {"CSV": "접수번호,내용\n1,좋아요\n", "JSONL": '{"접수번호": 1, "내용": "좋아요"}\n'}[kind], encoding="utf-8"
        )


@pytest.mark.parametrize("suffix", [".csv", ".XLSX", ".xls", ".jsonl", ".parquet", ".dat", ""])
@pytest.mark.parametrize("kind", ["CSV", "XLSX", "JSONL", "Parquet"])
def test_the_content_decides_whatever_the_name_says(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / "상담"
    _as(kind, path)
    path = path.rename(tmp_path / f"상담{suffix}")
    reader = read_documents(path)
    assert [document.text for document in reader if isinstance(document, Document)] == ["좋아요"]
    named = {".csv": "CSV", ".XLSX": "XLSX", ".xls": "XLS", ".jsonl": "JSONL", ".parquet": "Parquet"}.get(suffix, kind)
    assert reader.report.format == kind
    assert reader.report.misnamed == (named if named != kind else None)


def test_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        read_documents(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_documents(tmp_path / "none.csv")


def test_an_unreadable_date_keeps_the_row_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("접수일,내용\n언젠가,좋아요\n2026-11-21,나빠요\n", encoding="utf-8")
    reader = read_documents(path)
    assert [item.time is None for item in reader if isinstance(item, Document)] == [True, False]
    assert (reader.report.documents, reader.report.undated) == (2, 1)


def test_position_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(TABLE, encoding="utf-8")
    reader = read_documents(path)
    assert reader.position == 0
    for _ in reader:
        assert 0 < reader.position <= reader.size
    assert reader.position == reader.size


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(TABLE + "3,짧은 행\n", encoding="utf-8")
    reader = read_documents(path)
    assert list(reader) == list(reader)
    assert reader.report.rejected == 1


def test_no_text_column_lists_the_columns_and_the_option(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("코드,수량\nA1,3\nB2,4\n", encoding="utf-8")
    with pytest.raises(ColumnError, match=r"'코드', '수량'.*--text-column"):
        read_documents(path)


def test_a_row_number_beyond_excels_last_ends_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "상담.xlsx"
    book = openpyxl.Workbook()
    for row in (["번호", "상담내용"], ["1", "너무 느려요"], ["2", "비싸요"]):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<row r="3"', b'<row r="9000000000"').replace(b'"A3"', b'"A9"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert [found.text for found in documents(path)] == ["너무 느려요"]


def test_equal_names_of_many_columns_are_numbered_in_the_time_that_reading_them_takes() -> None:
    begin = perf_counter()
    names = unique_names(["메모"] * 30_000 + ["메모 (2)"])
    assert perf_counter() - begin < 5
    assert names[:3] == ["메모", "메모 (2)", "메모 (3)"]
    assert len(set(names)) == 30_001


def test_objects_with_ever_new_keys_are_rejected_once_there_are_thousands(tmp_path: Path) -> None:
    path = tmp_path / "로그.jsonl"
    path.write_text("".join(f'{{"text": "너무 느려요", "k{at}": 1}}\n' for at in range(2_100)), encoding="utf-8")
    assert len(documents(path)) == 1_999
    assert {str(row.reason) for row in rejects(path)} == {"the file has more than 2,000 different keys"}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_text_that_parquet_holds_once_is_in_memory_once(tmp_path: Path, kind: pa.DataType) -> None:
    path = tmp_path / "상담.parquet"
    texts = pa.array(["너무 느려요", None, "너무 느려요", "비싸요" * 30_000] * 500).cast(kind)
    pq.write_table(pa.table({"상담내용": texts, "금액": pa.array([1.0, None, 3.0, 4.0] * 500)}), path)
    found = documents(path)
    assert [one.text[:6] for one in found[:4]] == ["너무 느려요", "너무 느려요", "비싸요비싸요", "너무 느려요"]
    assert len(found) == 1500
    assert found[0].fields["금액"] == "1"
    assert found[2].fields["상담내용"] is found[5].fields["상담내용"]


def test_a_file_without_names_of_columns_is_refused_without_telling_whose_row_it_begins_with(tmp_path: Path) -> None:
    path = tmp_path / "계약.csv"
    path.write_text("1,010-4821-7730,jiwon88@example.com\n2,010-4821-7731,sora@example.com\n", encoding="utf-8")
    with pytest.raises(ColumnError, match=r"'1', '\[전화번호\]', '\[이메일\]'"):
        read_documents(path)

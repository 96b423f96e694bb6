"""Tables of HTML pages, as Korean systems hand them out under the name of ``.xls``."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from nlp.corpus.reader import Reject, read_documents
from nlp.taxonomy import Taxonomy
from nlp.training.examples import read_examples
from nlp.types import Document

HEAD = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="application/vnd.ms-excel; charset=euc-kr">
<style>td { mso-number-format:"\\@"; }</style></head><body><h1>상담 내역</h1>
"""


def read(tmp_path: Path, page: str, *, encoding: str = "cp949") -> tuple[list[Document], list[Reject], object]:
    path = tmp_path / "상담내역.xls"
    path.write_bytes((HEAD + page + "</body></html>").encode(encoding))
    reader = read_documents(path)
    found = list(reader)
    return (
        [one for one in found if isinstance(one, Document)],
        [one for one in found if isinstance(one, Reject)],
        reader.report,
    )


def table(*rows: str) -> str:
    return f"<table border=1>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def cells(*texts: str) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


HEADER = "<th>고객번호</th><th>접수일시</th><th>상담내용</th>"


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-16"])
def test_a_table_named_xls_is_read(tmp_path: Path, encoding: str) -> None:
    page = table(
        HEADER,
        cells("0012", "2026-11-03 10:20", "배송이\n   늦어요 &amp; 전화도&nbsp;안 받아요"),
        cells("0013", "2026-11-04", "환불이<br>안 돼요<br style='mso-data-placement:same-cell;'>&lt;급함&gt;"),
        cells("0014", "2026-11-05", "  "),
    )
    (first, second), (reject,), report = read(tmp_path, page, encoding=encoding)
    assert (first.customer_id, str(first.time)) == ("0012", "2026-11-03 10:20:00")
    assert first.text == "배송이 늦어요 & 전화도 안 받아요"
    assert second.text == "환불이\n안 돼요\n<급함>"
    assert (reject.line, str(reject.reason)) == (4, "the cell '상담내용' is empty")
    assert (report.format, report.misnamed, report.rows) == ("HTML", "XLS", 3)  # type: ignore[attr-defined]


def test_ends_of_rows_and_cells_may_be_left_out(tmp_path: Path) -> None:
    page = f"<table><tr>{HEADER}<tr><td>1<td>2026-11-03<td>비싸요<tr><td>2<td>2026-11-04<td>불친절해요</table>"
    found, rejects, _ = read(tmp_path, page)
    assert [(one.customer_id, one.text) for one in found] == [("1", "비싸요"), ("2", "불친절해요")]
    assert not rejects


def test_cells_that_span_rows_hold_in_each_of_them_and_a_merged_title_is_seen_through(tmp_path: Path) -> None:
    page = table(
        "<td colspan=3>11월 상담</td>",
        "<th rowspan=2>고객번호</th><th colspan=2>상담</th>",
        "<th>접수일시</th><th>상담내용</th>",
        "<td rowspan=2>A7</td>" + cells("2026-11-03", "요금이 올랐어요"),
        cells("2026-11-04", "또 올랐어요"),
        cells("B1", "2026-11-05", "느려요"),
    )
    found, rejects, _ = read(tmp_path, page)
    assert [(one.customer_id, one.text) for one in found] == [
        ("A7", "요금이 올랐어요"),
        ("A7", "또 올랐어요"),
        ("B1", "느려요"),
    ]
    assert not rejects


def test_the_table_within_a_table_of_the_layout_is_read_with_others_of_its_columns(tmp_path: Path) -> None:
    layout = table(cells("메뉴", table(HEADER, cells("1", "2026-11-03", "비싸요"))), cells("안내", "끝"))
    found, _, report = read(tmp_path, layout + table(HEADER, cells("2", "2026-11-04", "느려요")))
    assert [one.text for one in found] == ["비싸요", "느려요"]
    assert found[0].place.endswith("상담내역.xls[표 2]:2")
    assert (report.sheets, report.unread) == (("표 2", "표 3"), ("표 1",))  # type: ignore[attr-defined]


def test_a_cell_with_bytes_of_no_text_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "상담.xls"
    rows = [HEADER, *(cells(str(at), "2026-11-03", "느려요") for at in range(20)), cells("21", "2026-11-03", "느@려요")]
    path.write_bytes((HEAD + table(*rows).replace("</tr>", "</tr>\n")).encode("cp949").replace(b"@", b"\x81\xff"))
    found = list(read_documents(path))
    assert [type(one) for one in found] == [Document] * 20 + [Reject]
    assert isinstance(found[-1], Reject)
    assert "no text in CP949" in str(found[-1].reason)


def test_labelled_rows_may_be_such_a_table(tmp_path: Path) -> None:
    path = tmp_path / "라벨.xls"
    path.write_text(HEAD + table("<th>상담내용</th><th>이탈 원인</th>", cells("비싸요", "가격")), encoding="utf-8")
    (example,) = read_examples([path], Taxonomy.load())
    assert example.text == "비싸요"


def test_spans_fill_no_more_than_a_table_of_their_page_would(tmp_path: Path) -> None:
    wide = "<td colspan=1000 rowspan=1000>느려요</td>"
    page = table(HEADER, wide * 2000, *(cells("1", "2026-11-03", "비싸요") for _ in range(1000)))
    begin = perf_counter()
    read(tmp_path, page)
    assert perf_counter() - begin < 20

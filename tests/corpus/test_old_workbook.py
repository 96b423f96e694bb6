"""Workbooks of Excel 97 to 2003; those in ``files/`` were written with xlwt 1.3."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from nlp.corpus.formats import open_tables
from nlp.corpus.reader import Reject, read_documents
from nlp.errors import FileFormatError, LabelledDataError
from nlp.taxonomy import Taxonomy
from nlp.training.examples import read_examples

FILES = Path(__file__).parent / "files"
EXPORT, LABELS = FILES / "excel_2003.xls", FILES / "labels_2003.xls"


def test_sheets_of_an_export_are_read_below_their_title_and_hidden_ones_are_named() -> None:
    source = read_documents(EXPORT)
    first, second, empty, third, unseen = list(source)

    assert not isinstance(first, Reject)
    assert first.text == "배송이 2주나 걸렸어요\n진짜 너무한 거 아닌가요 010-4821-7730"
    assert (first.customer_id, first.time) == ("123", datetime(2026, 10, 1, 9, 12))  # noqa: DTZ001
    assert first.fields["결제금액"] == "35000"
    assert first.place.endswith("excel_2003.xls[10월]:4")
    assert not isinstance(second, Reject)
    assert second.fields["접수일시"] == "2026-10-02"
    assert isinstance(empty, Reject)
    assert empty.reason == "the cell '상담내용' is empty"
    assert not isinstance(third, Reject)
    assert third.place.endswith("excel_2003.xls[11월]:2")
    assert third.fields["결제금액"] == "9900.5"
    assert not isinstance(unseen, Reject)
    assert unseen.fields["결제금액"] == "TRUE"
    report = source.report
    assert report.hidden_rows == 1
    assert (report.format, report.misnamed, report.hidden_sheets) == ("XLS", None, ("숨김",))


def test_it_is_known_by_its_content_and_a_name_that_says_otherwise_is_told(tmp_path: Path) -> None:
    path = shutil.copy(EXPORT, tmp_path / "상담.csv")
    report = read_documents(Path(path)).report
    assert (report.format, report.misnamed) == ("XLS", "CSV")


def test_how_far_it_is_rises_to_the_size_of_the_file() -> None:
    (table, _) = open_tables(EXPORT)
    seen = [table.position() for _ in table.rows()]
    assert seen == sorted(seen)
    assert seen[-1] == EXPORT.stat().st_size


def test_a_label_merged_over_rows_is_refused() -> None:
    with pytest.raises(LabelledDataError) as caught:
        read_examples([LABELS], Taxonomy.load())
    (problem,) = caught.value.problems
    assert problem.startswith(f"{LABELS}:3: a cell of the row is merged with the one above")


def test_what_is_damaged_is_refused_or_read_and_never_ends_otherwise(tmp_path: Path) -> None:
    random, whole = Random(0), EXPORT.read_bytes()
    path, refused = tmp_path / "a.xls", 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(8):
            damaged[random.randrange(8, len(damaged))] = random.randrange(256)
        path.write_bytes(damaged)
        try:
            for table in open_tables(path):
                for row in table.rows():
                    assert all(isinstance(cell, str) for cell in row.cells)
        except FileFormatError:
            refused += 1
    assert 0 < refused < 150

"""The resumable batch job."""

from __future__ import annotations

import csv
import errno
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from checksums import labelled
from filelock import FileLock
from stub import StubClassifier

import nlp
from nlp.corpus.columns import Columns
from nlp.corpus.load import load_classified
from nlp.errors import ColumnError, InputError, ResumeError
from nlp.pipeline.classify import classify_files
from nlp.pipeline.partial import Part, PartialFolder, fingerprint
from nlp.pipeline.sources import without_own
from nlp.text.prepare import PreparedText
from nlp.types import Prediction

ROWS = [
    ["접수번호", "고객번호", "연락처", "접수일시", "채널", "내용"],
    ["R1", "C1", "010-0000-1234", "2026-11-01 10:00", "전화", "해지한다고 010-0000-1234로 전화 주세요"],
    ["R2", "C2", "", "2026-11-02", "앱", "=HYPERLINK(1) 라고 적어도 수식이 아니에요 😀"],
    ["R3", "C2", "", "", "앱", ""],
    ["R4", "C3", "", "모름", "-3.5", "여러\n줄"],
]


def export(path: Path, rows: list[list[str]] = ROWS, *, codec: str = "utf-8") -> Path:
    with path.open("w", encoding=codec, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def many(path: Path, count: int = 200) -> Path:
    rows = [["번호", "내용"], *([str(at), f"{at}번째 불만, 배송이 {at % 7}일 늦음"] for at in range(count))]
    rows[50] = ["50", ""]
    return export(path, rows)


def cells(path: Path) -> list[list[object]]:
    """All cells of a result file, whatever its format."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return [list(table.column_names), *map(list, zip(*(c.to_pylist() for c in table.columns), strict=True))]
    return [[path.read_bytes()]]


def test_a_csv_result_holds_what_came_in_masked_and_what_was_found(tmp_path: Path) -> None:
    source, output = export(tmp_path / "in.csv"), tmp_path / "out.csv"
    report = classify_files([source], output, classifier=StubClassifier())
    raw = output.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    assert [row["접수번호"] for row in rows] == ["R1", "R2", "R4"]
    assert b"010-0000-1234" not in raw
    assert rows[0]["연락처"] == "[전화번호]"
    assert rows[0]["고객번호"] == "C1"
    assert rows[0]["접수일시"] == "2026-11-01 10:00"
    assert rows[0]["내용"].startswith("해지한다고 [전화번호]")
    assert rows[1]["내용"].startswith("'=")
    assert rows[1]["내용"].endswith("😀")
    assert rows[2]["채널"] == "-3.5"
    assert rows[2]["위치"] == f"{source}:5"
    assert raw.count(b"\r\n") == 4
    assert {"이탈 원인", "감성", "이탈 원인:가격", "판단 보류"} <= rows[0].keys()
    assert (report.documents, report.rejected, report.files[0].undated) == (3, 1, 1)
    assert not PartialFolder(output).exists


def test_the_reject_file_names_line_and_reason_and_is_masked(tmp_path: Path) -> None:
    rows = [["번호", "고객명", "연락처", "내용"], ["1", "김단골", "010-0000-1234", ""], ["2", "", "", "좋아요"]]
    source, output = export(tmp_path / "in.csv", rows), tmp_path / "out.csv"
    report = classify_files([source], output, classifier=StubClassifier())
    assert report.rejects == tmp_path / "out.csv.rejects.csv"
    (bad,) = csv.DictReader(report.rejects.read_text(encoding="utf-8-sig").splitlines())
    assert bad == {
        "위치": f"{source}:2",
        "행": "2",
        "사유": "'내용' 칸이 비어 있음",
        "할 일": "칸을 바로잡거나 행을 지울 것",
        "원래 줄(가림)": "",
        "번호": "1",
        "고객명": "[이름]",
        "연락처": "[전화번호]",
        "내용": "",
    }


def rejected(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("form", ["utf-8-sig", "cp949", "xlsx"])
def test_a_corrected_reject_file_is_read_as_the_rows_that_it_was_made_of(tmp_path: Path, form: str) -> None:
    rows = [
        ["고객번호", "접수일시", "사유", "내용", "비고"],
        ["=C1", "2026-11-01", "환불", "", ""],
        ["C2", "2026-11-02", "", "요금이, 너무", "비싸요", "끝"],
        ["C3", "2026-11-03", "", "좋아요", ""],
        ["C4", "2026-11-04", "", "", ""],
    ]
    source = export(tmp_path / "in.csv", rows)
    first = classify_files([source], tmp_path / "out.csv", classifier=StubClassifier())
    assert first.rejects is not None
    names, empty, wide, _ = rejected(first.rejects)
    assert names[:6] == ["위치", "행", "사유 (단골)", "할 일", "원래 줄(가림)", "고객번호"]
    assert (empty[5], empty[7]) == ("'=C1", "환불")
    assert wide[4:] == ["C2 | 2026-11-02 |  | 요금이, 너무 | 비싸요 | 끝", "", "", "", "", ""]

    empty[8] = "해지할게요"
    wide[5:] = ["C2", "2026-11-02", "", "요금이, 너무 비싸요"]  # Excel may leave out empty cells at the end
    corrected = tmp_path / f"고침.{'xlsx' if form == 'xlsx' else 'csv'}"
    if form == "xlsx":
        book = openpyxl.Workbook()
        for row in (names, empty, wide):
            book.active.append(row)  # type: ignore[union-attr]
        book.save(corrected)
    else:
        export(corrected, [names, empty, wide], codec=form)
    second = classify_files([corrected], tmp_path / "again.jsonl", classifier=StubClassifier())
    found = [json.loads(line) for line in second.output.read_text(encoding="utf-8").splitlines()]
    assert list(found[0])[2:7] == rows[0]
    assert [(row["고객번호"], row["사유"], row["내용"]) for row in found] == [
        ("=C1", "환불", "해지할게요"),
        ("C2", "", "요금이, 너무 비싸요"),
    ]
    assert second.rejects is None


def test_what_was_not_corrected_in_a_reject_file_is_rejected_again_and_kept(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(
        "고객번호,내용\nC1,\nC2,하나,둘\nC3,좋아요\n".encode() + b"C4,\xff\xfe\n" + f"C5,{'가' * 100_001}\n".encode()
    )
    first = classify_files([source], tmp_path / "out.csv", classifier=StubClassifier())
    assert first.rejects is not None
    second = classify_files([first.rejects], tmp_path / "again.csv", classifier=StubClassifier())
    assert (second.documents, second.rejected) == (0, 4)
    assert second.rejects is not None
    assert [row[4:] for row in rejected(second.rejects)] == [row[4:] for row in rejected(first.rejects)]


def test_the_rejects_of_several_files_share_the_columns_of_one_role(tmp_path: Path) -> None:
    one = export(tmp_path / "a.csv", [["고객번호", "내용"], ["C1", ""], ["C2", "좋아요"]])
    other = tmp_path / "b.jsonl"
    other.write_text('{"리뷰": "느려요"}\n{"리뷰": "", "회원번호": "M1", "별점": 1}\n', encoding="utf-8")
    report = classify_files([one, other], tmp_path / "out.csv", classifier=StubClassifier())
    assert report.rejects is not None
    assert [row[5:] for row in rejected(report.rejects)] == [
        ["고객번호", "내용", "별점"],
        ["C1", "", ""],
        ["M1", "", "1"],
    ]


def test_a_result_is_no_input_and_a_reject_file_is_not_written_over(tmp_path: Path) -> None:
    source = export(tmp_path / "in.csv")
    for name in ("out.csv", "out.xlsx", "out.jsonl", "out.parquet"):
        report = classify_files([source], tmp_path / name, classifier=StubClassifier())
        with pytest.raises(InputError, match="rows are classified"):
            classify_files([report.output], tmp_path / "again.csv", classifier=StubClassifier())
        assert report.rejects is not None
        before = report.rejects.read_bytes()
        with pytest.raises(InputError, match="another output"):
            classify_files([report.rejects], report.output, classifier=StubClassifier(), overwrite=True)
        assert report.rejects.read_bytes() == before


def test_of_many_files_those_that_dangol_wrote_are_passed_over(tmp_path: Path) -> None:
    source = export(tmp_path / "in.csv")
    first = classify_files([source], tmp_path / "in_분류.csv", classifier=StubClassifier())
    second = classify_files([source], tmp_path / "둘.parquet", classifier=StubClassifier())
    assert first.rejects is not None
    assert second.rejects is not None
    others = [first.output, first.rejects, second.output, second.rejects]
    assert without_own([source, *others]) == ([source], others)
    assert without_own(others) == ([first.rejects, second.rejects], [first.output, second.output])
    assert without_own([first.output]) == ([first.output], [])
    with pytest.raises(InputError, match="rows are classified"):
        without_own([first.output, second.output])


def test_without_rejects_there_is_no_reject_file(tmp_path: Path) -> None:
    source = export(tmp_path / "in.csv", [["내용"], ["좋아요"]])
    report = classify_files([source], tmp_path / "out.jsonl", classifier=StubClassifier())
    assert report.rejects is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.jsonl"]


def test_all_formats_hold_the_same_figures(tmp_path: Path) -> None:
    source = export(tmp_path / "in.csv")
    outputs = {kind: tmp_path / f"out.{kind}" for kind in ("csv", "tsv", "xlsx", "jsonl", "parquet")}
    for output in outputs.values():
        classify_files([source], output, classifier=StubClassifier())
    table = pq.read_table(outputs["parquet"]).to_pylist()
    assert [json.loads(line) for line in outputs["jsonl"].read_text(encoding="utf-8").splitlines()] == table
    text = outputs["csv"].read_text(encoding="utf-8-sig")
    flat = list(csv.reader(text.splitlines(keepends=True)))
    tabbed = outputs["tsv"].read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert list(csv.reader(tabbed, delimiter="\t")) == flat
    sheet = cells(outputs["xlsx"])
    for name, at in ((name, flat[0].index(name)) for name in ("이탈 원인:가격", "감성", "이탈 원인", "판단 보류")):
        for row, (record, line, excel) in enumerate(zip(table, flat[1:], sheet[1:], strict=True)):
            value = record[name]
            if isinstance(value, float):
                assert float(line[at]) == excel[at] == value
                continue
            shown = ", ".join(value) if isinstance(value, list) else value
            assert line[at] == (shown or {"이탈 원인": "없음"}.get(name, "")), (name, row)
            assert str(excel[at] if excel[at] is not None else "") == line[at]


def test_files_with_different_columns_are_united_by_role(tmp_path: Path) -> None:
    one = export(tmp_path / "a.csv", [["회원번호", "내용", "감성"], ["M1", "비싸요", "가"]])
    two = export(tmp_path / "b.csv", [["고객번호", "상담내용", "내용"], ["M2", "느려요", "덤"]], codec="cp949")
    output = tmp_path / "out.parquet"
    report = classify_files([one, two], output, classifier=StubClassifier())
    table = pq.read_table(output).to_pylist()
    assert [(row["회원번호"], row["내용"], row["내용 (2)"]) for row in table] == [
        ("M1", "비싸요", None),
        ("M2", "느려요", "덤"),
    ]
    assert (table[0]["감성"], table[1]["감성"]) == ("가", None)
    assert table[0]["감성 (단골)"] in ("부정", "중립", "긍정")
    assert [file.encoding for file in report.files] == ["UTF-8", "CP949"]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_a_result_loads_back_into_arrays(tmp_path: Path, suffix: str) -> None:
    source, output = export(tmp_path / "in.csv"), tmp_path / f"out.{suffix}"
    classifier = StubClassifier()
    classify_files([source], output, classifier=classifier)
    table = load_classified(output, classifier.taxonomy)
    assert len(table) == 3
    assert list(table.customer_ids) == ["C1", "C2", "C3"]
    assert [str(time) for time in table.times] == ["2026-11-01T10:00:00", "2026-11-02T00:00:00", "NaT"]
    assert list(table.texts) == classifier.seen
    assert set(table.fields) == {"접수번호", "연락처"}
    for row, text in enumerate(classifier.seen):
        expected = labelled(text, classifier.taxonomy)
        assert classifier.taxonomy.decode(table.decided[row]) == expected.labels
        assert table.abstained[row].any() == bool(expected.abstained)
        for label, score in expected.probabilities.items():
            group, name = label.split(":")
            assert table.probability(group, name)[row] == pytest.approx(score, abs=1e-6)


def test_calls_are_written_as_one_row_with_both_speakers(tmp_path: Path) -> None:
    rows = [["통화ID", "화자", "발화"], ["A", "상담원", "무엇을 도와드릴까요"], ["A", "고객", "해지요"]]
    output = tmp_path / "out.jsonl"
    classify_files([export(tmp_path / "in.csv", rows)], output, classifier=StubClassifier())
    (row,) = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert row["발화"] == "상담원: 무엇을 도와드릴까요\n고객: 해지요"
    assert row["문서 ID"] == "A"
    assert "화자" not in row


def test_an_id_that_is_personal_data_is_replaced_by_the_place(tmp_path: Path) -> None:
    source = export(tmp_path / "in.csv", [["ID", "내용"], ["010-0000-1234", "좋아요"]])
    output = tmp_path / "out.jsonl"
    classify_files([source], output, classifier=StubClassifier())
    assert "010-0000" not in output.read_text(encoding="utf-8")
    assert json.loads(output.read_text(encoding="utf-8"))["문서 ID"] == f"{source}:2"


def test_places_show_the_name_that_the_owner_of_a_file_gave_it(tmp_path: Path) -> None:
    source, output = export(tmp_path / "3f1a.csv"), tmp_path / "out.jsonl"
    report = classify_files([source], output, classifier=StubClassifier(), names=["11월 상담.csv"])
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["위치"] for row in rows] == [f"11월 상담.csv:{line}" for line in (2, 3, 5)]
    assert report.rejects is not None
    assert "3f1a" not in output.read_text(encoding="utf-8") + report.rejects.read_text(encoding="utf-8")


def test_unmasked_is_possible_on_demand(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    classify_files([export(tmp_path / "in.csv")], output, classifier=StubClassifier(), mask=False)
    assert output.read_text(encoding="utf-8-sig").count("010-0000-1234") == 2


def test_progress_counts_rows_and_bytes_to_the_end(tmp_path: Path) -> None:
    source = many(tmp_path / "in.csv")
    calls: list[tuple[int, int, int]] = []
    classify_files(
        [source],
        tmp_path / "out.csv",
        classifier=StubClassifier(),
        block_rows=64,
        progress=lambda *done: calls.append(done),
    )
    size = source.stat().st_size
    assert calls[0] == (0, 0, size)
    assert calls[-1] == (200, size, size)
    assert calls == sorted(calls)


class CrashError(Exception):
    pass


class Crashing(StubClassifier):
    """Stops the job after some blocks."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.blocks = blocks

    def predict(self, texts):  # type: ignore[no-untyped-def]
        if self.blocks == 0:
            raise CrashError
        self.blocks -= 1
        return super().predict(texts)


@pytest.mark.parametrize(
    ("kind", "blocks"),
    [("csv", 0), ("csv", 1), ("csv", 6), ("jsonl", 1), ("jsonl", 4), ("xlsx", 4), ("parquet", 4)],
)
def test_resuming_repeats_nothing_and_gives_the_same_result(tmp_path: Path, kind: str, blocks: int) -> None:
    source = many(tmp_path / "in.csv")
    plain, cut = tmp_path / f"plain.{kind}", tmp_path / f"cut.{kind}"
    classify_files([source], plain, classifier=StubClassifier(), block_rows=32)
    with pytest.raises(CrashError):
        classify_files([source], cut, classifier=Crashing(blocks), block_rows=32)
    rest = StubClassifier()
    report = classify_files([source], cut, classifier=rest, block_rows=32, resume=True)
    assert cells(cut) == cells(plain)
    assert report.resumed == 32 * blocks
    assert len(rest.seen) + report.resumed == 200 - (1 if report.resumed < 50 else 0)
    assert (report.documents, report.rejected, report.files[0].rows) == (199, 1, 200)


def test_a_job_whose_rows_fill_the_last_block_resumes_after_its_end(tmp_path: Path) -> None:
    source, output = many(tmp_path / "in.csv", 64), tmp_path / "out.csv"
    with pytest.raises(CrashError):
        classify_files([source], output, classifier=Crashing(2), block_rows=32)
    report = classify_files([source], output, classifier=StubClassifier(), block_rows=32, resume=True)
    assert (report.resumed, report.documents) == (64, 63)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"block_rows": 16}, "the size of a block was 32 and is 16"),
        ({"model_id": "v2"}, "the model was"),
        ({"mask": False}, "masking was true and is false"),
        ({"columns": Columns(text="내용")}, "columns was"),
    ],
)
def test_a_changed_job_is_not_resumed(tmp_path: Path, change: dict[str, object], named: str) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(CrashError):
        classify_files([source], output, classifier=Crashing(1), block_rows=32)
    options = {"block_rows": 32, **change}
    with pytest.raises(ResumeError, match=named):
        classify_files([source], output, classifier=StubClassifier(), resume=True, **options)  # type: ignore[arg-type]


def test_a_changed_input_is_not_resumed(tmp_path: Path) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(CrashError):
        classify_files([source], output, classifier=Crashing(1), block_rows=32)
    source.write_bytes(source.read_bytes().replace("불만".encode(), "칭찬".encode()))
    with pytest.raises(ResumeError, match=r"the content of in\.csv has changed"):
        classify_files([source], output, classifier=StubClassifier(), block_rows=32, resume=True)
    other = many(tmp_path / "other.csv")
    with pytest.raises(ResumeError, match=r"the files were in\.csv and are other\.csv"):
        classify_files([other], output, classifier=StubClassifier(), block_rows=32, resume=True)


@pytest.mark.parametrize(
    ("content", "changed_at"), [("a" * 300, 2), ("b" + "a" * 299, 1), ("a" * 299 + "b", 1), ("a" * 301, 1)]
)
def test_of_a_large_input_both_ends_its_size_and_its_time_of_change_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, changed_at: int
) -> None:
    monkeypatch.setattr("nlp.pipeline.partial._WHOLE_HASH", 100)
    monkeypatch.setattr("nlp.pipeline.partial._END_HASH", 20)

    def found(text: str, at: int) -> object:
        source = tmp_path / "in.csv"
        source.write_text(text, encoding="utf-8")
        os.utime(source, ns=(at, at))
        return fingerprint(source)

    assert found("a" * 300, 1) == found("a" * 300, 1)
    assert found(content, changed_at) != found("a" * 300, 1)


def test_an_interrupted_job_is_neither_ignored_nor_dropped_silently(tmp_path: Path) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(CrashError):
        classify_files([source], output, classifier=Crashing(1), block_rows=32)
    with pytest.raises(ResumeError, match=r"--resume.*--restart"):
        classify_files([source], output, classifier=StubClassifier(), block_rows=32)
    report = classify_files([source], output, classifier=StubClassifier(), block_rows=16, restart=True)
    assert (report.resumed, report.documents) == (0, 199)


def test_resume_without_an_interrupted_job_says_so(tmp_path: Path) -> None:
    source = many(tmp_path / "in.csv")
    with pytest.raises(ResumeError, match="without --resume"):
        classify_files([source], tmp_path / "out.csv", classifier=StubClassifier(), resume=True)


def test_blocks_that_are_known_are_not_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = PartialFolder(tmp_path / "out.csv")
    folder.create({})
    for block in range(4):
        folder.write(0, block, Part(table=pa.table({"id": ["1"]}), notes={}))
    looked: list[str] = []
    monkeypatch.setattr(Path, "is_file", lambda path: (looked.append(path.name), path.exists())[1])
    assert folder.count(0) == folder.count(0, known=3) == folder.count(0, known=4) == 4
    assert len(looked) == 5 + 2 + 1


def test_a_damaged_block_is_reported(tmp_path: Path) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(CrashError):
        classify_files([source], output, classifier=Crashing(2), block_rows=32)
    part = tmp_path / "out.csv.partial" / "0000-0000001.arrow"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(ResumeError, match=r"damaged.*--restart"):
        classify_files([source], output, classifier=StubClassifier(), block_rows=32, resume=True)


def test_existing_output_needs_a_word(tmp_path: Path) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    output.write_text("meins", encoding="utf-8")
    with pytest.raises(InputError, match="--overwrite"):
        classify_files([source], output, classifier=StubClassifier())
    assert output.read_text(encoding="utf-8") == "meins"
    classify_files([source], output, classifier=StubClassifier(), overwrite=True)
    assert output.stat().st_size > 100


def test_what_cannot_work_fails_before_the_work_begins(tmp_path: Path) -> None:
    source = many(tmp_path / "in.csv")
    none = export(tmp_path / "none.csv", [["코드", "값"], ["1", "2"]])
    classifier = StubClassifier()
    for paths, output, error, advice in [
        ([source], "out.docx", InputError, r"\.parquet"),
        ([], "out.csv", InputError, "at least one"),
        ([source, source], "out.csv", InputError, "given twice"),
        ([source], "in.csv", InputError, "one of the inputs"),
        ([source], "missing/out.csv", InputError, "create it"),
        ([source, none], "out.csv", ColumnError, "--text-column"),
    ]:
        with pytest.raises(error, match=advice):
            classify_files(paths, tmp_path / output, classifier=classifier)
    assert classifier.seen == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "none.csv"]


def test_too_little_room_is_seen_before_the_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = many(tmp_path / "in.csv")
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("nlp.pipeline.classify.shutil.disk_usage", lambda _path: usage)
    with pytest.raises(InputError, match="make room"):
        classify_files([source], tmp_path / "out.csv", classifier=StubClassifier())


def test_a_disk_that_fills_up_keeps_the_finished_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    synced = itertools.count()

    def full(_handle: int) -> None:
        if next(synced) > 6:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("nlp.files.os.fsync", full)
        with pytest.raises(InputError, match=r"disk is full.*--resume"):
            classify_files([source], output, classifier=StubClassifier(), block_rows=32)
    report = classify_files([source], output, classifier=StubClassifier(), block_rows=32, resume=True)
    assert report.resumed > 0
    assert report.documents == 199


@pytest.mark.parametrize(("step", "held"), [("replace", "out.csv"), ("unlink", "out.csv.rejects.csv")])
def test_a_result_that_excel_has_open_keeps_the_finished_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, held: str
) -> None:
    """As on Windows, where a file that is open can be neither replaced nor removed."""
    source, output = export(tmp_path / "in.csv", [["내용"], ["배송이 늦음"], ["불친절함"]]), tmp_path / "out.csv"
    real = getattr(Path, step)

    def refused(path: Path, *given: Any, **more: Any) -> Any:
        if held in (path.name, *(Path(target).name for target in given)):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, refused)
        with pytest.raises(InputError, match=r"out\.csv.*in Excel.*--resume"):
            classify_files([source], output, classifier=StubClassifier())
    report = classify_files([source], output, classifier=StubClassifier(), resume=True)
    assert report.resumed == report.documents == 2


def test_a_crash_at_every_single_step_resumes_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, plain = many(tmp_path / "in.csv", 60), tmp_path / "plain.csv"
    classify_files([source], plain, classifier=StubClassifier(), block_rows=32)
    real = {name: getattr(Path, name) for name in ("mkdir", "replace", "rename", "open")}
    for crash_at in itertools.count():
        steps = itertools.count()
        cut = tmp_path / f"cut{crash_at}.csv"

        def stepping(name: str, steps: Iterator[int] = steps, crash_at: int = crash_at) -> Any:
            def step(path: Path, *args: Any, **options: Any) -> Any:
                writes = name != "open" or (*args, "r")[0][0] in "wx"
                if writes and next(steps) == crash_at:
                    raise CrashError
                return real[name](path, *args, **options)

            return step

        with monkeypatch.context() as patch:
            for name in real:
                patch.setattr(Path, name, stepping(name))
            try:
                classify_files([source], cut, classifier=StubClassifier(), block_rows=32)
            except CrashError:
                pass
            else:
                break
        if PartialFolder(cut).exists:
            classify_files([source], cut, classifier=StubClassifier(), block_rows=32, resume=True)
        elif crash_at == 0:
            continue
        assert cut.read_bytes() == plain.read_bytes(), crash_at
        assert not PartialFolder(cut).exists
    assert crash_at > 10


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_killed_at_any_moment_a_job_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    source, plain, cut = many(tmp_path / "in.csv", 160), tmp_path / "plain.csv", tmp_path / "cut.csv"
    classify_files([source], plain, classifier=StubClassifier(), block_rows=16)
    command = [sys.executable, str(Path(__file__).with_name("stub.py")), str(source), str(cut)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (Path(nlp.__file__).parents[1], Path(__file__).parents[1]))),
    }
    # The job says when a block is done; each run but the last is killed one block later than the one before,
    # wherever it then is in the block that follows.
    for kills in itertools.count():
        mode = "resume" if PartialFolder(cut).exists else "start"
        with subprocess.Popen([*command, mode], env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            said = list(itertools.islice(process.stdout, kills + 2 if kills < 3 else None))
            assert said
            if kills < 3:
                process.send_signal(signal.SIGKILL)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
    assert kills == 3
    assert cut.read_bytes() == plain.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cut.csv",
        "cut.csv.rejects.csv",
        "in.csv",
        "plain.csv",
        "plain.csv.rejects.csv",
    ]


def test_labels_of_texts_that_cannot_be_read_are_written_but_not_counted(tmp_path: Path) -> None:
    class Reads(StubClassifier):
        def predict(self, texts: Sequence[PreparedText]) -> list[Prediction]:
            return [
                replace(found, scope="no_words" if text.masked == "ㅠㅠ" else "complaint")
                for text, found in zip(texts, super().predict(texts), strict=True)
            ]

    source, output = tmp_path / "a.csv", tmp_path / "b.jsonl"
    source.write_text("내용\n배송이 늦어요\nㅠㅠㅠ\nㅠㅠ\n", encoding="utf-8")

    report = classify_files([source], output, classifier=Reads())

    assert (report.documents, report.readable) == (3, 1)
    assert (report.scopes["complaint"], report.scopes["no_words"]) == (1, 2)
    sentiments = [count for label, count in report.labels.items() if label.startswith("sentiment:")]
    assert sum(sentiments) == 1
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["글 구분"] for row in rows] == ["불만", "내용 없음", "내용 없음"]
    assert all(row["감성"] for row in rows)


@pytest.mark.parametrize("choice", [{}, {"resume": True}, {"restart": True, "overwrite": True}])
def test_a_second_run_into_one_output_is_refused_while_the_first_works(tmp_path: Path, choice: dict[str, bool]) -> None:
    source, output = many(tmp_path / "in.csv"), tmp_path / "out.csv"
    refused = 0

    def second(_rows: int, _done: int, _total: int) -> None:
        nonlocal refused
        with pytest.raises(InputError, match="another run is writing this output"):
            classify_files([source], output, classifier=StubClassifier(), block_rows=50, **choice)
        refused += 1

    report = classify_files([source], output, classifier=StubClassifier(), block_rows=50, progress=second)
    assert refused > 4
    assert report.documents == 199
    assert not (tmp_path / "out.csv.partial").exists()


def test_the_folder_is_renamed_with_no_lock_open_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows would refuse."""
    rename, renamed = Path.rename, []

    def watched(path: Path, target: Path) -> Path:
        if path.suffix == ".partial":
            FileLock(path / "lock").acquire(blocking=False).lock.release()
            renamed.append(path.name)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", watched)
    classify_files([many(tmp_path / "in.csv")], tmp_path / "out.csv", classifier=StubClassifier(), block_rows=50)
    assert renamed == ["out.csv.partial"]

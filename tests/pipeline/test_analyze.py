from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stub import StubClassifier

import nlp.pipeline.analyze as module
from nlp.classified import ClassifiedTable
from nlp.corpus.load import is_classified, load_classified
from nlp.errors import ColumnError, DangolError, InputError, LabelledDataError, ResumeError, TaxonomyError
from nlp.pipeline.analyze import OUTPUTS, PREDICTIONS, Delivery, Settings, analyze, analyze_files
from nlp.pipeline.audits import read_audit, write_audit_sample
from nlp.pipeline.classify import classify_files
from nlp.pipeline.forms import result_file
from nlp.pipeline.volumes import read_volumes
from nlp.taxonomy import Taxonomy
from nlp.wom.copies import distinct
from nlp.wom.shares import shares

TAXONOMY = Taxonomy.load()
ROWS = 90
FEW_DRAWS = Settings(draws=20)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, complaints: list[dict[str, object]]) -> Path:
    path = tmp_path_factory.mktemp("source") / "상담.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["접수번호", "고객번호", "접수일시", "접수경로", "상담내용"])
        for at, complaint in enumerate(complaints[:: len(complaints) // ROWS][:ROWS]):
            day, channel = f"2026-{9 + at % 2}-{at % 27 + 1:02d}", "앱리뷰" if at % 3 else "전화"
            rows.writerow([f"V{at:03d}", f"C{at % 60:03d}", f"{day} 10:00", channel, complaint["text"]])
    return path


@pytest.fixture(scope="module")
def delivery(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = tmp_path_factory.mktemp("out") / "결과"
    return analyze_files([source], folder, classifier=StubClassifier(), model_id="stub", settings=FEW_DRAWS)


@pytest.fixture(scope="module")
def table(delivery: Delivery) -> ClassifiedTable:
    return load_classified(delivery.folder / PREDICTIONS, TAXONOMY)


def test_one_command_writes_every_output_and_nothing_else(delivery: Delivery) -> None:
    assert {path.name for path in delivery.folder.iterdir()} == {*OUTPUTS, PREDICTIONS}
    assert delivery.files == tuple(delivery.folder / name for name in (*OUTPUTS, PREDICTIONS))
    assert delivery.job is not None
    assert delivery.job.documents == len(delivery.analysis.table) == ROWS


def test_the_outputs_tell_the_same_story(delivery: Delivery) -> None:
    figures = json.loads((delivery.folder / "summary.json").read_bytes())
    first = delivery.analysis.ranking.case(0)
    assert figures["queue"]["first"][0]["id"] == first.id
    sheet = openpyxl.load_workbook(delivery.folder / "recovery_queue.xlsx")["회복 우선순위"]
    assert sheet["D3"].value == first.id
    assert first.id in (delivery.folder / "report.html").read_text(encoding="utf-8")
    raw = (delivery.folder / "causes.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    counts = {row["label"]: row["count"] for row in figures["shares"] if row["group"] == "cause" and not row["stage"]}
    top = max(counts.values())
    assert int(rows[1][2]) == top


def test_finished_predictions_of_another_job_are_not_reported_under_its_name(source: Path, tmp_path: Path) -> None:
    folder, other = tmp_path / "결과", tmp_path / "다른.csv"
    analyze_files([source], folder, classifier=StubClassifier(), model_id="stub", settings=FEW_DRAWS)
    other.write_text("내용\n배송이 늦어요\n", encoding="utf-8")

    def again(path: Path, model_id: str = "stub") -> None:
        analyze_files([path], folder, classifier=StubClassifier(), model_id=model_id, settings=FEW_DRAWS, resume=True)

    before = (folder / "summary.json").read_bytes()
    for path, model_id in ((other, "stub"), (source, "another")):
        with pytest.raises(ResumeError, match="of other files, another model"):
            again(path, model_id)
    assert (folder / "summary.json").read_bytes() == before
    again(source)


def test_deadlines_count_from_the_latest_time_in_the_data(delivery: Delivery) -> None:
    assert delivery.analysis.now == datetime(2026, 10, 27, 10)  # noqa: DTZ001
    assert delivery.analysis.now_from_data


def test_every_card_quotes_the_customer(delivery: Delivery) -> None:
    case = delivery.analysis.ranking.case(0)
    assert case.evidence
    text = "\n".join(str(delivery.analysis.table.texts[row]) for row in case.rows)
    assert all(line in text for line in case.evidence)


def test_a_folder_with_results_is_not_overwritten_unasked(delivery: Delivery, source: Path) -> None:
    with pytest.raises(InputError, match="--overwrite"):
        analyze_files([source], delivery.folder, classifier=StubClassifier())


def test_predictions_are_reported_on_again_without_a_model(delivery: Delivery, tmp_path: Path) -> None:
    again = analyze_files([delivery.folder / PREDICTIONS], tmp_path / "again", settings=FEW_DRAWS)
    assert again.job is None
    assert again.analysis.ranking.ids.tolist() == delivery.analysis.ranking.ids.tolist()
    assert not (tmp_path / "again" / PREDICTIONS).exists()


def test_a_run_cut_off_after_classifying_goes_on_without_the_model(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_outputs", fail)
        with pytest.raises(KeyboardInterrupt):
            analyze_files([source], tmp_path / "out", classifier=StubClassifier(), settings=FEW_DRAWS)
    done = StubClassifier()
    analyze_files([source], tmp_path / "out", classifier=done, resume=True, settings=FEW_DRAWS)
    assert done.seen == []
    assert all((tmp_path / "out" / name).is_file() for name in OUTPUTS)


def test_a_table_in_memory_takes_the_same_road_as_a_file(source: Path, delivery: Delivery) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(heading)})
    found = analyze(table, classifier=StubClassifier(), draws=20)
    assert found.table.probabilities.tolist() == delivery.analysis.table.probabilities.tolist()
    assert found.ranking.ids.tolist() == delivery.analysis.ranking.ids.tolist()


def test_a_data_frame_is_read_through_the_arrow_interface() -> None:
    class Frame:
        def __init__(self, table: pa.Table) -> None:
            self._table = table

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self._table.__arrow_c_stream__(requested_schema)

    found = analyze(
        Frame(pa.table({"내용": [f"{at}번 좌석이 너무 좁고 비쌉니다" for at in range(30)]})),
        classifier=StubClassifier(),
        now=datetime(2026, 11, 21),  # noqa: DTZ001
        draws=20,
    )
    assert len(found.table) == 30


def test_a_classified_table_needs_no_model(table: ClassifiedTable) -> None:
    assert len(analyze(table, draws=20).table) == ROWS


def test_a_moment_with_a_zone_is_that_of_a_clock_in_korea(table: ClassifiedTable) -> None:
    found = analyze(table, draws=20, now=datetime(2026, 11, 20, 22, tzinfo=UTC))
    assert found.now == datetime(2026, 11, 21, 7)  # noqa: DTZ001


def test_own_names_are_no_competitors(table: ClassifiedTable) -> None:
    drawn = replace(table, texts=np.full(ROWS, "KT보다 SKT가 더 싸요", dtype=object), decided=table.decided.copy())
    drawn.decided[:, TAXONOMY.column("cause", "competitor_pull")] = True
    found = analyze(drawn, draws=20, own_names=("케이티",)).competitors.competitors
    assert [rival.name for rival in found] == ["SK텔레콤"]


def test_rows_of_a_table_without_a_text_are_counted_and_nobody_hears_of_a_file() -> None:
    texts = pa.array(["좌석이 좁고 비쌉니다", None, "", "환불이 안 됩니다"])
    found = analyze(pa.table({"내용": texts}), classifier=StubClassifier(), draws=20)
    assert (len(found.table), found.rejected) == (2, 2)
    assert found.table.ids.tolist() == ["table:1", "table:4"]
    assert repr(found).startswith("Analysis(2 documents, 2 cases, now=2")


@pytest.mark.parametrize(
    "option",
    [
        {"now": "2026-11-21"},
        {"now": datetime(2026, 11, 21).date()},  # noqa: DTZ001
        {"capacity": 0},
        {"capacity": "5"},
        {"own_names": "우리텔레콤"},
        {"audited": "audited.csv"},
        {"volumes": "volumes.csv"},
    ],
)
def test_an_option_of_another_kind_is_refused_before_any_text_is_read(option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(option))):
        analyze("nowhere.csv", classifier=StubClassifier(), **option)


def test_a_taxonomy_without_causes_is_refused_before_any_text_is_read(source: Path, tmp_path: Path) -> None:
    classifier = StubClassifier()
    classifier.taxonomy = Taxonomy(groups=(TAXONOMY.group("sentiment"),))
    with pytest.raises(TaxonomyError, match="no group 'cause'"):
        analyze(source, classifier=classifier)
    with pytest.raises(TaxonomyError, match="no group 'cause'"):
        analyze_files([source], tmp_path / "out", classifier=classifier)
    assert classifier.seen == []


def test_a_table_that_arrow_cannot_hold_is_refused() -> None:
    pandas = pytest.importorskip("pandas")
    mixed, twice = (
        pandas.DataFrame({"내용": ["비쌉니다", 3.5]}),
        pandas.DataFrame([["비쌉니다", 1]], columns=["내용"] * 2),
    )
    for frame in (mixed, twice, mixed["내용"].astype(str)):
        with pytest.raises(InputError, match="the table cannot be read"):
            analyze(frame, classifier=StubClassifier())


@pytest.mark.parametrize("source", [42, object(), [1, 2]])
def test_something_that_holds_no_texts_is_refused(source: object) -> None:
    with pytest.raises(InputError, match="data frame"):
        analyze(source, classifier=StubClassifier())


def test_a_file_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "빈.csv"
    path.write_text("접수번호,내용\n1,\n2,  \n", encoding="utf-8")
    with pytest.raises(InputError, match="reject file"):
        analyze_files([path], tmp_path / "out", classifier=StubClassifier())


def test_a_file_without_a_row_is_refused_and_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "빈.csv"
    path.write_text("접수번호,내용\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"빈\.csv: there is no row below the header"):
        analyze_files([path], tmp_path / "out", classifier=StubClassifier())
    path.write_text("접수번호,내용\n1,배송이 오지 않아요\n", encoding="utf-8")
    assert len(analyze_files([path], tmp_path / "out", classifier=StubClassifier(), settings=FEW_DRAWS).analysis.table)


def test_only_our_own_parquet_counts_as_classified(delivery: Delivery, source: Path, tmp_path: Path) -> None:
    pq.write_table(pa.table({"내용": ["글"]}), tmp_path / "other.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    others = (tmp_path / "other.parquet", tmp_path / "broken.parquet", source, tmp_path / "missing.parquet")
    assert is_classified(delivery.folder / PREDICTIONS)
    assert not any(map(is_classified, others))


def test_audited_rows_go_out_blank_and_come_back_as_corrected_shares(
    table: ClassifiedTable, delivery: Delivery, tmp_path: Path
) -> None:
    form = tmp_path / "audit.csv"
    assert write_audit_sample(table, 60, form) == 60
    rows = list(csv.DictReader(form.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["이탈 원인"] for row in rows} == {""}
    for at, row in enumerate(rows):
        row["이탈 원인"] = "없음" if at % 3 else "가격, 불편"
        row["감성"] = "부정"
    with form.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    analysis = analyze(delivery.folder / PREDICTIONS, audited=form, draws=20)
    share = analysis.shares.get("cause", "price")
    assert share.corrected
    assert share.audited == 60
    assert abs(share.best.value - 1 / 3) < abs(share.raw.value - 1 / 3)
    assert not analysis.shares.get("stage", "order").corrected


def test_a_text_of_many_copies_is_audited_no_more_than_another(table: ClassifiedTable, tmp_path: Path) -> None:
    random, alone, copied, copies, price = np.random.default_rng(3), 200, 20, 10, TAXONOMY.column("cause", "price")
    letters = np.array([chr(code) for code in random.integers(0xAC00, 0xD7A4, 400)])
    texts = ["".join(random.choice(letters, 30)) for _ in range(alone + copied)]
    said = np.r_[0:alone, np.repeat(np.arange(alone, alone + copied), copies)]
    truly = np.r_[np.arange(alone) % 5 == 0, np.zeros(copied, dtype=bool)]
    many = replace(
        table.take(np.zeros(len(said), dtype=np.int64)),
        ids=np.array([f"V{at}" for at in range(len(said))], dtype=object),
        texts=np.array([texts[at] for at in said], dtype=object),
    )
    # The classifier is wrong about the copied texts alone.
    many.decided[:, TAXONOMY.columns("cause")] = False
    many.decided[:, price] = truly[said] | (said >= alone)
    many.probabilities[:, price] = np.where(many.decided[:, price], 0.9, 0.1)
    covered = 0
    for seed in range(20):
        form = tmp_path / f"{seed}.csv"
        write_audit_sample(many, 100, form, seed=seed)
        rows = list(csv.DictReader(form.read_text(encoding="utf-8-sig").splitlines()))
        assert len({row["글"] for row in rows}) == len(rows)
        for row in rows:
            row["이탈 원인"] = "가격" if truly[texts.index(row["글"])] else "없음"
        with form.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        audit = read_audit(form, TAXONOMY)
        share = shares(distinct(many, keep=audit.ids.tolist()).table, audit=audit).get("cause", "price").best
        covered += share.low <= truly.mean() <= share.high
    assert covered >= 17


@pytest.mark.parametrize(
    ("header", "row", "problem"),
    [
        ("문서번호,이탈 원인", "V000,가겨", "가겨"),
        ("문서번호,감성", 'V000,"부정,긍정"', "exactly one"),
        ("문서번호,이탈 원인,추출확률", "V000,가격,반반", "반반"),
        ("문서번호,이탈 원인", "V000,", "no row has a label"),
        ("문서번호,이탈 원인", ",가격", "audit.csv:2: the document's number is empty"),
        (
            "문서번호,이탈 원인",
            "V000,가격\nV000,없음",
            "audit.csv:3: the document 'V000' was labelled in .*audit.csv:2",
        ),
    ],
)
def test_a_label_that_is_none_is_named_with_its_place(tmp_path: Path, header: str, row: str, problem: str) -> None:
    path = tmp_path / "audit.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(DangolError, match=problem) as caught:
        read_audit(path, TAXONOMY)
    assert "audit.csv" in str(caught.value)


def test_a_label_with_a_slash_in_its_name_is_one_label(tmp_path: Path) -> None:
    taxonomy = Taxonomy.parse(
        '[[group]]\nid = "cause"\nkind = "any-of"\nko = "원인"\n[[group.label]]\nid = "repair"\nko = "A/S 지연"\n'
    )
    path = tmp_path / "audit.csv"
    path.write_text("문서번호,원인\nV0,A/S 지연\n", encoding="utf-8")
    assert read_audit(path, taxonomy).truth.tolist() == [[1.0]]


def test_all_labels_that_are_none_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    path.write_text("문서번호,이탈 원인,감성\nV0,가겨,부정\nV1,가격,부정\nV2,,나쁨\n", encoding="utf-8")
    with pytest.raises(LabelledDataError) as caught:
        read_audit(path, TAXONOMY)
    assert [problem.partition(" is ")[0] for problem in caught.value.problems] == [
        f"{path}:2: '가겨'",
        f"{path}:4: '나쁨'",
    ]
    # Only a group of any number of labels can have none.
    assert [problem.endswith("없음") for problem in caught.value.problems] == [True, False]


def test_contacts_per_stage_give_the_journey_index(delivery: Delivery, tmp_path: Path) -> None:
    path = tmp_path / "이용건수.csv"
    path.write_text('단계,건수\n예약,"5,000"\n주문,4000건\n제공,3000\n', encoding="cp949")
    journey = analyze(delivery.folder / PREDICTIONS, volumes=path, draws=20).journey
    assert journey.index is not None
    assert [stage.contacts for stage in journey.stages] == [5000, 4000, None, 3000, None]


@pytest.mark.parametrize(
    ("content", "error", "problem"),
    [
        ("단계,건수\n배송,10\n", InputError, "배송"),
        ("단계,건수\n주문,많음\n", InputError, "많음"),
        ("단계,건수,시작일\n주문,10,어제\n", InputError, "어제"),
        ("단계,개수\n주문,10\n", ColumnError, "건수"),
        ("단계,건수\n", InputError, "no rows"),
    ],
)
def test_a_volume_that_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, content: str, error: type[Exception], problem: str
) -> None:
    path = tmp_path / "volumes.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=problem) as caught:
        read_volumes(path, TAXONOMY)
    assert "volumes.csv" in str(caught.value)


def test_a_file_that_fails_halfway_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")

    def write() -> None:
        with result_file(target) as stream:
            stream.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_result_is_as_readable_as_any_file_and_other_threads_keep_their_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "any").touch()
    with monkeypatch.context() as patch:
        patch.delattr("os.umask")
        with result_file(tmp_path / "report.html") as stream:
            stream.write(b"new")
    assert (tmp_path / "report.html").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="the file cannot be written"), result_file(tmp_path / "file" / "a.csv"):
        pass


def test_a_result_that_cannot_be_replaced_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    # Excel on Windows lets nobody replace a workbook that it has open; a folder cannot be replaced anywhere.
    target = tmp_path / "recovery_queue.xlsx"
    target.mkdir()

    with (
        pytest.raises(InputError, match=r"recovery_queue\.xlsx: the file cannot be written"),
        result_file(target) as stream,
    ):
        stream.write(b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["recovery_queue.xlsx"]


def test_blanks_around_a_customer_make_no_other_customer(tmp_path: Path) -> None:
    rows = ["고객번호,지점,내용", "C1, 강남 ,늦어요", " C1,강남,비싸요", " , ,좋아요"]
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    classify_files([tmp_path / "a.csv"], tmp_path / "a.parquet", classifier=StubClassifier())
    table = load_classified(tmp_path / "a.parquet", TAXONOMY)
    assert table.customer_ids.tolist() == ["C1", "C1", None]
    assert table.branches.tolist() == ["강남", "강남", None]

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from nlp.errors import LabelledDataError
from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.classify import classify_files
from nlp.taxonomy import Taxonomy
from nlp.training.examples import read_examples, translated
from nlp.training.split import without_leaks

TAXONOMY = Taxonomy.load()
DATA = Path(__file__).resolve().parents[2] / "data"
GOOD = {"text": "요금이 비싸요", "labels": {"cause": ["price"], "sentiment": "negative"}}


def _jsonl(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_becomes_an_example_with_its_place_and_unlabelled_groups_as_nan(tmp_path: Path) -> None:
    (example,) = read_examples([_jsonl(tmp_path / "a.jsonl", GOOD)], TAXONOMY)

    assert example.place.endswith("a.jsonl:1")
    assert example.target[TAXONOMY.column("cause", "price")] == 1
    assert example.target[TAXONOMY.column("cause", "ethics")] == 0
    assert np.isnan(example.target[TAXONOMY.columns("stage")]).all()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**GOOD, "labels": {"cause": ["expensive"]}}, "'expensive' is no label of this group; allowed: price"),
        ({**GOOD, "labels": {"reason": ["price"]}}, "'reason' is no group of this taxonomy"),
        ({**GOOD, "text": "   "}, "the text is empty"),
        ({**GOOD, "text": "\u200b"}, "the text is empty"),
        ({**GOOD, "score": 3}, "unknown key 'score'; allowed: text, labels"),
        ({"text": "비싸요"}, "'labels' is missing"),
        ("{not json", "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_file_and_line(tmp_path: Path, row: object, reason: str) -> None:
    path = _jsonl(tmp_path / "bad.jsonl", GOOD, row)

    with pytest.raises(LabelledDataError) as caught:
        read_examples([path], TAXONOMY)

    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}:2: ")
    assert reason in problem


def test_all_bad_rows_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    bad = {**GOOD, "text": ""}
    one, two = _jsonl(tmp_path / "1.jsonl", bad, GOOD, bad), _jsonl(tmp_path / "2.jsonl", bad)

    with pytest.raises(LabelledDataError) as caught:
        read_examples([one, two], TAXONOMY)

    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_a_csv_that_excel_saved_is_read_with_korean_or_english_label_names(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        'text,이탈 원인,sentiment,response\n"비싸고, 느려요","가격, inconvenience",부정,무행동\n좋아요,,positive,\n',
        encoding=encoding,
    )

    first, second = read_examples([path], TAXONOMY)

    assert first.text == "비싸고, 느려요"
    assert first.target[TAXONOMY.columns("cause")].tolist() == [1, 1, 0, 0, 0, 0, 0]
    assert first.target[TAXONOMY.columns("sentiment")].tolist() == [1, 0, 0]
    assert first.target[TAXONOMY.columns("response")].tolist() == [0] * 5
    assert second.target[TAXONOMY.columns("cause")].tolist() == [0] * 7


def test_a_classified_file_that_was_corrected_is_taken_with_all_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "corrected.csv"
    path.write_text(
        "접수번호,상담내용,이탈 원인,이탈 원인:가격,판단 보류,월매출\nA-1,비싸요,가격,0.93,감성,30000\n",
        encoding="utf-8",
    )

    (example,) = read_examples([path], TAXONOMY)

    assert example.target[TAXONOMY.column("cause", "price")] == 1


def test_row_numbers_that_a_data_frame_wrote_are_passed_over_and_told(tmp_path: Path) -> None:
    path, said = tmp_path / "frame.csv", list[str]()
    path.write_text(",text,cause\n0,비싸요,price\n1,친절해요,\n", encoding="utf-8")

    first, second = read_examples([str(path)], TAXONOMY, say=said.append)

    assert (first.text, second.text) == ("비싸요", "친절해요")
    assert said == [f"{path}: the text is read from column 'text', labels from 'cause'; not read: '열 1'"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (",text,cause,memo\n0,비싸요,price,x\n", "unknown column 'memo'; allowed: text"),
        ("text,cause,memo\n비싸요,price,x\n", "unknown column 'memo'; allowed: text"),
        ("text,cause,memo\n비싸요,price,x\n", "the taxonomy that has such a group (--taxonomy of train and evaluate)"),
        ("말,cause\n비싸요,price\n", "no text column"),
        ("문서번호,글,이탈 원인,층,추출확률\n1,비싸요,가격,price,1\n", "give it to 'dangol analyze --audited'"),
        ("text,id\n비싸요,1\n", "no label column"),
        ("text,제품군\n비싸요,정수기\n", "the taxonomy that has the groups of your columns (--taxonomy"),
        ("text,cause\n비싸요,expensive\n", ":2: cause: 'expensive'"),
        ("text,cause\n비싸요,price,ethics\n", ":2: the row has 3 cells, the header 2"),
        ('text,cause\n"두 줄\n입니다",price\n비싸요,expensive\n', ":4: cause: 'expensive'"),
        ("text,cause,sentiment\n비싸요,price\n", ":2: the row has 2 cells, the header 3"),
        ('text,sentiment\n비싸요,"negative,positive"\n', ":2: sentiment: exactly one label"),
    ],
)
def test_a_csv_that_cannot_be_used_says_why(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(LabelledDataError) as caught:
        read_examples([path], TAXONOMY)

    assert reason in str(caught.value)


def test_a_workbook_is_read_from_the_sheet_that_holds_labels(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["정리한 사람", "김단골"])
    sheet = book.create_sheet("라벨")
    sheet.append(["2026년 3월 상담"])
    sheet.append(["상담내용", "이탈원인", "감성"])
    sheet.append(["비싸요", "가격", "부정"])
    sheet.append([])
    sheet.append(["그만 쓸래요", "비싸서", None])
    book.save(tmp_path / "labels.xlsx")

    with pytest.raises(LabelledDataError, match=r"labels\.xlsx\[라벨\]:5: cause: '비싸서'"):
        read_examples([tmp_path / "labels.xlsx"], TAXONOMY)

    sheet["B5"] = None
    book.save(tmp_path / "labels.xlsx")
    first, second = read_examples([tmp_path / "labels.xlsx"], TAXONOMY)

    assert first.target[TAXONOMY.columns("cause")].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert first.place.endswith("labels.xlsx[라벨]:3")
    assert second.target[TAXONOMY.columns("cause")].tolist() == [0] * 7
    assert np.isnan(second.target[TAXONOMY.columns("sentiment")]).all()


def test_a_label_merged_over_several_rows_is_not_taken_for_none(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (["라벨", None, None, None], ["상담내용", "이탈 원인", "감성", "id"]):
        sheet.append(row)
    for number in range(4):
        sheet.append([f"{number}번째도 비싸요", None if number else "가격", "부정", None])
    for merged in ("A1:C1", "B3:B5", "D3:D6"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "labels.xlsx")

    with pytest.raises(LabelledDataError) as caught:
        read_examples([tmp_path / "labels.xlsx"], TAXONOMY)

    lines = [str(problem).partition(": a cell of the row is merged")[0] for problem in caught.value.problems]
    assert lines == [f"{tmp_path / 'labels.xlsx'}:{line}" for line in (4, 5)]


def test_all_sheets_with_labels_are_read_and_the_others_named(tmp_path: Path) -> None:
    path, said = tmp_path / "labels.xlsx", list[str]()
    book = Workbook()
    for sheet, cause in ((book.active, "가격"), (book.create_sheet("2월"), "불편")):
        sheet.append(["상담내용", "이탈 원인"])
        sheet.append([f"{cause} 때문에 그만둡니다", cause])
    book.create_sheet("메모").append(["정리한 사람"])
    book.create_sheet("빈 시트")
    book.save(path)

    examples = read_examples([path], TAXONOMY, say=said.append)

    assert [example.place for example in examples] == [f"{path}[Sheet]:2", f"{path}[2월]:2"]
    assert said[-1] == f"{path}: sheets without labelled rows were not read: 메모"


def test_what_classify_wrote_and_a_person_corrected_is_read(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(
        "접수번호,상담내용\nA-1,배송이 너무 늦어요\nA-2,요금이 비싸요\n", encoding="cp949"
    )
    classifier = ComplaintClassifier.from_pretrained(threads=1)
    for name in ("corrected.csv", "corrected.xlsx"):
        classify_files([tmp_path / "export.csv"], tmp_path / name, classifier=classifier)

        examples = read_examples([tmp_path / name], TAXONOMY)

        assert [example.text for example in examples] == ["배송이 너무 늦어요", "요금이 비싸요"]
        assert examples[1].target[TAXONOMY.column("cause", "price")] == 1


def test_the_text_is_the_column_that_classify_reads_and_both_it_and_the_labels_are_told(tmp_path: Path) -> None:
    head = "문서 ID,위치,접수번호,상담 내용,메모,글 구분,감성,판단 보류,감성:부정,의견"
    path = tmp_path / "corrected.csv"
    path.write_text(f"{head}\nA,x.csv:2,A,요금이 비싸요,회신 안내,불만,부정,,0.9,확인함\n", encoding="utf-8")
    said: list[str] = []

    (example,) = read_examples([path], TAXONOMY, say=said.append)

    assert example.text == "요금이 비싸요"
    assert said == [
        f"{path}: the file was classified, so labels that nobody has looked at agree with the model that gave them; "
        "keep the rows alone that a person has checked",
        f"{path}: the text is read from column '상담 내용', labels from '감성'; not read: '접수번호', '메모', '의견'",
    ]
    (example,) = read_examples([path], TAXONOMY, text_column="메모")
    assert example.text == "회신 안내"
    # Without a name that says so, the column that reads like written Korean, as in an export.
    path.write_text(
        f"{head}\n".replace("상담 내용,메모", "갑,을")
        + "A,x.csv:2,A,요금이 비싸서 해지하려고 합니다,ok,불만,부정,,0.9,\n"
    )
    (example,) = read_examples([path], TAXONOMY)
    assert example.text == "요금이 비싸서 해지하려고 합니다"


def test_labels_are_read_from_the_column_that_classify_wrote_not_from_one_of_its_name_that_came_in(
    tmp_path: Path,
) -> None:
    path = tmp_path / "corrected.csv"
    path.write_text(
        "문서 ID,위치,내용,심각도,severity,글 구분,심각도 (단골),판단 보류,심각도:중대\n"
        "A,x.csv:2,비싸요,상,9,불만,중대,,0.9\n",
        encoding="utf-8",
    )

    (example,) = read_examples([path], TAXONOMY)

    assert example.target[TAXONOMY.columns("severity")].tolist() == [0, 0, 0, 1]


def test_a_label_column_that_a_person_misspelt_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "corrected.csv"
    rows = "내용,이탈 원인,{},판단 보류,이탈 원인:가격,감성:부정\n비싸요,가격,부정,,0.9,0.9\n"
    path.write_text(rows.format(" 감 성 "), encoding="utf-8")
    assert read_examples([path], TAXONOMY)[0].target[TAXONOMY.column("sentiment", "negative")] == 1

    path.write_text(rows.format("감정"), encoding="utf-8")
    with pytest.raises(LabelledDataError, match="probabilities, but no label column, of '감성'"):
        read_examples([path], TAXONOMY)


def test_two_columns_of_one_group_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("text,cause,이탈 원인\n비싸요,price,불편\n", encoding="utf-8")

    with pytest.raises(LabelledDataError, match="the columns 'cause', '이탈 원인' are both of the group 'cause'"):
        read_examples([path], TAXONOMY)


def test_rows_without_any_cell_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("text,cause\n비싸요,price\n,\n , \n", encoding="utf-8")

    assert len(read_examples([path], TAXONOMY)) == 1


def test_an_unknown_label_is_answered_with_ids_and_korean_names(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("본문,감성\n비싸요,나쁨\n", encoding="utf-8")

    with pytest.raises(LabelledDataError, match=r"allowed: negative \(부정\), neutral \(중립\), positive \(긍정\)"):
        read_examples([path], TAXONOMY)


def test_a_table_of_another_format_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["비싸요"], "cause": ["price"]}), tmp_path / "labels.parquet")

    with pytest.raises(LabelledDataError, match=r"labels\.parquet: labelled rows are read from CSV, Excel or JSON"):
        read_examples([tmp_path / "labels.parquet"], TAXONOMY)


def test_rows_of_another_taxonomy_are_read_as_far_as_the_model_goes(tmp_path: Path) -> None:
    def taxonomy(*groups: tuple[str, str, str]) -> Taxonomy:
        return Taxonomy.parse(
            "".join(
                f'[[group]]\nid = "{name}"\nkind = "{kind}"\nko = "{name}"\n'
                + "".join(f'[[group.label]]\nid = "{label}"\nko = "{label}"\n' for label in labels)
                for name, kind, labels in groups
            )
        )

    old = taxonomy(("topic", "any-of", "ab"), ("tone", "one-of", "xy"))
    new = taxonomy(("topic", "any-of", "bca"), ("tone", "one-of", "xyz"), ("extra", "any-of", "q"))
    path = tmp_path / "rows.csv"
    path.write_text('text,topic,tone,extra\n글,"a,c",z,q\n말,,y,\n둘,b,,\n', encoding="utf-8")

    examples, lacking = translated(read_examples([path], new), new, old)

    assert lacking == ("extra", "topic:c", "tone:z")
    np.testing.assert_array_equal(
        [example.target for example in examples],
        [[1, 0, np.nan, np.nan], [0, 0, 0, 1], [0, 1, np.nan, np.nan]],
    )
    examples, lacking = translated(read_examples([path], new), new, new)
    assert lacking == ()


def test_labels_may_lack_blanks_and_none_may_be_written_as_in_audits(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("내용,이탈 원인,불평 행동\n늦어요,핵심서비스 실패,없음\n비싸요,Price,-\n", encoding="utf-8")

    first, second = read_examples([path], TAXONOMY)

    assert first.target[TAXONOMY.column("cause", "core_service_failure")] == 1
    assert second.target[TAXONOMY.column("cause", "price")] == 1
    for example in (first, second):
        assert example.target[TAXONOMY.columns("response")].tolist() == [0] * 5


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledDataError, match=r"nowhere\.jsonl"):
        read_examples([tmp_path / "nowhere.jsonl"], TAXONOMY)


def test_our_own_corpus_is_valid(complaints: list[dict[str, object]]) -> None:
    train, held_out = (
        read_examples(sorted((DATA / folder).glob("*.jsonl")), TAXONOMY) for folder in ("complaints", "held_out")
    )

    assert (len(train), len(held_out), len(complaints)) == (2956, 404, 3360)
    assert all(quote in example.text for example in train + held_out for quote in example.evidence.values())


def test_no_held_out_row_has_a_twin_among_the_rows_to_train_on(complaints: list[dict[str, object]]) -> None:
    texts = [str(row["text"]) for row in complaints]

    assert without_leaks(texts[:2956], texts[2956:]).all()
    assert len({row["id"] for row in complaints}) == len(complaints)


def test_an_audited_sample_teaches_what_was_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "확인.csv"
    path.write_text(
        "문서번호,글,이탈 원인,감성,층,추출확률,메모\n"
        'a:1,요금이 또 올랐어요,"가격, 윤리 문제",부정,price,0.5,다시 볼 것\n'
        "a:2,상담원이 불친절해요,,부정,near_miss,0.1,\n"
        "a:3,친절했어요,없음,,no_cause,0.1,\n"
        "a:4,아직 보지 않은 글,,,no_cause,0.1,\n",
        encoding="utf-8",
    )
    said: list[str] = []

    rows = read_examples([path], TAXONOMY, chosen=True, say=said.append)

    causes = np.stack([row.target for row in rows])[:, TAXONOMY.columns("cause")]
    sentiments = np.stack([row.target for row in rows])[:, TAXONOMY.columns("sentiment")]
    assert [row.text for row in rows] == ["요금이 또 올랐어요", "상담원이 불친절해요", "친절했어요"]
    np.testing.assert_array_equal(np.isnan(causes).all(axis=1), [False, True, False])
    np.testing.assert_array_equal(np.nansum(causes, axis=1), [2, 0, 0])
    np.testing.assert_array_equal(np.isnan(sentiments).all(axis=1), [False, False, True])
    assert any("not read: '메모'" in line for line in said)

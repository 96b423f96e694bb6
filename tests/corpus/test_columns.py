"""Recognising column roles."""

from __future__ import annotations

import pytest

from nlp.corpus.columns import Columns, find_header, normalize_name, recognised, resolve, speaker_of
from nlp.errors import ColumnError

LONG = [[str(row), f"상담원이 {row}번이나 같은 말을 반복해서 답답했습니다", "서울"] for row in range(9)]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("내용", "text"),
        ("상담 내용(상세)", "text"),
        ("고객의 소리", "text"),
        ("VOC", "text"),
        ("리뷰", "text"),
        ("Review_Text", "text"),
        ("불편사항 의견", "text"),
        ("고객 번호", "customer_id"),
        ("회원ID", "customer_id"),
        ("고객사 코드", "customer_id"),
        ("환자번호", "customer_id"),
        ("[필수] 접수일시", "time"),
        ("작성일", "time"),
        ("접수경로", "channel"),
        ("매장명", "branch"),
        ("서비스명", "product"),
        ("콜 ID", "call_id"),
        ("발화자", "speaker"),
        ("발화내용", "utterance"),
        ("발화시각", "turn_time"),
        ("접수번호", "id"),
    ],
)
def test_names_say_their_role(name: str, role: str) -> None:
    assert recognised(["기타", name]) == {role: 1}


@pytest.mark.parametrize("name", ["답변내용", "처리내용", "조치 내용", "주소", "전화번호"])
def test_what_the_firm_wrote_is_not_the_customers_text(name: str) -> None:
    assert "text" not in recognised([name])


def test_the_stronger_name_wins_wherever_it_stands() -> None:
    assert recognised(["메모", "상담내용"])["text"] == 1


def test_normalised_names_ignore_case_blanks_and_parentheses() -> None:
    assert normalize_name(" 고객 ID (필수) ") == "고객id"
    assert normalize_name("(내용)") == "내용"


def test_the_users_word_beats_the_name() -> None:
    roles = resolve(["내용", "메모", "x"], Columns(text="메모", customer_id="x"), [], place="f")
    assert roles.text == 1
    assert roles.index["customer_id"] == 2


def test_an_unknown_column_is_named_with_those_that_are_there() -> None:
    with pytest.raises(ColumnError, match=r"'본문'.*'내용'.*--text-column"):
        resolve(["내용"], Columns(text="본문"), [], place="f.csv")


def test_one_column_cannot_play_two_roles() -> None:
    with pytest.raises(ColumnError, match="--channel-column"):
        resolve(["내용", "x"], Columns(channel="x", branch="x"), [], place="f.csv")


def test_the_only_column_of_free_korean_text_is_chosen_and_said() -> None:
    roles = resolve(["a", "b", "c"], Columns(), LONG, place="f")
    assert (roles.text, roles.guessed_text) == (1, True)


def test_two_columns_of_free_text_are_left_to_the_user() -> None:
    twice = [[row[1], row[1] + "요"] for row in LONG]
    with pytest.raises(ColumnError, match="2 columns look like free text"):
        resolve(["a", "b"], Columns(), twice, place="f")


def test_a_text_column_with_a_call_id_alone_is_one_document_a_row() -> None:
    assert not resolve(["상담ID", "상담내용"], Columns(), [], place="f").by_turns
    assert resolve(["상담ID", "화자", "내용"], Columns(), [], place="f").by_turns
    assert resolve(["통화ID", "발화"], Columns(), [], place="f").by_turns


def test_an_utterance_without_a_call_is_a_text() -> None:
    roles = resolve(["화자", "발화"], Columns(), [], place="f")
    assert (roles.text, roles.by_turns) == (1, False)


def test_titles_above_the_header_are_skipped() -> None:
    rows = [["고객의 소리", ""], ["기간", "2026"], ["고객번호", "내용"], ["1", "채널"]]
    assert find_header(rows, Columns()) == (2, rows[2])


def test_an_unknown_header_is_the_first_widest_row() -> None:
    assert find_header([["제목"], ["a", "b", "c"], ["1", "2", "3"]], Columns()) == (1, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [["번호", "고객", "", "상담내용"], ["", "고객번호", "등급"], ["1", "C1", "VIP", "늦어요"]],
            (1, ["번호", "고객번호", "등급", "상담내용"]),
        ),
        (
            [["VOC 현황"], ["접수", "", "내용"], ["접수번호", "접수일시", ""], ["1", "2026-11-01", "늦어요"]],
            (2, ["접수번호", "접수일시", "내용"]),
        ),
        # Rows of data below a column without a name, or with a cell left out, are no part of the header.
        ([["", "화자", "발화", "비고"], ["1", "고객", "늦어요", ""]], (0, ["", "화자", "발화", "비고"])),
        ([["접수번호", "내용", "비고"], ["1", "늦어요", ""]], (0, ["접수번호", "내용", "비고"])),
        ([["VOC 현황", "", ""], ["접수번호", "내용", "비고"], ["1", "늦어요", ""]], (1, ["접수번호", "내용", "비고"])),
    ],
)
def test_merged_cells_make_a_header_of_two_rows(rows: list[list[str]], found: tuple[int, list[str]]) -> None:
    assert find_header(rows, Columns()) == found


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("상담원1", "agent"),
        ("AGENT", "agent"),
        ("직원", "agent"),
        ("고객님", "customer"),
        ("손님", "customer"),
        ("상담사 김하늘", "agent"),
        ("이서연 상담사", "agent"),
        ("고객센터 상담사", "agent"),
        ("단비봇", "agent"),
        ("ARS", "agent"),
        ("고객 가족", "customer"),
        ("화자1", "unknown"),
        ("", "unknown"),
    ],
)
def test_speakers_are_known_by_their_names(name: str, speaker: str) -> None:
    assert speaker_of(name) == speaker

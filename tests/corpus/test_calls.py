"""Exports with one utterance a row."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from nlp.corpus.columns import Columns
from nlp.corpus.reader import Reject, read_documents
from nlp.errors import FileFormatError
from nlp.text.prepare import render
from nlp.types import Document

HEADER = "통화ID,고객번호,발화시각,화자,발화\n"


def read(path: Path, rows: str) -> list[Document | Reject]:
    path.write_text(HEADER + rows, encoding="utf-8")
    return list(read_documents(path))


def test_rows_of_a_call_become_one_document_with_turns_in_time(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    (call,) = read(
        path,
        "A,C1,2026-11-21 10:00:09,고객,해지하려고요\n"
        "A,C1,2026-11-21 10:00:01,상담원,무엇을 도와드릴까요\n"
        "A,,2026-11-21 10:00:20,지인,연결 중\n",
    )
    assert isinstance(call, Document)
    assert call.text == render(call.turns)
    assert call.text.startswith("상담원: 무엇을 도와드릴까요\n고객: 해지하려고요\n")
    assert [turn.speaker for turn in call.turns] == ["agent", "customer", "unknown"]
    assert (call.id, call.customer_id, call.place) == ("A", "C1", f"{path}:2")
    assert call.time is not None
    assert call.time.second == 1


def test_lengths_of_time_in_a_workbook_order_the_turns(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER.strip().split(","))
    sheet.append(["A", 1, timedelta(hours=26, seconds=83), "고객", "나"])
    sheet.append(["A", 1, timedelta(seconds=9), "고객", "가"])
    book.save(tmp_path / "calls.xlsx")
    (call,) = read_documents(tmp_path / "calls.xlsx")
    assert isinstance(call, Document)
    assert call.text == "고객: 가\n고객: 나"


def test_the_time_within_a_call_is_no_date_that_could_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(HEADER + "A,1,00:01:23,고객,가\nB,1,언젠가,고객,나\nC,1,,고객,다\n", encoding="utf-8")
    reader = read_documents(path)
    assert [item.time for item in reader if isinstance(item, Document)] == [None, None, None]
    assert reader.report.undated == 1


def test_interleaved_calls_are_taken_apart(tmp_path: Path) -> None:
    items = read(tmp_path / "calls.csv", "A,1,,고객,가\nB,2,,고객,나\nA,1,,고객,다\nC,3,,고객,라\nB,2,,고객,마\n")
    assert [item.text for item in items] == ["고객: 가\n고객: 다", "고객: 나\n고객: 마", "고객: 라"]


def test_turns_without_a_clock_keep_their_order(tmp_path: Path) -> None:
    (call,) = read(tmp_path / "calls.csv", "A,1,00:00:09,고객,가\nA,1,,고객,나\nA,1,00:00:01,고객,다\n")
    assert call.text == "고객: 가\n고객: 나\n고객: 다"


def test_equal_clocks_keep_their_order(tmp_path: Path) -> None:
    (call,) = read(tmp_path / "calls.csv", "A,1,00:00:01,고객,가\nA,1,00:00:01,고객,나\nA,1,00:00:00,고객,다\n")
    assert call.text == "고객: 다\n고객: 가\n고객: 나"


def test_a_row_without_call_or_words_is_rejected(tmp_path: Path) -> None:
    items = read(tmp_path / "calls.csv", ",1,,고객,가\nA,1,,고객,\nA,1,,고객,나\n")
    assert [item.line for item in items if isinstance(item, Reject)] == [2, 3]
    assert [item.text for item in items if isinstance(item, Document)] == ["고객: 나"]


@given(order=st.lists(st.sampled_from("ABC"), min_size=1, max_size=25))
def test_no_utterance_is_lost_in_any_interleaving(tmp_path_factory: object, order: list[str]) -> None:
    path = tmp_path_factory.mktemp("calls") / "calls.csv"  # type: ignore[attr-defined]
    items = read(path, "".join(f"{call},,,고객,말{number}\n" for number, call in enumerate(order)))
    expected = {
        call: "\n".join(f"고객: 말{number}" for number, other in enumerate(order) if other == call)
        for call in dict.fromkeys(order)
    }
    assert {item.id: item.text for item in items if isinstance(item, Document)} == expected


def test_who_speaks_is_found_by_the_cells_where_calls_have_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "stt.csv"
    rows = "".join(f"{call},AGT,무엇을 도와드릴까요\n{call},CUS,해지하려고요\n" for call in range(3))
    path.write_text("REC_KEY,구분,STT_TEXT\n" + rows, encoding="utf-8")
    calls = list(read_documents(path))
    assert [call.text for call in calls] == ["상담원: 무엇을 도와드릴까요\n고객: 해지하려고요"] * 3
    path.write_text("REC_KEY,구분,STT_TEXT\n1,AGT,불친절했대요\n2,CUS,해지하려고요\n", encoding="utf-8")
    assert [document.text for document in read_documents(path)] == ["불친절했대요", "해지하려고요"]


def test_speakers_that_nobody_knows_are_counted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("통화ID,화자,발화\nA,L,여보세요\nA,R,해지요\nA,R,지금요\nA,고객,네\n", encoding="utf-8")
    reader = read_documents(path)
    for _ in range(2):
        assert len(list(reader)) == 1
        assert (reader.report.unattributed, reader.report.strangers) == (3, ("R", "L"))


def test_calls_of_many_rows_without_speakers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("통화ID,내용\nA,무엇을 도와드릴까요\nA,해지요\nB,네\nB,비싸요\n", encoding="utf-8")
    assert read_documents(path).report.torn
    path.write_text("통화ID,내용\nA,비싸요\nA,해지요\nB,느려요\n", encoding="utf-8")
    assert not read_documents(path).report.torn


def test_the_milliseconds_of_a_call_order_its_turns_and_are_no_dates(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("통화ID,시작(ms),화자,발화\nA,90000,고객,다\nA,45000,고객,나\nA,9000,고객,가\n", encoding="utf-8")
    (call,) = read_documents(path)
    assert isinstance(call, Document)
    assert (call.text, call.time) == ("고객: 가\n고객: 나\n고객: 다", None)


@pytest.mark.parametrize("name", ["발화순번", "순번", "SEQ", "START_TM", "start_sec", "발화 시작 시각", "구간시작"])
def test_numbers_and_times_by_other_names_order_the_turns(tmp_path: Path, name: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"통화ID,{name},화자,발화\nA,10,고객,나\nA,9,고객,가\n", encoding="utf-8")
    (call,) = read_documents(path)
    assert isinstance(call, Document)
    assert call.text == "고객: 가\n고객: 나"


@pytest.mark.parametrize(
    ("column", "agent", "customer"),
    [("채널", "L", "R"), ("channel", "0", "1"), ("화자", "화자2", "화자1"), ("speaker_label", "spk_0", "spk_1")],
)
def test_nameless_speakers_are_told_apart_by_what_they_say(
    tmp_path: Path, column: str, agent: str, customer: str
) -> None:
    path = tmp_path / "calls.csv"
    rows = "".join(f"{call},{agent},무엇을 도와드릴까요\n{call},{customer},해지하려고요\n" for call in "AB")
    path.write_text(f"통화ID,{column},텍스트\n{rows}C,{customer},여보세요\nC,{agent},네\n", encoding="utf-8")
    reader = read_documents(path)
    first, second, third = (item for item in reader if isinstance(item, Document))
    assert first.text == second.text == "상담원: 무엇을 도와드릴까요\n고객: 해지하려고요"
    assert [turn.speaker for turn in third.turns] == ["unknown", "unknown"]
    assert (reader.report.told, reader.report.unattributed, reader.report.rows) == (2, 2, 6)
    assert first.channel is None


def test_a_flag_of_utterances_or_a_channel_of_calls_is_no_speaker(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("통화ID,채널,묵음,텍스트\nA,a,0,네\nA,a,1,음\nB,b,0,네\nB,b,1,음\n", encoding="utf-8")
    report = read_documents(path).report
    assert (report.by_turns, report.roles["channel"]) == (False, "채널")


def test_a_chat_with_machines_and_named_agents_is_one_text(tmp_path: Path) -> None:
    path = tmp_path / "chat.csv"
    turns = "챗봇,해지하시나요?\nX,고객,아니요\nX,상담사 김하늘,네\nX,고객,결제가 두 번 됐어요\nX,단비봇,종료합니다"
    path.write_text(f"상담번호,발신자,메시지\nX,{turns}\n", encoding="utf-8")
    (chat,) = read_documents(path)
    assert isinstance(chat, Document)
    assert chat.id == "X"
    assert [turn.text for turn in chat.turns if turn.speaker != "agent"] == ["아니요", "결제가 두 번 됐어요"]


def test_speakers_without_a_call_are_told(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("파일,speaker_label,text\na.wav,spk_0,네\na.wav,spk_1,해지요\n", encoding="utf-8")
    assert read_documents(path).report.scattered
    assert not read_documents(path, columns=Columns(call_id="파일")).report.scattered


def test_a_column_of_the_agents_words_is_not_the_customers_text(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("콜ID,상담사 발화내용,고객 발화내용\nA,무엇을 도와드릴까요,해지요\n", encoding="utf-8")
    (call,) = read_documents(path)
    assert isinstance(call, Document)
    assert call.text == "해지요"


def test_a_call_whose_words_are_found_by_their_look_is_one_text(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "콜ID,SPK,x\nA,AGT,한빛텔레콤입니다 무엇을 도와드릴까요\nA,CUST,인터넷이 자꾸 끊겨서 해지하려고요\n", "utf-8"
    )
    assert [document.text.count("\n") for document in read_documents(path) if isinstance(document, Document)] == [1]


@pytest.mark.parametrize("key", ["turns", "utterances", "segments"])
def test_a_call_whose_turns_stand_in_a_list_is_one_text(tmp_path: Path, key: str) -> None:
    path = tmp_path / "calls.jsonl"
    turns = [
        {"start": 9, "text": "해지하려고요", "speaker": {"label": "1"}},
        {"start": 1, "text": "무엇을 도와드릴까요", "speaker": {"label": "2"}},
    ]
    calls = [{"text": "무엇을 도와드릴까요 해지하려고요", key: turns}] * 2
    path.write_text("\n".join(json.dumps(call, ensure_ascii=False) for call in calls), encoding="utf-8")
    reader = read_documents(path)
    found = [document.text for document in reader if isinstance(document, Document)]
    assert found == ["상담원: 무엇을 도와드릴까요\n고객: 해지하려고요"] * 2
    path.write_text(json.dumps({"id": "X", key: turns, "고객번호": "C1"}, ensure_ascii=False), encoding="utf-8")
    (call,) = read_documents(path)
    assert isinstance(call, Document)
    assert (call.id, call.customer_id, len(call.turns)) == ("X", "C1", 2)


def test_one_object_over_several_lines_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text(json.dumps({"text": "해지요"}, indent=1), encoding="utf-8")
    with pytest.raises(FileFormatError, match="one JSON object over several lines"):
        read_documents(path)


def test_texts_in_which_an_unmarked_agent_speaks_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("내용\n무엇을 도와드릴까요 해지요 고객님 확인해 드리겠습니다\n비싸요\n", encoding="utf-8")
    reader = read_documents(path)
    for _ in range(2):
        assert len(list(reader)) == 2
        assert reader.report.unmarked == 1

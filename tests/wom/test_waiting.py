import json
from pathlib import Path

import pytest
from wom_tables import table

from nlp.errors import InputError
from nlp.wom.waiting import CAUSES, load_waiting_cues, waiting, waiting_evidence

CUES = load_waiting_cues()
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "waits", "broken"),
    [
        ("체크인 줄만 50분 섰어요", True, False),
        ("상담원 연결까지 대기만 40분", True, False),
        ("주문한 지 3주가 지났는데 아직도 배송 준비 중이에요", True, False),
        ("환불이 두 달째 안 들어옵니다", True, False),
        ("내일 온다더니 일주일째 소식이 없어요", True, True),
        ("오후 2시에 방문하기로 했는데 저녁까지 안 왔어요", False, True),
        ("새벽배송이라더니 점심때 왔네요. 너무 늦어요", False, True),
        ("예약 시간보다 1시간 넘게 기다렸어요", True, True),
        ("3분 만에 해결해 주셔서 감사합니다", False, False),
        ("기다려 주셔서 고맙다고 하셨어요", False, False),
        ("늦은 밤에도 열어서 좋아요", False, False),
        ("약속 지켜 주셔서 다행입니다. 금요일까지라고 했는데 목요일에 왔어요", False, False),
        ("화면이 켜지지 않아요", False, False),
        ("상담원: 배송이 지연되고 있습니다\n고객: 색이 사진과 달라요", False, False),
        ("이틀 걸린다더니 하루 만에 왔어요", False, False),
        ("10분이면 나온다던 김밥이 50분 만에 나왔어요", True, True),
        ("배터리가 하루 간다고 광고하더니 반나절이면 꺼집니다", False, False),
        ("7시 예약인데 7시 40분에 들어갔어요", True, True),
        ("배송 예정일이 11일에서 14일로 밀렸어요", True, True),
        ("제가 내일 다시 오겠다고 했는데 못 갔네요", False, False),
        ("오늘까지 안 내면 끊긴다고 협박하더군요", False, False),
        ("금요일이랬는데 월요일 돼서야 못 한다네요", False, True),
        ("고객: 사흘째 답이 없네요\n상담원: 확인해 드리겠습니다", True, False),
    ],
)
def test_sentences_about_waiting_and_broken_promises_are_told_apart(text, waits, broken):
    found = waiting_evidence(text, CUES)
    assert (bool(found.waiting), bool(found.broken_promise)) == (waits, broken)


def test_the_evidence_is_the_sentence():
    text = "직원은 친절했어요. 그런데 체크인 줄만 50분 섰어요. 방은 좋았어요."
    [(start, end)] = waiting_evidence(text, CUES).waiting
    assert text[start:end] == "그런데 체크인 줄만 50분 섰어요."


def test_only_documents_with_inconvenience_or_core_failure_are_read():
    rows = [
        {"text": "줄만 50분 섰어요", "cause": [cause] if cause else []} for cause in ("inconvenience", "price", None)
    ]
    found = waiting(table(rows))
    assert found.waiting.tolist() == [True, False, False]
    assert found.eligible == 1
    assert found.waiting_share.value == pytest.approx(1 / 3)
    assert found.waiting_of_eligible.value == 1.0
    assert list(found.evidence) == [0]


def test_an_empty_table_waits_for_nothing():
    assert waiting(table([])).eligible == 0


@pytest.mark.parametrize("text", ["", "[names]\nA = '('\n[waiting]\ncues=['A']\nvetoes=[]", "= 1"])
def test_a_file_that_is_no_cue_table_is_refused_by_name(tmp_path, text):
    path = tmp_path / "waiting.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"waiting\.toml"):
        load_waiting_cues(path)


def test_on_the_annotated_test_half_the_rule_is_as_good_as_its_documentation_says(complaints):
    rows = {row["id"]: row for row in complaints}
    hits = said = real = 0
    for line in (ROOT / "data" / "annotations" / "waiting.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["split"] == "test":
            row = rows[entry["id"]]
            found = set(row["labels"]["cause"]) & set(CAUSES) and waiting_evidence(row["text"], CUES).waiting
            hits += bool(found) and entry["waiting"]
            said += bool(found)
            real += entry["waiting"]
    assert hits / said >= 0.76
    assert hits / real >= 0.78


def test_on_fresh_wordings_kept_aside_the_rule_is_as_good_as_its_documentation_says():
    hits = said = real = 0
    for line in (ROOT / "data" / "annotations" / "waiting_fresh.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["split"] == "test":
            found = waiting_evidence(entry["text"], CUES).broken_promise
            hits += bool(found) and entry["broken_promise"]
            said += bool(found)
            real += entry["broken_promise"]
    assert hits / said >= 0.95
    assert hits / real >= 0.65

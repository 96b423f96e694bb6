from __future__ import annotations

from pathlib import Path

import pytest
from recovery_tables import document, table

from nlp.errors import InputError
from nlp.recovery.cues import Cues
from nlp.recovery.readings import Readings

CUES = Cues.load()


@pytest.mark.parametrize(
    "text",
    [
        "다음 달에 이사 가게 되어 해지 신청합니다.",
        "지방으로 발령이 나서 더 못 다닐 것 같아요",
        "가게를 접게 돼서 단말기 정리하려고요",
        "폐업하게 되어 카드 가맹 해지 요청드립니다",
        "아버지가 돌아가셔서 휴대폰 해지하려고 합니다",
        "아들이 군 입대해서 회선 정지 말고 해지할게요",
        "이민 가게 되어 계좌를 정리하고 싶습니다",
        "고객 사망하여 명의자 배우자가 해지 요청함.",
        "서비스는 늘 좋았습니다. 해외 발령으로 탈퇴합니다.",
    ],
)
def test_a_leaver_whom_no_service_could_keep_is_seen(text: str) -> None:
    assert CUES.involuntary.evidence(text)


@pytest.mark.parametrize(
    "text",
    [
        "이사 당일 설치가 안 돼서 하루 종일 기다렸어요",
        "대표이사에게 전달해 주세요. 해지합니다.",
        "학원이 폐업해서 환불도 못 받고 취소도 안 돼요",
        "폐업한 헬스장 회비를 돌려받을 수 없다니요",
        "이사 가는데 이전 설치가 안 된다고 해서 해지합니다",
        "상담원이 불친절해서 해지합니다",
        "포장이사 업체가 냉장고를 찍어 놓고 배상을 못 해 준대요",
        "요금이 비싸서 탈퇴해요. 그리고 저는 이사를 자주 다닙니다.",
    ],
)
def test_a_leaver_for_a_reason_of_the_firm_is_not(text: str) -> None:
    assert CUES.involuntary.evidence(text) == ()


def test_only_the_sentence_that_says_so_is_evidence() -> None:
    text = "3년 동안 잘 썼습니다. 이사 가게 되어 해지합니다! 감사했어요"
    assert CUES.involuntary.evidence(text) == ("이사 가게 되어 해지합니다!",)


@pytest.mark.parametrize(
    "text",
    [
        "먹고 나서 밤새 토하고 응급실 갔어요",
        "충전하다 불이 났습니다",
        "의자가 부러져서 허리를 다쳤어요",
        "화상을 입었습니다",
    ],
)
def test_harm_to_the_body_is_seen(text: str) -> None:
    assert CUES.safety.evidence(text)


@pytest.mark.parametrize(
    "text",
    [
        "분실신고가 안 돼요",
        "화상회의가 끊겨요",
        "한마음화재 보험으로 옮길래요",
        "다친 사람은 없고 다치지 않았어요",
        "인기가 터졌네요",
    ],
)
def test_words_that_only_look_like_harm_are_not(text: str) -> None:
    assert CUES.safety.evidence(text) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [("[involuntary]\nany = ['이사']\n", "safety"), ("[involuntary]\nany = ['(']\n[safety]\nany=['x']", "own")],
)
def test_a_cue_file_that_is_incomplete_or_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        Cues.load(path)


def test_what_an_agent_asks_is_no_reason_and_no_harm() -> None:
    call = "ARS: 화재 사고는 1번을 눌러 주세요\n상담원: 혹시 이사 가게 되어 해지하시나요?\n고객: {said}"
    said = [call.format(said="아니요 비싸서요"), call.format(said="이사 가게 되어 해지합니다 불이 났거든요")]

    found = Readings.of(table(*(document(severity="3", text=text) for text in said)))

    assert found.involuntary.tolist() == found.unsafe.tolist() == [False, True]

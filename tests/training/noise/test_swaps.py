"""Exchanged words keep a text's meaning and grammar."""

from __future__ import annotations

import pytest

from nlp.training.noise.swaps import frame_kinds, sentences_of, swap_kinds, swapped
from nlp.training.noise.tables import frame, words


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("gender", "남직원이 아내를 밀쳤고 남편은 몰랐어요", "여직원이 남편을 밀쳤고 아내는 몰랐어요"),
        ("gender", "택배아저씨가 아들과 싸웠다", "택배아줌마가 딸과 싸웠다"),
        ("gender", "그녀는 시어머니께", "그는 시아버지께"),
        ("gender", "딸기 형편 이모티콘 총각김치 그래서", "딸기 형편 이모티콘 총각김치 그래서"),
        ("region", "서울에서 전주로", "부산에서 수원으로"),
        ("title", "배달기사님이 사장님을", "배달기사가 사장을"),
        ("title", "직원이 상담원은", "직원분이 상담원님은"),
        ("title", "신문 기사에 나온 회사", "신문 기사에 나온 회사"),
        ("humble", "저는 제가 결제가 저희 먼저도", "나는 내가 결제가 우리 먼저도"),
        ("humble", "우리은행 화가 나는 고장 나도", "우리은행 화가 나는 고장 나도"),
    ],
)
def test_words_and_their_particles_are_exchanged(kind: str, text: str, expected: str) -> None:
    assert swapped(text, kind) == expected


@pytest.mark.parametrize(
    "text", ["남자 직원이 반말해요", "여직원과 아저씨를", "할머니는 서울에 며느리와", "남자친구로 딸을"]
)
@pytest.mark.parametrize("kind", ["gender", "region"])
def test_an_exchange_undoes_itself(text: str, kind: str) -> None:
    assert swapped(swapped(text, kind), kind) == text


def test_what_is_measured_with_is_not_what_is_trained_with() -> None:
    trained = " ".join(word for name in ("sentences", "person", "region", "name") for word in words("intro", name))

    measured = [sentence for kind in frame_kinds() for sentence in sentences_of(kind)]

    assert [sentence for sentence in measured if sentence in trained] == []
    # Two regions that stand in many complaints are exchanged in training, or they would keep what they stand beside.
    assert {word for kind in frame_kinds() for word in frame(kind)[1] if word in trained} == {"서울", "부산"}


def test_sentences_of_a_kind_differ_in_one_word_alone() -> None:
    for kind in frame_kinds():
        sentences = sentences_of(kind)

        assert len(set(sentences)) == len(sentences) > 1
        assert len({sentence[-3:] for sentence in sentences}) == 1
    assert set(swap_kinds()) == {"gender", "region", "title", "humble"}

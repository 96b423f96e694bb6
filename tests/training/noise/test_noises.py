"""Each noise does what its name says, and no noise does more."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.training.noise import NOISES
from nlp.training.noise.hangul import join, keys, split, typed
from nlp.training.noise.numerals import native, sino, spoken_numbers

PARTS = (
    "배송이 너무 늦었어요.", " ", "환불은 안 된다네요 ㅠㅠ", "\n", "3만 원이나 냈는데", " 불친절합니다!!", "[이름]",
    "다시는 안 감ㅋㅋ", " [전화번호] ", "좋은데 비싸요~", "", "1588-1234", "?", "😡", " app ", "됐다",
    "ㄱㄴ", "\U000f0003",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS) | st.text(max_size=12), max_size=8).map("".join)


def noised(name: str, text: str, seed: int = 0) -> str:
    return NOISES[name](text, np.random.default_rng(seed))


def syllables(text: str) -> str:
    return "".join(re.findall("[가-힣]", re.sub(r"\[[가-힣]+\]", "", text)))


@pytest.mark.parametrize("name", NOISES)
@settings(max_examples=30)
@given(text=TEXTS, seed=st.integers(0, 2**32))
def test_a_noise_depends_on_text_and_seed_alone_and_empties_no_text(name: str, text: str, seed: int) -> None:
    result = noised(name, text, seed)

    assert result == noised(name, text, seed)
    assert bool(result.strip()) == bool(text.strip())


@pytest.mark.parametrize("name", NOISES)
@settings(max_examples=30)
@given(text=TEXTS, seed=st.integers(0, 2**32))
def test_placeholders_stay_as_many_and_in_their_order(name: str, text: str, seed: int) -> None:
    placeholder = re.compile(r"\[[가-힣]{1,12}\]")

    found = placeholder.findall(noised(name, text, seed))
    assert found[-len(placeholder.findall(text)) or len(found) :] == placeholder.findall(text)
    assert name == "introduced" or found == placeholder.findall(text)


@pytest.mark.parametrize("name", NOISES)
@settings(max_examples=30)
@given(text=TEXTS, seed=st.integers(0, 2**32))
def test_a_noise_keeps_most_of_what_is_written_in_hangul(name: str, text: str, seed: int) -> None:
    before, after = syllables(text), syllables(noised(name, text, seed))

    if name in ("unspaced", "respaced", "unmarked", "chatty"):
        assert after == before
    else:
        # Numbers in words, fillers and long endings add to it; lost particles take away.
        digits = 2 if name == "introduced" else sum(character.isdigit() for character in text)
        assert len(before) * 0.5 - 4 <= len(after) <= len(before) * 1.8 + 12 * digits + 12


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("unspaced", "환불해 달라고 했는데 안 해줘요", "환불해달라고했는데안해줘요"),
        ("unmarked", "진짜 최악ㅋㅋㅋ 3~4일 걸림;; 다신 안 가요~!! ㅠㅠ 😡", "진짜 최악 3~4일 걸림 다신 안 가요"),
        ("plain", "[이름] 씨가 늦었어요. 환불해 주세요, 최악이에요", "[이름] 씨가 늦었어. 환불해 줘, 최악이야"),
        ("plain", "요금이 이상하네요 필요 없죠? 모르겠는데요", "요금이 이상하네 필요 없지? 모르겠는데"),
        ("polite", "불친절하다. 배송도 늦었어! 다시는 안 감", "불친절합니다. 배송도 늦었어요! 다시는 안 갑니다"),
        ("polite", "맛없음 ㅋㅋ", "맛없습니다 ㅋㅋ"),
        ("polite", "너무 힘들다", "너무 힘듭니다"),
    ],
)  # fmt: skip
def test_what_leaves_nothing_to_chance(name: str, text: str, expected: str) -> None:
    seeds = {noised(name, text, seed) for seed in range(6)}

    assert expected in seeds
    assert seeds == {expected} or name == "plain"


@pytest.mark.parametrize(
    ("name", "text", "somewhere"),
    [
        ("misspelt", "많이 비싼데 없어요", ["마니", "업서", "업어", "비싼대"]),
        ("misspelt", "안 되네요 며칠째", ["않 되", "몇일"]),
        ("misspelt", "좋고 못해", ["조코", "모태"]),
        ("mistyped", "배송", ["배ㅗㅇ", "배송ㅇ", "베송", "배숑", "뱃ㅇ"]),
        ("chatty", "늦었어요. 환불해 주세요", ["늦었어요ㅠㅠ", "늦었어요ㅋㅋ", "주세요~", "주세요!!"]),
        ("spoken", "요금이 32,000원 나왔어요. 세 번", ["삼만 이천원", "그니까", "요금이 요금이"]),
        (
            "dialect",
            "너무 늦었습니다. 취소했어요",
            ["늦었습니더", "늦었당께요", "늦었어유", "겁나게", "했어예", "했어유"],
        ),
        ("plain", "너무 늦었습니다", ["늦었어", "늦었다"]),
        ("respaced", "환불해 달라고 했는데", ["환불해달라고", "달라고했는데"]),
    ],
)
def test_what_noises_write(name: str, text: str, somewhere: list[str]) -> None:
    written = [noised(name, text, seed) for seed in range(400)]

    missing = [wanted for wanted in somewhere if not any(wanted in result for result in written)]
    assert missing == []


@pytest.mark.parametrize("name", ["mistyped", "misspelt", "spoken", "dialect"])
def test_a_denial_stays_one(name: str) -> None:
    for seed in range(200):
        assert re.search("[안않]", noised(name, "안 와요", seed))


def test_a_noise_that_finds_something_to_change_changes_something() -> None:
    text = "주문한 음식이 많이 늦었습니다. 상담원은 전화를 안 받네요."
    unable = {"unmarked", "polite"}

    for name in set(NOISES) - unable:
        assert all(noised(name, text, seed) != text for seed in range(30)), name


@given(st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=20))
def test_keys_of_syllables_compose_them_again(text: str) -> None:
    assert typed("".join(map(keys, text))) == text
    assert "".join(join(*split(syllable)) for syllable in text) == text


@pytest.mark.parametrize(
    ("pressed", "shown"),
    [
        ("ㅂㅐㅗㅇ", "배ㅗㅇ"),
        ("ㅂㅐㅅㅅㅗㅇ", "뱃송"),
        ("ㅇㅏㄴㅎㅐ", "안해"),
        ("ㅋㅋ", "ㅋㅋ"),
        ("ㅗㅏ", "ㅗㅏ"),
        ("ㄱㅏㄸㅏ", "가따"),
    ],
)
def test_letters_compose_as_an_input_method_does(pressed: str, shown: str) -> None:
    assert typed(pressed) == shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("32,000원", "삼만 이천원"),
        ("3만원", "삼만원"),
        ("1만원", "만원"),
        ("10000원", "만원"),
        ("3번, 20분, 2시간", "세번, 이십분, 두시간"),
        ("3개월에 3개", "삼개월에 세개"),
        ("1588-1234", "일오팔팔 일이삼사"),
        ("3.5점", "삼 점 오점"),
        ("50%", "오십 퍼센트"),
        ("2024년", "이천이십사년"),
        ("0원", "영원"),
        ("010", "영일영"),
    ],
)
def test_numbers_as_they_are_said(text: str, said: str) -> None:
    assert spoken_numbers(text) == said


@pytest.mark.parametrize(
    ("value", "words"), [(0, "영"), (11, "십일"), (110_000_000, "일억 천만"), (305, "삼백오"), (1_000_001, "백만 일")]
)
def test_sino_korean_numbers(value: int, words: str) -> None:
    assert sino(value) == words


def test_korean_numbers_before_a_unit() -> None:
    assert [native(value) for value in (1, 12, 20, 21, 99)] == ["한", "열두", "스무", "스물한", "아흔아홉"]

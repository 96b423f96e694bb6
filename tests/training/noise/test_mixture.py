"""Noise on prepared texts: labels' grounds, speakers and placeholders stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.prepare import PreparedText, prepare
from nlp.training.noise import MIXTURE, NOISES, augmented, noisy

CALL = "상담원: 무엇을 도와드릴까요\n고객: [이름]인데요 요금이 너무 비싸요. 해지할게요.\n상담원: 네 알겠습니다"
TEXTS = ("배송이 너무 늦게 왔습니다. 환불해 주세요!", CALL, "다시는 안 감ㅋㅋ", "고객: 한마디만 할게요", "a", "???")


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", NOISES)
def test_a_dialogue_keeps_its_speakers_and_the_placeholders_in_their_turns(name: str) -> None:
    call = prepare(CALL)
    assert "[이름]" in call.turns[1].text
    for seed in range(20):
        result = noisy(call, NOISES[name], rng(seed))

        assert [turn.speaker for turn in result.turns] == ["agent", "customer", "agent"]
        assert "[이름]인데요" in result.turns[1].text or name != "introduced"
        assert "[이름]" in result.turns[1].text
        assert result.masked.count("고객: ") == 1
        assert result.masked.count("상담원: ") == 2


@given(text=st.sampled_from(TEXTS), name=st.sampled_from(list(NOISES)), seed=st.integers(0, 2**32))
def test_what_the_model_reads_lies_in_the_masked_text(text: str, name: str, seed: int) -> None:
    result = noisy(prepare(text), NOISES[name], rng(seed))

    assert result.customer == " ".join(result.masked[start:end] for start, end in result.customer_spans)
    assert result.agent == " ".join(turn.text for turn in result.turns if turn.speaker == "agent")
    assert result.customer.strip()
    for start in range(len(result.customer)):
        left, right = result.customer_to_masked(start, start + 1)
        assert result.masked[left:right] in (result.customer[start], "")


@given(text=st.sampled_from(TEXTS), name=st.sampled_from(list(NOISES)), seed=st.integers(0, 2**32))
def test_a_noisy_text_is_as_clean_as_a_prepared_one(text: str, name: str, seed: int) -> None:
    result = noisy(prepare(text), NOISES[name], rng(seed))

    assert prepare(result.customer, mask=False).masked == result.customer


def test_who_speaks_is_said_once_and_by_the_customer() -> None:
    call = prepare("상담원: 네\n고객: 요금이요\n상담원: 네\n고객: 비싸요")

    result = noisy(call, NOISES["introduced"], rng(3))

    assert [turn.text for turn in result.turns[2:]] == ["네", "비싸요"]
    assert result.turns[0].text == "네"
    assert result.turns[1].text.endswith(" 요금이요")


def test_the_share_of_texts_that_change_is_what_was_asked_for() -> None:
    text = prepare("배송이 너무 늦게 왔습니다. 많이 기다렸는데 환불도 안 해 주네요!")
    changed = sum(augmented(text, rng(seed), share=0.4) is not text for seed in range(2000))

    assert 0.36 < changed / 2000 < 0.44
    assert augmented(text, rng(0), share=0.0) is text
    assert augmented(text, rng(0), share=1.0) is not text


def test_the_same_seed_gives_the_same_text() -> None:
    def read(text: PreparedText) -> tuple[str, str]:
        return text.customer, text.agent

    call = prepare(CALL)
    assert [read(augmented(call, rng(seed))) for seed in range(50)] == [
        read(augmented(call, rng(seed))) for seed in range(50)
    ]


def test_the_mixture_draws_from_every_noise() -> None:
    assert set(MIXTURE) == set(NOISES)
    assert sum(MIXTURE.values()) == pytest.approx(1.0)

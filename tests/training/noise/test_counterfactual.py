"""Two readings of one text."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.text.prepare import prepare
from nlp.training.noise import counterfactual_pair
from nlp.training.noise.tables import words

CALL = "상담원: 무엇을 도와드릴까요\n고객: 요금이 너무 비싸요\n상담원: 네 알겠습니다"


@pytest.mark.parametrize("text", ["배송이 너무 늦게 왔습니다", CALL, "서울 남자 직원이 반말해요"])
def test_the_two_readings_differ_and_keep_what_was_said(text: str) -> None:
    read = prepare(text)
    for seed in range(60):
        one, other = counterfactual_pair(read, np.random.default_rng(seed))

        assert one.customer != other.customer or one is read
        assert one.agent == other.agent == read.agent
        for said in (one.customer, other.customer):
            assert said.endswith(read.customer) or said in (
                "부산 남자 직원이 반말해요",
                "서울 여자 직원이 반말해요",
                "서울 남자 직원분이 반말해요",
            )


def test_words_of_the_text_are_exchanged_in_some_draws_and_put_in_front_in_others() -> None:
    read = prepare("서울 남자 직원이 반말해요")
    seen = {counterfactual_pair(read, np.random.default_rng(seed))[1].customer for seed in range(200)}

    assert {"부산 남자 직원이 반말해요", "서울 여자 직원이 반말해요", "서울 남자 직원분이 반말해요"} <= seen
    assert any(said.endswith(read.customer) and said != read.customer for said in seen)


def test_the_speaker_is_somebody_else_in_each_reading() -> None:
    read = prepare("배송이 늦어요")
    pairs = [counterfactual_pair(read, np.random.default_rng(seed)) for seed in range(200)]

    as_it_was = [one is read for one, _ in pairs]
    assert 0.1 < np.mean(as_it_was) < 0.4
    said = " ".join(text.customer for pair in pairs for text in pair)
    assert sum(region in said for region in words("intro", "region")) > 30

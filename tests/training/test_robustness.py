"""Losses and violations on texts whose labels are plain to see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.training.robustness import clean_macro_f1, invariances, noise_effect

TAXONOMY = Taxonomy.load()
PRICE = TAXONOMY.column("cause", "price")
TEXTS = [prepare("요금이 비싸요"), prepare("직원이 불친절해요")] * 20
TARGETS = np.zeros((40, len(TAXONOMY.labels)), dtype=np.float32)
TARGETS[::2, PRICE] = 1


def reader(word: str) -> object:
    def decide(texts: Sequence[PreparedText]) -> NDArray[np.bool_]:
        decided = np.zeros((len(texts), len(TAXONOMY.labels)), dtype=bool)
        decided[:, PRICE] = [word in text.customer for text in texts]
        return decided

    return decide


def effect(word: str, noise: object) -> object:
    decide = reader(word)
    return noise_effect(decide, TEXTS, TARGETS, noise, clean=decide(TEXTS), taxonomy=TAXONOMY, seed=1, resamples=200)


def without_spaces(text: str, _: Generator) -> str:
    return text.replace(" ", "")


def test_a_noise_that_hides_every_cue_costs_the_whole_score() -> None:
    found = effect("요금이 비", without_spaces)

    assert found.loss["cause"].value == 1.0
    assert found.noisy["cause"] == 0.0
    assert (found.touched, found.moved) == (1.0, 0.5)


def test_a_noise_that_hides_nothing_costs_nothing() -> None:
    found = effect("요금", without_spaces)

    assert (found.loss["cause"].value, found.loss["cause"].low, found.loss["cause"].high) == (0.0, 0.0, 0.0)
    assert (found.touched, found.moved) == (1.0, 0.0)


def test_texts_that_a_noise_leaves_alone_are_not_counted_as_touched() -> None:
    assert effect("요금", lambda text, _: text.replace("비싸", "빗싸")).touched == 0.5


def test_the_interval_of_a_half_lost_score_holds_its_value() -> None:
    def now_and_then(text: str, rng: Generator) -> str:
        return text.replace("요금", "요굼") if rng.random() < 0.5 else text

    loss = effect("요금", now_and_then).loss["cause"]

    assert loss.low < loss.value < loss.high
    assert 0.1 < loss.value < 0.6


def test_only_groups_with_enough_positives_are_scored() -> None:
    assert clean_macro_f1(TARGETS == 1, TARGETS, TAXONOMY) == {"cause": 1.0}


@pytest.mark.parametrize(("word", "kind", "violations"), [("아줌마", "gender", 1.0), ("요금", "gender", 0.0)])
def test_a_reader_that_minds_a_word_violates_invariance(word: str, kind: str, violations: float) -> None:
    texts = [prepare("택배 아저씨가 늦었어요"), prepare("요금이 비싸요")]

    found = invariances(reader(word), texts, taxonomy=TAXONOMY)

    assert (found[kind].n_texts, found[kind].texts) == (1, violations)
    assert found["gender (in front)"].n_texts == 2
    assert found["gender (in front)"].texts == violations
    assert found["region"].n_texts == 0


def test_one_moved_exchange_of_several_counts_its_text_once() -> None:
    found = invariances(reader("마이클"), [prepare("늦어요"), prepare("안 와요")], taxonomy=TAXONOMY)

    assert found["name (in front, unmasked)"].texts == 1.0
    assert found["name (in front, unmasked)"].swaps == pytest.approx(1 / 6)
    assert found["name (in front, unmasked)"].n_swaps == 12


def test_names_in_front_are_masked_as_in_use() -> None:
    found = invariances(reader("마이클"), [prepare("늦어요")], taxonomy=TAXONOMY)

    assert (found["name (in front)"].texts, found["name (in front)"].n_swaps) == (0.0, 6)
    assert "region (in front, unmasked)" not in found

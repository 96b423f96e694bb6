from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.model.familiarity import FALSE_ALARMS, Familiarity, joint_energy, token_counts
from nlp.taxonomy import Taxonomy

TAXONOMY = Taxonomy.load()
N_TOKENS = 400
LETTERS = np.ones(N_TOKENS, dtype=np.int64)
USUAL = 300
"""Token ids from here on stand in no fitting text."""


def _texts(n: int, *, seed: int = 0, low: int = 0, high: int = USUAL) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(low, high, size=rng.integers(3, 30)).tolist() for _ in range(n)]


def _fitted(n: int = 1000) -> Familiarity:
    return Familiarity.fit(_texts(n), np.random.default_rng(1).normal(-6, 2, n), letters=LETTERS)


def test_the_stated_share_of_fresh_texts_like_the_fitted_ones_is_called_unlike() -> None:
    fresh = _fitted().unlike(_texts(2000, seed=7), np.random.default_rng(8).normal(-6, 2, 2000))

    assert fresh.mean() == pytest.approx(FALSE_ALARMS, abs=0.015)


def test_texts_of_unseen_tokens_without_a_sign_of_any_label_are_unlike() -> None:
    strange = _fitted().unlike(_texts(100, low=USUAL, high=N_TOKENS), np.zeros(100))

    assert strange.all()


def test_unseen_tokens_and_missing_labels_each_make_a_text_stranger() -> None:
    fitted = _fitted()
    energy = np.array([-6.0])
    (usual,) = fitted.scores([[1, 2, 3, 4]], energy)

    assert fitted.scores([[1, 2, 390, 391]], energy)[0] > usual
    assert fitted.scores([[1, 2, 3, 4]], np.array([0.0]))[0] > usual


def test_one_rare_word_alone_is_less_strange_than_many() -> None:
    fitted = _fitted()

    one, many = fitted.scores([[390], [390] * 12], np.array([-6.0, -6.0]))

    assert one < many


def test_a_word_in_many_pieces_is_stranger_than_one_of_as_many_letters_in_one() -> None:
    """Letter for letter: each piece is as common as the whole word."""
    letters = LETTERS.copy()
    letters[0] = 4
    fitted = Familiarity.fit(_texts(1000), np.zeros(1000), letters=letters)

    whole, pieces = fitted.scores([[0], [1, 2, 3, 4]], np.zeros(2))

    assert whole < pieces


def test_a_text_counts_as_new_to_the_texts_that_it_is_fitted_with() -> None:
    """Tokens that stand in one fitting text only are rare for it, though they are counted."""
    texts = [[1, 2, 3]] * 50 + [[390, 391, 392]]
    fitted = Familiarity.fit(texts, np.zeros(51), letters=LETTERS, false_alarms=0.01)

    assert fitted.counts[390] == 1
    assert fitted.unlike([[393, 394, 395]], np.zeros(1)).all()


def test_a_word_said_over_and_over_in_one_fitting_text_is_no_more_usual_for_it() -> None:
    apart, again = (
        Familiarity.fit([[1, 2, 3]] * 50 + [odd], np.zeros(51), letters=LETTERS, false_alarms=0.01)
        for odd in ([390, 391, 392], [390, 390, 390])
    )

    assert (again.bound, *again.rarity) == pytest.approx((apart.bound, *apart.rarity))


def test_earlier_counts_are_added_to() -> None:
    known = np.zeros(N_TOKENS, dtype=np.int64)
    known[390] = 1000

    fitted = Familiarity.fit(_texts(200), np.zeros(200), letters=LETTERS, known=known)

    assert fitted.counts[390] == 1000
    assert fitted.counts[:USUAL].sum() == sum(map(len, _texts(200)))


def test_a_text_without_tokens_adds_nothing_to_the_counts() -> None:
    assert token_counts([[1, 2, 1], [], [3]], n_tokens=5).tolist() == [0, 2, 1, 1, 0]


def test_a_text_without_tokens_is_as_usual_as_its_energy() -> None:
    fitted = _fitted()

    assert fitted.scores([[]], np.array([fitted.energy[0]])) == pytest.approx([0.0])


def test_joint_energy_is_zero_without_a_sign_of_any_label_and_falls_with_every_sign() -> None:
    logits = np.full((2, len(TAXONOMY.labels)), -30.0, dtype=np.float32)
    logits[1, TAXONOMY.column("cause", "price")] = 4.0

    energy = joint_energy(logits, TAXONOMY)

    assert energy[0] == pytest.approx(0.0, abs=1e-6)
    assert energy[1] == pytest.approx(-np.log1p(np.exp(4.0)), rel=1e-6)


def test_familiarity_survives_the_round_trip_through_its_file_and_may_be_missing(tmp_path: Path) -> None:
    assert Familiarity.load(tmp_path, letters=LETTERS) is None
    fitted = _fitted()
    fitted.save(tmp_path)

    found = Familiarity.load(tmp_path, letters=LETTERS)

    assert found is not None
    np.testing.assert_array_equal(found.counts, fitted.counts)
    assert (found.energy, found.rarity, found.bound) == (fitted.energy, fitted.rarity, fitted.bound)


@pytest.mark.parametrize("text", ["", "{}", '{"energy": [0]}', '{"energy": [0, 1], "rarity": [0, 1], "bound": "x"}'])
def test_an_unusable_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "familiarity.json").write_text(text, encoding="utf-8")

    with pytest.raises(ModelError, match=r"familiarity\.json"):
        Familiarity.load(tmp_path, letters=LETTERS)


def test_counts_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    _fitted().save(tmp_path)

    with pytest.raises(ModelError, match=f"{N_TOKENS} tokens, the tokenizer has 7"):
        Familiarity.load(tmp_path, letters=LETTERS[:7])
    assert json.loads((tmp_path / "familiarity.json").read_text(encoding="utf-8"))["counts"][0] > 0

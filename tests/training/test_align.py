from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

import torch
from tokenizers import Tokenizer

from nlp.errors import ModelError
from nlp.model.windows import Windows
from nlp.text.prepare import PreparedText, prepare
from nlp.training.align import Pair, agreement, align, evenly_spaced, prune, respell
from nlp.training.encoder import load_encoder
from nlp.training.steps import Steps
from nlp.training.vocabulary import train_vocabulary


@pytest.fixture(scope="module")
def texts(complaints: list[dict[str, object]]) -> list[PreparedText]:
    return [prepare(str(row["text"])) for row in complaints[::3] if len(str(row["text"])) < 90]


@pytest.fixture(scope="module")
def old(tiny_base: Path) -> Tokenizer:
    return Tokenizer.from_file(str(tiny_base / "tokenizer.json"))


def _pair(texts: Sequence[PreparedText], old: Tokenizer, new: Tokenizer) -> Pair:
    return Pair.of(texts, teacher=Windows(old, max_length=128), student=Windows(new, max_length=128))


@pytest.mark.parametrize(
    ("layers", "kept", "which"),
    [(12, 6, [0, 2, 4, 7, 9, 11]), (12, 4, [0, 4, 7, 11]), (6, 3, [0, 2, 5]), (2, 1, [0])],
)
def test_layers_are_kept_from_the_first_to_the_last_in_even_steps(layers: int, kept: int, which: list[int]) -> None:
    assert evenly_spaced(layers, kept=kept) == which


def test_a_pruned_encoder_holds_the_layers_that_were_kept(tiny_base: Path) -> None:
    whole, fewer = load_encoder(tiny_base), load_encoder(tiny_base)

    prune(fewer, 1)

    assert fewer.config.num_hidden_layers == 1
    kept = fewer.state_dict()
    assert kept.keys() < whole.state_dict().keys()
    assert all(torch.equal(tensor, whole.state_dict()[name]) for name, tensor in kept.items())


@pytest.mark.parametrize("layers", [0, 2, 5])
def test_a_number_of_layers_that_is_no_part_of_them_is_refused(layers: int, tiny_base: Path) -> None:
    with pytest.raises(ModelError, match="from 1 to 1"):
        prune(load_encoder(tiny_base), layers)


def test_an_encoder_agrees_with_itself(tiny_base: Path, texts: list[PreparedText], old: Tokenizer) -> None:
    same = load_encoder(tiny_base)

    assert agreement(same, same, _pair(texts, old, old)) == pytest.approx(1.0, abs=1e-5)


def test_an_encoder_with_another_vocabulary_learns_to_agree_with_the_old_one(
    lively_base: Path, texts: list[PreparedText], old: Tokenizer, tmp_path: Path
) -> None:
    new = train_vocabulary([text.masked for text in texts], size=1200, like=old)
    teacher, student = load_encoder(lively_base), load_encoder(lively_base)
    respell(student, old=old, new=new)
    pair = _pair(texts, old, new)
    before = agreement(student, teacher, pair)

    align(student, teacher, pair, Steps(count=120, batch_size=8, learning_rate=2e-3), respelt=True, folder=tmp_path)

    assert student.get_input_embeddings().weight.shape == (1200, 32)
    assert student.config.vocab_size == 1200
    assert student.config.pad_token_id == new.token_to_id("[PAD]")
    after = agreement(student, teacher, pair)
    assert after > before + 0.1, (before, after)


def test_texts_that_do_not_fit_a_window_on_both_sides_are_left_out(old: Tokenizer) -> None:
    texts = [prepare("환불해 주세요"), prepare("환불이 안 됩니다. " * 60)]
    pair = _pair(texts, old, old)

    assert len(pair) == 1
    assert np.array_equal(pair.teacher_rows[0].ids, pair.student_rows[0].ids)

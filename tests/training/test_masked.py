from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from tokenizers import Tokenizer

from nlp.model.windows import Window, Windows
from nlp.text.prepare import prepare
from nlp.training.masked import WordMasking

TEXTS = ["배송이 너무 늦어서 고객센터에 전화했어요", "환불", "상담원: 네 고객님\n고객: 해지해 주세요"]


@pytest.fixture(scope="module")
def tokenizer(tiny_base: Path) -> Tokenizer:
    return Tokenizer.from_file(str(tiny_base / "tokenizer.json"))


@pytest.fixture(scope="module")
def rows(tokenizer: Tokenizer) -> list[Window]:
    return Windows(tokenizer, max_length=64).cut([prepare(text) for text in TEXTS])


def _masking(tokenizer: Tokenizer, rows: list[Window], *, share: float = 0.3, seed: int = 1) -> WordMasking:
    return WordMasking(
        Windows(tokenizer, max_length=64),
        rows,
        tokenizer=tokenizer,
        mask_id=tokenizer.token_to_id("[MASK]"),
        share=share,
        names=("input_ids", "attention_mask"),
        seed=seed,
    )


def test_words_are_hidden_whole_and_special_tokens_never(tokenizer: Tokenizer, rows: list[Window]) -> None:
    masking = _masking(tokenizer, rows)
    special = {tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]")}
    for position in range(60):
        ids = np.array(rows[position % len(rows)].ids)
        _, wanted = masking.hide(ids, position)

        hidden = wanted != -100
        assert hidden.any()
        assert not special & set(ids[hidden].tolist())
        assert (wanted[hidden] == ids[hidden]).all()
        for at in range(1, len(ids)):
            if (tokenizer.id_to_token(int(ids[at])) or "").startswith("##"):
                assert hidden[at] == hidden[at - 1]


def test_about_the_share_is_hidden_and_most_of_it_behind_the_mask_token(
    tokenizer: Tokenizer, rows: list[Window]
) -> None:
    masking = _masking(tokenizer, rows, share=0.4)
    ids = np.array(rows[0].ids)
    drawn = [masking.hide(ids, position) for position in range(800)]
    hidden = np.array([wanted != -100 for _, wanted in drawn])
    masked = np.array([seen == tokenizer.token_to_id("[MASK]") for seen, _ in drawn])
    kept = np.array([seen == ids for seen, _ in drawn])

    assert hidden[:, 1:-1].mean() == pytest.approx(0.4, abs=0.04)
    assert masked[hidden].mean() == pytest.approx(0.8, abs=0.03)
    assert kept[hidden].mean() == pytest.approx(0.1, abs=0.03)
    assert kept[~hidden].all()


def test_what_is_hidden_depends_on_position_and_seed_alone(tokenizer: Tokenizer, rows: list[Window]) -> None:
    def batch(items: list[tuple[int, int]], seed: int = 1) -> list[list[int]]:
        return _masking(tokenizer, rows, seed=seed)(items)["labels"].tolist()

    together = batch([(0, position) for position in range(8)])
    assert batch([(0, position) for position in range(8)]) == together
    assert [batch([(0, position)])[0] for position in range(8)] == together
    assert any(labels != together[0] for labels in together)
    assert batch([(0, position) for position in range(8)], seed=2) != together


def test_a_batch_is_padded_and_padding_is_not_guessed(tokenizer: Tokenizer, rows: list[Window]) -> None:
    batch = _masking(tokenizer, rows)([(0, 0), (1, 1), (2, 2)])

    assert set(batch) == {"input_ids", "attention_mask", "labels"}
    assert {tensor.shape for tensor in batch.values()} == {(3, max(len(row.ids) for row in rows))}
    assert (batch["labels"][batch["attention_mask"] == 0] == -100).all()

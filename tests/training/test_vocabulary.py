from __future__ import annotations

import json

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from nlp.errors import InputError
from nlp.text.personal.found import PLACEHOLDERS
from nlp.text.prepare import prepare
from nlp.training.vocabulary import (
    kept_pieces,
    tokens_per_text,
    train_vocabulary,
    transferred,
    word_starts,
)

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def _old(pieces: list[str]) -> Tokenizer:
    """A Unigram tokenizer as XLM-R's: pieces of one character, and those given."""
    tokenizer = Tokenizer(models.Unigram([*((name, 0.0) for name in SPECIAL), *((p, -3.0) for p in pieces)], unk_id=3))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


@pytest.fixture(scope="module")
def texts(complaints: list[dict[str, object]]) -> list[str]:
    return [prepare(str(row["text"])).masked for row in complaints[::3]]


@pytest.fixture(scope="module")
def old(texts: list[str]) -> Tokenizer:
    return _old(["▁", *sorted(set("".join(texts)) - {" ", "\n"})])


@pytest.fixture(scope="module")
def new(texts: list[str], old: Tokenizer) -> Tokenizer:
    return train_vocabulary(texts, size=3000, like=old)


def test_a_vocabulary_of_the_texts_has_the_size_asked_for_and_needs_fewer_pieces(
    new: Tokenizer, old: Tokenizer, texts: list[str]
) -> None:
    assert new.get_vocab_size() == 3000
    assert tokens_per_text(new, texts) < 0.6 * tokens_per_text(old, texts)


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_what_masking_writes_is_one_piece_wherever_it_stands(name: str, new: Tokenizer) -> None:
    for text in (f"{name}님이", f"고객 {name} 맞나요", f"번호는 {name}"):
        tokens = [token.strip() for token in new.encode(text).tokens]
        assert tokens.count(name) == 1
        # The blank before it takes no piece of its own.
        assert "▁" not in tokens


def test_what_follows_a_placeholder_without_a_blank_begins_no_word(new: Tokenizer) -> None:
    assert not new.encode("[이름]님").tokens[2].startswith("▁")
    assert new.encode("[이름] 고객님").tokens[2].startswith("▁")


@pytest.mark.parametrize("text", ["ㅋㅋ 진짜 ㅠㅠ", "환불해줘요ㅡㅡ", "배송이 안와여ㅜ", "뭐 이런.. 데가!!"])
def test_noise_stays_as_it_was_typed(text: str, new: Tokenizer) -> None:
    assert new.decode(new.encode(text).ids) == text


@pytest.mark.parametrize("second", [None, "네 고객님"])
def test_texts_are_framed_as_by_the_old_tokenizer(second: str | None, new: Tokenizer, old: Tokenizer) -> None:
    def frame(tokenizer: Tokenizer) -> list[tuple[str, int]]:
        found = tokenizer.encode("배송", second)
        marks = zip(found.tokens, found.type_ids, found.sequence_ids, strict=True)
        return [(token, kind) for token, kind, segment in marks if segment is None]

    assert frame(new) == frame(old)
    assert [new.token_to_id(name) for name in SPECIAL] == [0, 1, 2, 3, 4]


def test_a_saved_tokenizer_cuts_as_before(new: Tokenizer, texts: list[str]) -> None:
    again = Tokenizer.from_str(new.to_str())

    assert [again.encode(text).ids for text in texts[:50]] == [new.encode(text).ids for text in texts[:50]]


@pytest.mark.parametrize(
    ("size", "count", "said"), [(5000, 20, "texts yield"), (10, 20, "too small"), (40_000, 400, "give more texts")]
)
def test_a_size_that_the_texts_cannot_fill_is_refused_with_what_would_do(
    size: int, count: int, said: str, texts: list[str], old: Tokenizer
) -> None:
    with pytest.raises(InputError, match=said):
        train_vocabulary(texts[:count], size=size, like=old)


def test_a_new_piece_starts_as_the_mean_of_the_old_ones_that_spell_it() -> None:
    old = _old(["▁", "▁배송", "배", "송", "이", "늦"])
    weights = np.arange(2 * old.get_vocab_size(), dtype=np.float32).reshape(-1, 2)
    new = _old(["늦", "▁배송", "▁배송이", "늦이", "없는"])

    rows = transferred(weights, old=old, new=new)

    def of(*pieces: str) -> list[float]:
        return weights[[old.token_to_id(piece) for piece in pieces]].mean(axis=0).tolist()

    spelt = {"늦": of("늦"), "▁배송": of("▁배송"), "▁배송이": of("▁배송", "이"), "늦이": of("늦", "이")}
    assert {piece: rows[new.token_to_id(piece)].tolist() for piece in spelt} == spelt
    assert rows[new.token_to_id("<s>")].tolist() == of("<s>")
    assert rows[new.token_to_id("없는")].tolist() == weights.mean(axis=0).tolist()


def test_a_word_piece_vocabulary_can_be_left_behind() -> None:
    pieces = {"[PAD]": 0, "[UNK]": 1, "배송": 2, "##이": 3, "늦": 4}
    old = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    old.add_special_tokens(["[PAD]", "[UNK]"])
    old.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    weights = np.eye(5, dtype=np.float32)

    rows = transferred(weights, old=old, new=_old(["▁배송이", "늦"]))

    assert rows[5].tolist() == [0.0, 0.0, 0.5, 0.5, 0.0]
    assert rows[6].tolist() == weights[4].tolist()
    assert word_starts(old).tolist() == [True, True, True, False, True]


def test_pieces_that_begin_a_word_are_told_apart(new: Tokenizer) -> None:
    starts = word_starts(new)

    assert starts[new.token_to_id("[이름]")]
    assert all(starts[new.token_to_id(name)] for name in SPECIAL)
    encoded = new.encode("배송이 너무 늦어요", add_special_tokens=False)
    assert [bool(starts[index]) for index in encoded.ids] == [token.startswith("▁") for token in encoded.tokens]


def test_the_trainer_sees_no_placeholder(new: Tokenizer) -> None:
    pieces = [piece for piece, _ in json.loads(new.to_str())["model"]["vocab"]]

    assert not any(name in piece for piece in pieces for name in PLACEHOLDERS)


def test_pieces_that_korean_text_needs_are_kept_and_foreign_ones_dropped() -> None:
    pieces = [("<unk>", 0.0), ("▁배송", -3.0), ("늦", -4.0), ("어", -4.0), ("▁доставка", -3.0), ("kg", -4.0)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.add_special_tokens(["<unk>"])

    kept = [pieces[index][0] for index in kept_pieces(tokenizer, ["▁배송늦어", "▁배송"], minimum=2)]

    assert kept == ["<unk>", "▁배송", "늦", "어"]

"""A subword vocabulary of one's own texts, and an encoder's embeddings carried over to it.

A multilingual vocabulary cuts Korean into many short pieces. A Unigram vocabulary trained on Korean texts (Kudo
2018) needs fewer pieces for a text, and each piece less costs less to read. The embedding of a new piece starts as
the mean of the embeddings of the old pieces that spell it ("fast vocabulary transfer": Gee et al. 2022).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer

from nlp.errors import InputError
from nlp.text.personal.found import PLACEHOLDER, PLACEHOLDERS

WORD = "▁"
"""Begins a piece that begins a word."""

_LONGEST_PIECE = 12
_BLOCK = 10_000


def train_vocabulary(texts: Sequence[str], *, size: int, like: Tokenizer) -> Tokenizer:
    """A Unigram tokenizer of ``size`` pieces in all, framing texts with the special tokens of ``like``.

    ``texts`` are masked; nothing else is cleaned away: what ``like`` does not rewrite (ㅋㅋ, ㅠㅠ, typos) becomes
    pieces as it is. The trainer counts words in no fixed order, so of two trainings on the same texts the pieces
    agree but their scores differ in the second decimal: keep the one that an encoder was trained with.

    Raises InputError when the texts do not yield so many pieces, or ``size`` leaves no room for their characters.
    """
    special = _special_tokens(like)
    tokenizer = Tokenizer(Unigram())
    # The transferred embeddings know texts as the old normaliser writes them.
    blanks = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.normalizer = normalizers.Sequence([like.normalizer, blanks]) if like.normalizer else blanks
    # "first": what follows a placeholder without a blank, [이름]님, begins no word.
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=WORD, prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(replacement=WORD, prepend_scheme="first")
    room = size - len(PLACEHOLDERS)
    kept = _characters(texts, most=room // 2)
    if room // 2 < len(special) + 1:
        raise InputError("a vocabulary of {size} pieces is too small; give at least 200", size=size)
    try:
        tokenizer.train_from_iterator(
            _stretches(texts, kept),
            UnigramTrainer(
                vocab_size=room,
                special_tokens=list(special),
                unk_token=_unknown(like),
                initial_alphabet=_typed(tokenizer),
                max_piece_length=_LONGEST_PIECE,
                show_progress=False,
            ),
        )
    except Exception as error:  # the trainer raises nothing more particular
        raise InputError(
            "no vocabulary of {size} pieces can be trained on {count} texts ({error}); give more texts or another size",
            size=size,
            count=len(texts),
            error=error,
        ) from error
    tokenizer.add_tokens([AddedToken(name, lstrip=True, normalized=False) for name in PLACEHOLDERS])
    found = tokenizer.get_vocab_size()
    if found < size:
        raise InputError(
            "{count} texts yield {found} pieces; give more texts, or a vocabulary of at most {found}",
            count=len(texts),
            found=found,
        )
    tokenizer.post_processor = _framing(like, tokenizer)
    return tokenizer


def kept_pieces(tokenizer: Tokenizer, texts: Iterable[str], *, minimum: int = 2) -> list[int]:
    """Ids of the pieces to keep: seen ``minimum`` times, special, or a single Hangul, Latin or digit character."""
    seen: Counter[int] = Counter()
    remaining = iter(texts)
    while block := list(islice(remaining, _BLOCK)):
        for encoding in tokenizer.encode_batch(block, add_special_tokens=False):
            seen.update(encoding.ids)
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    special = _special_tokens(tokenizer)
    return [
        index
        for index, (piece, _) in enumerate(vocabulary)
        if seen[index] >= minimum or piece in special or _is_basic(piece.replace("▁", ""))
    ]


def transferred(weights: NDArray[np.float32], *, old: Tokenizer, new: Tokenizer) -> NDArray[np.float32]:
    """Embeddings ``(new pieces, width)`` for ``new``, from those of ``old``, ``(old pieces, width)``.

    A piece that both have keeps its row; any other gets the mean of the old pieces that spell it, or of all rows
    when the old vocabulary cannot spell it.
    """
    unknown = old.token_to_id(_unknown(old))
    spell = _speller(old)
    centre = weights.mean(axis=0)
    rows = np.empty((new.get_vocab_size(), weights.shape[1]), dtype=np.float32)
    for piece, index in new.get_vocab().items():
        known = old.token_to_id(piece)
        ids = [known] if known is not None else [at for at in spell(piece) if at != unknown]
        rows[index] = weights[ids].mean(axis=0) if ids else centre
    return rows


def tokens_per_text(tokenizer: Tokenizer, texts: Sequence[str]) -> float:
    """Pieces that a text needs on average, special tokens aside; fewer are read faster."""
    encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return sum(len(encoding) for encoding in encoded) / max(len(encoded), 1)


def word_starts(tokenizer: Tokenizer) -> NDArray[np.bool_]:
    """Which pieces begin a word, ``(n_pieces,)``; special tokens and placeholders stand alone and do."""
    pieces = tokenizer.get_vocab(with_added_tokens=True)
    added = {token.content for token in tokenizer.get_added_tokens_decoder().values()}
    marked = any(piece.startswith(WORD) for piece in pieces)
    starts = np.zeros(max(pieces.values()) + 1, dtype=np.bool_)
    for piece, index in pieces.items():
        begins = piece.startswith(WORD) if marked else not piece.startswith("##")
        starts[index] = begins or piece in added
    return starts


def _is_basic(piece: str) -> bool:
    if len(piece) > 1:
        return False
    point = ord(piece) if piece else 0
    return point < 0x250 or 0x3130 <= point <= 0x318F or 0xAC00 <= point <= 0xD7A3


def _characters(texts: Sequence[str], *, most: int) -> frozenset[str]:
    """The ``most`` frequent characters: each takes a piece, and rare ones must not take them all."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(text)
    return frozenset(character for character, _ in seen.most_common(max(most, 1)))


def _typed(tokenizer: Tokenizer) -> list[str]:
    """What anybody may type, seen in the texts or not: printable ASCII and the letters of Hangul, normalised."""
    signs = [chr(point) for span in ((0x21, 0x7F), (0x3131, 0x3164)) for point in range(*span)]
    written = (tokenizer.normalizer.normalize_str(sign) for sign in signs)
    return sorted({sign for sign in written if len(sign) == 1})


def _stretches(texts: Sequence[str], kept: frozenset[str]) -> Iterator[list[str]]:
    """Texts without placeholders and rare characters, in blocks."""
    block: list[str] = []
    for text in texts:
        for stretch in PLACEHOLDER.split(text):
            block.append("".join(character if character in kept else " " for character in stretch))
        if len(block) >= _BLOCK:
            yield block
            block = []
    yield block


def _speller(old: Tokenizer) -> Callable[[str], list[int]]:
    """Gives the ids of the old pieces that spell a new one."""
    model = old.model

    def encoded(piece: str) -> list[int]:
        return list(old.encode(piece.replace(WORD, " "), add_special_tokens=False).ids)

    def split(piece: str) -> list[int]:
        # The model alone puts no word's beginning before a piece that has none.
        return encoded(piece) if piece in PLACEHOLDERS else [token.id for token in model.tokenize(piece)]

    marked = WORD in json.dumps(json.loads(old.to_str())["pre_tokenizer"], ensure_ascii=False)
    return split if marked else encoded


def _special_tokens(tokenizer: Tokenizer) -> dict[str, int]:
    """Special tokens and their ids, in the order of the ids."""
    added = tokenizer.get_added_tokens_decoder()
    return {added[index].content: index for index in sorted(added) if added[index].special}


def _unknown(tokenizer: Tokenizer) -> str:
    special = _special_tokens(tokenizer)
    return next((name for name in special if name.strip("<[]>").lower() == "unk"), "<unk>")


def _framing(like: Tokenizer, tokenizer: Tokenizer) -> processors.PostProcessor:
    """The special tokens before, between and after segments as ``like`` puts them, with the ids of ``tokenizer``."""
    framed = {name: like.encode("가", second) for name, second in (("single", None), ("pair", "나"))}
    templates: dict[str, list[str]] = {}
    for name, encoding in framed.items():
        parts: list[str] = []
        for token, segment, kind in zip(encoding.tokens, encoding.sequence_ids, encoding.type_ids, strict=True):
            part = f"{token}:{kind}" if segment is None else f"${'AB'[segment]}:{kind}"
            if segment is None or part not in parts:
                parts.append(part)
        templates[name] = parts
    used = {token for name in framed for token in framed[name].tokens if tokenizer.token_to_id(token) is not None}
    return processors.TemplateProcessing(
        single=templates["single"],
        pair=templates["pair"],
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in sorted(used & set(_special_tokens(like)))],
    )

"""From a prepared text to the token windows that the model reads. Training and inference share this road."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp.errors import ModelError
from nlp.text.prepare import PreparedText

FILE = "tokenizer.json"

OVERLAP = 16
"""Tokens that a window repeats from the one before, so that no phrase is only ever seen in halves."""


SHORTEST = 16

_SYLLABLE = re.compile("[가-힣]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A stretch of one text as token ids with special tokens; ``row`` is the text's position in its block."""

    row: int
    ids: tuple[int, ...]
    type_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Windows of similar length, padded: three int64 arrays ``(n_windows, n_tokens)``."""

    rows: NDArray[np.int64]
    input_ids: NDArray[np.int64]
    attention_mask: NDArray[np.int64]
    token_type_ids: NDArray[np.int64]


class Windows:
    """Cuts texts into windows of at most ``max_length`` tokens; nothing of a text is left out.

    A dialogue gives the customer's words as the first segment and the agent's as the second. When both do
    not fit, the two are cut into the same number of stretches, so that a window holds what was said at the
    same part of the call.
    """

    def __init__(self, tokenizer: Tokenizer, *, max_length: int) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        if max_length < SHORTEST:
            raise ModelError(
                "max_length is {max_length}; a window needs at least {shortest} tokens",
                max_length=max_length,
                shortest=SHORTEST,
            )
        self.max_length = max_length
        self._single = _Frame.of(tokenizer, segments=1)
        self._pair = _Frame.of(tokenizer, segments=2)
        self.pad_id = _pad_id(tokenizer)

    @classmethod
    def load(cls, folder: Path, *, max_length: int) -> Windows:
        """Read ``tokenizer.json`` of a model folder; raises ModelError when it is missing or no tokenizer."""
        path = folder / FILE
        if not path.is_file():
            raise ModelError(
                "{path}: the tokenizer is missing; the folder is no complete model, save it again with 'dangol "
                "train' or the fast tokenizer's save_pretrained",
                path=path,
            )
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the tokenizers library raises nothing more particular
            raise ModelError(
                "{path}: the tokenizer cannot be read ({error}); restore the model folder", path=path, error=error
            ) from error
        return cls(tokenizer, max_length=max_length)

    def cut(self, texts: Sequence[PreparedText]) -> list[Window]:
        """Windows of all texts, in order; every text has at least one."""
        customers = self._ids([text.customer for text in texts])
        spoken = [row for row, text in enumerate(texts) if text.agent]
        agents = dict(zip(spoken, self._ids([texts[row].agent for row in spoken]), strict=True))
        return [
            window for row, customer in enumerate(customers) for window in self._of_text(row, customer, agents.get(row))
        ]

    @property
    def n_tokens(self) -> int:
        """Size of the vocabulary."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def korean_tokens(self, texts: Sequence[PreparedText]) -> list[Sequence[int]]:
        """Ids of the tokens with Hangul in the customer's words of each text; of all in a vocabulary of bytes."""
        letters = self.letters
        return [[token for token in ids if letters[token]] for ids in self._ids([text.customer for text in texts])]

    def _ids(self, said: list[str]) -> list[list[int]]:
        # The fast road gives no offsets, which nothing here reads: a third less time.
        return [found.ids for found in self._tokenizer.encode_batch_fast(said, add_special_tokens=False)]

    @cached_property
    def letters(self) -> NDArray[np.int64]:
        """Hangul letters in each token ``(n_tokens,)``; 1 for each token of a vocabulary of bytes, which has none."""
        tokens = (self._tokenizer.id_to_token(token) or "" for token in range(self.n_tokens))
        letters = np.array([len(_SYLLABLE.findall(token)) for token in tokens], dtype=np.int64)
        return letters if letters.any() else np.ones_like(letters)

    def _of_text(self, row: int, customer: Sequence[int], agent: Sequence[int] | None) -> Iterator[Window]:
        frame = self._single if agent is None else self._pair
        room = self.max_length - frame.size
        overlap = min(OVERLAP, room // 4) if agent is None else 0
        count = _pieces_needed(len(customer), 0 if agent is None else len(agent), room, overlap)
        segments = [_pieces(customer, count, overlap=overlap)]
        if agent is not None:
            segments.append(_pieces(agent, count, overlap=0))
        for pieces in zip(*segments, strict=True):
            ids, type_ids = frame.around(pieces)
            yield Window(row=row, ids=ids, type_ids=type_ids)

    def batches(self, windows: Sequence[Window], *, token_budget: int) -> Iterator[Batch]:
        """Group windows by length into padded batches of at most ``token_budget`` tokens (at least one)."""
        order = sorted(range(len(windows)), key=lambda index: len(windows[index].ids))
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and len(windows[order[stop]].ids) * (stop + 1 - start) <= token_budget:
                stop += 1
            yield self.pad([windows[index] for index in order[start:stop]])
            start = stop

    def pad(self, windows: Sequence[Window]) -> Batch:
        """Pad windows to the longest of them."""
        shape = (len(windows), max(len(window.ids) for window in windows))
        ids = np.full(shape, self.pad_id, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        types = np.zeros(shape, dtype=np.int64)
        for index, window in enumerate(windows):
            length = len(window.ids)
            ids[index, :length] = window.ids
            mask[index, :length] = 1
            types[index, :length] = window.type_ids
        rows = np.array([window.row for window in windows], dtype=np.int64)
        return Batch(rows=rows, input_ids=ids, attention_mask=mask, token_type_ids=types)


def _pieces_needed(first: int, second: int, room: int, overlap: int) -> int:
    """The fewest stretches such that one of each segment, with the overlap, fits into ``room`` tokens."""
    count = 1
    while ceil(first / count) + ceil(second / count) + (overlap if count > 1 else 0) > room:
        count += 1
    return count


def _pieces(ids: Sequence[int], count: int, *, overlap: int) -> list[Sequence[int]]:
    """``count`` stretches of much the same length, each with the first ``overlap`` tokens of the next."""
    size = max(1, ceil(len(ids) / count))
    overlap = overlap if count > 1 else 0
    # A stretch that would only repeat the end of the one before is left empty.
    starts = range(0, max(1, len(ids) - overlap), size)
    pieces = [ids[start : start + size + overlap] for start in starts][:count]
    return pieces + [()] * (count - len(pieces))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """The special tokens before, between and after the segments of a window, with their types.

    Learnt once from the tokenizer: letting it frame every stretch of a long text takes hundreds of megabytes, for it
    keeps offsets, words and all overlaps with each.
    """

    ids: tuple[tuple[int, ...], ...]
    type_ids: tuple[tuple[int, ...], ...]
    kinds: tuple[int, ...]

    @classmethod
    def of(cls, tokenizer: Tokenizer, *, segments: int) -> _Frame:
        framed = tokenizer.encode("가 a .", "가 a ." if segments == 2 else None)
        places = [
            [at for at, found in enumerate(framed.sequence_ids) if found == segment] for segment in range(segments)
        ]
        stops = [0, *(places[segment][-1] + 1 for segment in range(segments))]
        starts = [*(places[segment][0] for segment in range(segments)), len(framed.ids)]
        gaps = [slice(*gap) for gap in zip(stops, starts, strict=True)]
        return cls(
            ids=tuple(tuple(framed.ids[gap]) for gap in gaps),
            type_ids=tuple(tuple(framed.type_ids[gap]) for gap in gaps),
            kinds=tuple(framed.type_ids[found[0]] for found in places),
        )

    @property
    def size(self) -> int:
        """Special tokens in all."""
        return sum(map(len, self.ids))

    def around(self, pieces: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Ids and types of a window that holds one piece of each segment."""
        ids, type_ids = [*self.ids[0]], [*self.type_ids[0]]
        for piece, kind, after, after_types in zip(pieces, self.kinds, self.ids[1:], self.type_ids[1:], strict=True):
            ids += [*piece, *after]
            type_ids += [kind] * len(piece) + [*after_types]
        return tuple(ids), tuple(type_ids)


def _pad_id(tokenizer: Tokenizer) -> int:
    for token in ("<pad>", "[PAD]"):
        found = tokenizer.token_to_id(token)
        if found is not None:
            return int(found)
    return 0

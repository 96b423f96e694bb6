"""What waits to be scored, and which of it goes next. No threads and no clock: the engine brings both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from nlp.model.windows import Window
from nlp.serve.model import LoadedModel

_LOW_EVERY = 10
"""Every tenth batch is the low lane's while the high one is busy: slow, but never stuck."""

_SHORT = 48
"""Tokens; windows up to here count as equally long, padding them costs next to nothing."""

STRETCH = 4
"""A request of many windows may count on one in so many tokens while others wait, and on all when none do."""


class Lane(IntEnum):
    """People wait for the high lane; files and streams take the low one."""

    HIGH = 0
    LOW = 1


@dataclass(eq=False, kw_only=True)
class Work:
    """The texts of one request. ``owed`` is its tokens that are not scored yet, at first a guess.

    ``uncut`` are those due as soon as its first texts are cut into windows, 0 from then on. ``rows`` is
    ``(n_texts, n_labels)``, filled text by text; ``missing`` counts the texts still to come.
    """

    lane: Lane
    model: LoadedModel
    owed: int
    rows: NDArray[np.float32]
    missing: int
    uncut: int = 0
    tag: int = 0


@dataclass(eq=False, kw_only=True, slots=True)
class Text:
    """The windows of one text; ``logits`` is ``(n_windows, n_labels)``, ``tokens`` ``(n_windows,)``."""

    work: Work
    row: int
    logits: NDArray[np.float32]
    tokens: NDArray[np.int64]
    missing: int

    def take(self, index: int, logits: NDArray[np.float32]) -> bool:
        """Take the logits of one window; true when the whole work is complete with it."""
        self.logits[index] = logits
        self.missing -= 1
        if not self.missing:
            self.work.rows[self.row] = self.work.model.pool(self.logits, self.tokens)
            self.work.missing -= 1
        return not self.missing and not self.work.missing


@dataclass(eq=False, kw_only=True, slots=True)
class Piece:
    """One window of a text and its place in it.

    ``tag`` is the moment at which it is due, on a clock that counts the tokens scored in its lane. A first window is
    due at once, further ones at the pace of a share of the capacity (Virtual Clock, Zhang 1990). Lone texts therefore
    go by their arrival, and do not stand behind all 256 of a larger request; that one gets on all the same.
    """

    text: Text
    index: int
    window: Window
    tag: int

    @property
    def tokens(self) -> int:
        """Length of the window."""
        return len(self.window.ids)


@dataclass(kw_only=True)
class Lanes:
    """The waiting windows of both lanes.

    ``due`` are the tokens, by lane, that a text which comes now stands behind: what is paced lets it pass.
    """

    batch_tokens: int
    due: list[int] = field(default_factory=lambda: [0, 0])
    _waiting: tuple[list[Piece], list[Piece]] = field(default_factory=lambda: ([], []))
    _clock: list[int] = field(default_factory=lambda: [0, 0])
    _turn: int = 0

    def __len__(self) -> int:
        return sum(map(len, self._waiting))

    def push(self, work: Work, row: int, windows: Sequence[Window]) -> None:
        """Queue the windows of one text of a work."""
        text = Text(
            work=work,
            row=row,
            logits=np.empty((len(windows), work.rows.shape[1]), dtype=np.float32),
            tokens=np.array([len(window.ids) for window in windows], dtype=np.int64),
            missing=len(windows),
        )
        for index, window in enumerate(windows):
            tag = max(self._clock[work.lane], work.tag)
            self._waiting[work.lane].append(Piece(text=text, index=index, window=window, tag=tag))
            if tag <= self._clock[work.lane]:
                self.due[work.lane] += len(window.ids)
            work.tag = tag + STRETCH * len(window.ids)

    def drop(self, work: Work) -> None:
        """Forget what is left of a work, because its caller left or it is complete."""
        waiting = self._waiting[work.lane]
        if work.missing:
            waiting[:] = [piece for piece in waiting if piece.text.work is not work]
            self._count(work.lane)

    def take(self) -> list[Piece]:
        """The next batch, empty when nothing waits: what is due first, and others of much the same length.

        At most ``batch_tokens`` with padding, or one window; all of one model.
        """
        lane = self._lane()
        waiting = self._waiting[lane]
        if not waiting:
            return []
        waiting.sort(key=lambda piece: piece.tag)
        batch = list(self._alike(waiting))
        self._clock[lane] += sum(piece.tokens for piece in batch)
        taken = set(map(id, batch))
        waiting[:] = [piece for piece in waiting if id(piece) not in taken]
        self._count(lane)
        return batch

    def _count(self, lane: Lane) -> None:
        self.due[lane] = sum(piece.tokens for piece in self._waiting[lane] if piece.tag <= self._clock[lane])

    def _lane(self) -> Lane:
        high, low = self._waiting
        if not high or not low:
            return Lane.HIGH if high else Lane.LOW
        self._turn = (self._turn + 1) % _LOW_EVERY
        return Lane.HIGH if self._turn else Lane.LOW

    def _alike(self, waiting: Sequence[Piece]) -> Iterator[Piece]:
        head = waiting[0]
        yield head
        longest, count = head.tokens, 1
        least, most = (0, _SHORT) if head.tokens <= _SHORT else (head.tokens * 3 // 4, head.tokens * 5 // 4)
        for piece in waiting[1:]:
            if not least <= piece.tokens <= most or piece.text.work.model is not head.text.work.model:
                continue
            longer = max(longest, piece.tokens)
            if longer * (count + 1) <= self.batch_tokens:
                longest, count = longer, count + 1
                yield piece

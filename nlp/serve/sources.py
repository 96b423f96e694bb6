"""Texts as requests bring them, and how many of them are worked on at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.types import Turn


class Source(NamedTuple):
    """A text as it came in, or the turns of a call."""

    text: str
    turns: tuple[Turn, ...] = ()

    @property
    def size(self) -> int:
        """Characters."""
        return sum(len(turn.text) for turn in self.turns) if self.turns else len(self.text)


def parts(order: Sequence[int], sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Consecutive positions of ``order`` whose sizes sum to at most ``most``, or one position."""
    part: list[int] = []
    held = 0
    for index in order:
        if part and held + sizes[index] > most:
            yield part
            part, held = [], 0
        part.append(index)
        held += sizes[index]
    if part:
        yield part

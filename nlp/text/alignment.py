"""Rewriting a text while remembering where every part of the result came from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace ``text[start:end]`` by ``replacement``."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One rewriting: edited ranges of the result and the ranges of the source they replaced, in order."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    source_starts: tuple[int, ...]
    source_ends: tuple[int, ...]

    def start(self, position: int) -> int:
        index = bisect_right(self.starts, position) - 1
        if index < 0:
            return position
        if position < self.ends[index]:
            return self.source_starts[index]
        return self.source_ends[index] + position - self.ends[index]

    def end(self, position: int) -> int:
        index = bisect_left(self.starts, position) - 1
        if index < 0:
            return position
        return self.source_ends[index] + max(0, position - self.ends[index])


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where the positions of a rewritten text lie in its source, over any number of rewritings."""

    steps: tuple[_Step, ...] = ()

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The smallest source span that produced ``[start, end)``; a replaced part counts as a whole."""
        for step in reversed(self.steps):
            left = step.start(start)
            start, end = left, max(left, step.end(end)) if end > start else left
        return start, end

    def then(self, later: Alignment) -> Alignment:
        """The alignment of a text that was rewritten by ``self`` and afterwards by ``later``."""
        return Alignment(self.steps + later.steps)


UNCHANGED = Alignment()


def rewrite(text: str, edits: Sequence[Edit]) -> tuple[str, Alignment]:
    """Apply edits, sorted and without overlap; return the new text and its alignment to ``text``."""
    if not edits:
        return text, UNCHANGED
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    read = written = 0
    for start, end, replacement in edits:
        if start < read or end < start:
            raise ValueError(f"edit [{start}, {end}) overlaps one that ends at {read}; sort and merge the edits")
        parts += (text[read:start], replacement)
        written += start - read
        starts.append(written)
        written += len(replacement)
        ends.append(written)
        read = end
    parts.append(text[read:])
    step = _Step(tuple(starts), tuple(ends), tuple(edit.start for edit in edits), tuple(edit.end for edit in edits))
    return "".join(parts), Alignment((step,))

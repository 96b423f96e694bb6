"""What all noises share: candidates for a change, and a random choice among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import wraps

from numpy.random import Generator

from nlp.text.alignment import Edit, rewrite

Noise = Callable[[str, Generator], str]
"""A text and a source of chance to a text with the same meaning; it neither empties the text nor keeps state."""

# Masked personal data ([이름]) stands in for one word that no noise knows, a character that no text holds.
_OPAQUE = re.compile(r"\[[가-힣]{1,12}\]|[\U000F0000-\U000FFFFD]")
_FIRST = 0xF0000
_LAST = 0xFFFFD


def noise(function: Noise) -> Noise:
    """Keep placeholders such as ``[이름]`` out of a noise's reach, empty texts empty and all others not."""

    @wraps(function)
    def guarded(text: str, rng: Generator) -> str:
        hidden: list[str] = []
        if not text.strip():
            return text

        def hide(match: re.Match[str]) -> str:
            hidden.append(match.group())
            return chr(_FIRST + len(hidden) - 1)

        covered = _OPAQUE.sub(hide, text)
        if len(hidden) > _LAST - _FIRST:
            return text
        changed = function(covered, rng)
        if hidden:
            changed = re.sub("[\U000f0000-\U000ffffd]", lambda match: hidden[ord(match.group()) - _FIRST], changed)
        return changed if changed.strip() else text

    return guarded


def some(text: str, edits: Iterable[Edit], rng: Generator, *, rate: float) -> str:
    """Apply each edit with probability ``rate``, and one at least where there is any; the first of two that overlap."""
    candidates = list(edits)
    if not candidates:
        return text
    chosen = rng.random(len(candidates)) < rate
    if not chosen.any():
        chosen[rng.integers(len(candidates))] = True
    kept: list[Edit] = []
    for edit, wanted in sorted(zip(candidates, chosen.tolist(), strict=True)):
        if wanted and (not kept or edit.start >= kept[-1].end):
            kept.append(edit)
    return rewrite(text, kept)[0]


def matches(text: str, table: Iterable[tuple[re.Pattern[str], str]]) -> list[Edit]:
    """An edit for every match of a table of patterns and what to write in their place (with ``\\1`` for groups)."""
    return [
        Edit(match.start(), match.end(), match.expand(replacement))
        for pattern, replacement in table
        for match in pattern.finditer(text)
    ]

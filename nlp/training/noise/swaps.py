"""Words that must not move a cause, exchanged for their like: names, regions, women and men, titles, humble words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from nlp.training.noise.hangul import PARTICLES, is_syllable, split
from nlp.training.noise.tables import frame, names, swap_pairs

_ALTERNATING = re.compile("|".join(sorted({form for pair in PARTICLES for form in pair}, key=len, reverse=True)))
_AFTER_VOWEL = dict(PARTICLES)
_AFTER_CONSONANT = {short: long for long, short in PARTICLES}
_FOLLOWING = r"(?=들|이|가|은|는|을|를|과|와|랑|도|만|의|에|께|한테|으로|로|라|예요|입|인|분|$|[^가-힣])"


def swap_kinds() -> tuple[str, ...]:
    """Kinds of words that are exchanged where a text has them."""
    return names("swap")


def frame_kinds() -> tuple[str, ...]:
    """Kinds of words that come in a neutral sentence of their own, for texts seldom have them."""
    return names("frame")


def swapped(text: str, kind: str) -> str:
    """``text`` with every word of the kind replaced by its partner (남직원이 → 여직원이), particles fitted to it."""
    pattern, partners = _pattern(kind)
    parts: list[str] = []
    read = 0
    for match in pattern.finditer(text):
        word = partners[match.group()]
        parts += (text[read : match.start()], word)
        read = match.end()
        if word != match.group() and (found := _ALTERNATING.match(text, read)):
            parts.append(_fitting(word, found.group()))
            read = found.end()
    return "".join((*parts, text[read:]))


def sentences_of(kind: str) -> tuple[str, ...]:
    """The kind's neutral sentence with each of its words; texts behind two of them mean the same."""
    sentence, words = frame(kind)
    return tuple(sentence.format(word) for word in words)


@cache
def _pattern(kind: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    partners = dict(swap_pairs(kind))
    # A short word is one only at its beginning (아들); a long one also ends a compound (택배아저씨).
    words = "|".join(
        (r"(?<![가-힣])" if len(word) < 3 else "") + re.escape(word)
        for word in sorted(partners, key=lambda word: (-len(word), word))
    )
    return re.compile(f"(?:{words}){_FOLLOWING}"), partners


def _fitting(word: str, particle: str) -> str:
    tail = split(word[-1])[2] if is_syllable(word[-1]) else ""
    if particle in ("으로", "로"):
        return "로" if tail in ("", "ㄹ") else "으로"
    return _AFTER_CONSONANT.get(particle, particle) if tail else _AFTER_VOWEL.get(particle, particle)

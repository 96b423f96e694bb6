"""Spelling by ear and by habit: 조은데, 마니, 업다, 됬어요, 않되요."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from numpy.random import Generator

from nlp.text.alignment import Edit
from nlp.training.noise.edits import matches, noise, some
from nlp.training.noise.hangul import is_syllable, join, split
from nlp.training.noise.tables import pairs

# What is said when a tail meets a syllable without a lead: 많이 마니, 없어 업서, 같이 가치 (below), 있어 이써.
_LINKED = {
    **{tail: ("", tail) for tail in "ㄱㄲㄴㄷㄹㅁㅂㅅㅆㅈㅊㅋㅌㅍ"},
    **{tail: (kept, moved) for tail, kept, moved in ("ㄵㄴㅈ", "ㄺㄹㄱ", "ㄻㄹㅁ", "ㄼㄹㅂ", "ㅄㅂㅅ", "ㄳㄱㅅ")},
    "ㅎ": ("", "ㅇ"),
    "ㄶ": ("", "ㄴ"),
    "ㅀ": ("", "ㄹ"),
}
_BREATHED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅅ": "ㅌ", "ㅈ": "ㅊ"}
_SHORTER = {"ㅆ": "ㅅ", "ㅄ": "ㅂ", "ㄶ": "ㄴ", "ㅀ": "ㄹ", "ㅎ": "", "ㄺ": "ㄱ", "ㄵ": "ㄴ"}
_ALIKE = {"ㅐ": "ㅔ", "ㅔ": "ㅐ", "ㅖ": "ㅔ", "ㅚ": "ㅙ", "ㅙ": "ㅚ", "ㅞ": "ㅙ", "ㅢ": "ㅣ"}


@noise
def misspelt(text: str, rng: Generator) -> str:
    """An eighth of what can be misspelt by ear (조은데, 마니, 업다), a third of what is by habit (됬다, 않되요)."""
    habits = matches(text, pairs("spelling", "habits"))
    return some(text, [*habits, *habits, *habits, *_by_ear(text)], rng, rate=0.12)


def _by_ear(text: str) -> Iterator[Edit]:
    for at, (one, two) in enumerate(pairwise(text + " ")):
        if not is_syllable(one):
            continue
        lead, vowel, tail = split(one)
        if vowel in _ALIKE:
            yield Edit(at, at + 1, join(lead, _ALIKE[vowel], tail))
        if not is_syllable(two):
            continue
        next_lead, next_vowel, next_tail = split(two)
        if next_lead == "ㅇ" and tail in _LINKED:
            kept, moved = _LINKED[tail]
            if next_vowel == "ㅣ" and moved in "ㄷㅌ":
                moved = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}[moved]
            yield Edit(at, at + 2, join(lead, vowel, kept) + join(moved, next_vowel, next_tail))
        elif tail in ("ㅎ", "ㄶ", "ㅀ") and next_lead in "ㄱㄷㅈ":
            kept = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}[tail]
            yield Edit(at, at + 2, join(lead, vowel, kept) + join(_BREATHED[next_lead], next_vowel, next_tail))
        elif tail in _BREATHED and next_lead == "ㅎ":
            yield Edit(at, at + 2, join(lead, vowel) + join(_BREATHED[tail], next_vowel, next_tail))
        if tail in _SHORTER:
            yield Edit(at, at + 1, join(lead, vowel, _SHORTER[tail]))

"""Slips of fingers on the two-set keyboard (두벌식)."""

from __future__ import annotations

import re

from numpy.random import Generator

from nlp.training.noise.edits import noise
from nlp.training.noise.hangul import VOWELS, keys, typed

_ROWS = ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ")
_SHIFTED = dict(zip("ㅂㅈㄷㄱㅅㅐㅔㅃㅉㄸㄲㅆㅒㅖ", "ㅃㅉㄸㄲㅆㅒㅖㅂㅈㄷㄱㅅㅐㅔ", strict=True))
_RUN = re.compile("[가-힣]+")
_MEANING = frozenset("안못없않")
"""A slip here would turn a denial into its opposite, and the labels with it."""


def _neighbours() -> dict[str, tuple[str, ...]]:
    """Keys one to the side or in the next row close by; consonants beside consonants, vowels beside vowels."""
    place = {key: (row, column + 0.4 * row) for row, line in enumerate(_ROWS) for column, key in enumerate(line)}
    found = {
        key: tuple(
            other
            for other, (r, c) in place.items()
            if other != key and (other in VOWELS) == (key in VOWELS) and abs(r - row) <= 1 and abs(c - column) <= 1.01
        )
        for key, (row, column) in place.items()
    }
    return found | {key: found[base] for key, base in _SHIFTED.items() if key not in found}


_NEIGHBOURS = _neighbours()


@noise
def mistyped(text: str, rng: Generator) -> str:
    """Every fiftieth key wrong: a neighbour, left out, pressed twice, before its turn, or with shift for none.

    The letters are composed anew as an input method does: 배송 without its ㅅ is "배ㅗㅇ".
    """
    runs = [(match.start(), match.group()) for match in _RUN.finditer(text)]
    pressed = [[(key, char in _MEANING) for char in run for key in keys(char)] for _, run in runs]
    open_keys = [(at, index) for at, row in enumerate(pressed) for index, (_, closed) in enumerate(row) if not closed]
    if not open_keys:
        return text
    hit = rng.random(len(open_keys)) < 0.02
    if not hit.any():
        hit[rng.integers(len(open_keys))] = True
    slips: dict[int, set[int]] = {}
    for (at, index), slipped in zip(open_keys, hit.tolist(), strict=True):
        if slipped:
            slips.setdefault(at, set()).add(index)
    parts, read = [], 0
    for at, (start, run) in enumerate(runs):
        parts.append(text[read:start])
        parts.append(typed(_slipped([key for key, _ in pressed[at]], slips[at], rng)) if at in slips else run)
        read = start + len(run)
    return "".join((*parts, text[read:]))


def _slipped(row: list[str], slips: set[int], rng: Generator) -> list[str]:
    result = []
    for index, key in enumerate(row):
        if index not in slips:
            result.append(key)
            continue
        chance = rng.random()
        if chance < 0.45:
            result.append(_NEIGHBOURS[key][rng.integers(len(_NEIGHBOURS[key]))])
        elif chance < 0.65:
            pass
        elif chance < 0.8:
            result += (key, key)
        elif chance < 0.9 and result:
            result.insert(-1, key)
        else:
            result.append(_SHIFTED.get(key, _NEIGHBOURS[key][0]))
    return result

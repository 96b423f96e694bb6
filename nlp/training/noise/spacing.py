"""Texts without spaces, and with spaces in the wrong places."""

from __future__ import annotations

import re

from numpy.random import Generator

from nlp.text.alignment import Edit
from nlp.training.noise.edits import noise, some

_BLANK = re.compile(r"(?<=\S) (?=\S)")
_WITHIN = re.compile(r"(?<=[가-힣])(?=[가-힣])")


@noise
def unspaced(text: str, rng: Generator) -> str:  # noqa: ARG001
    """No space at all, as in "환불해달라고했는데안해줘요"; line breaks stay."""
    return text.replace(" ", "")


@noise
def respaced(text: str, rng: Generator) -> str:
    """Two spaces in five left out, and one put within every twentieth word: "환불해 달라고했는 데"."""
    blanks = [Edit(match.start(), match.end(), "") for match in _BLANK.finditer(text)]
    within = [Edit(match.start(), match.end(), " ") for match in _WITHIN.finditer(text)]
    kept = [edit for edit, hit in zip(within, rng.random(len(within)) < 0.02, strict=True) if hit]
    wanted = [edit for edit, hit in zip(blanks, rng.random(len(blanks)) < 0.4, strict=True) if hit]
    if kept or wanted:
        return some(text, kept + wanted, rng, rate=1.0)
    return some(text, blanks or within, rng, rate=0.0)

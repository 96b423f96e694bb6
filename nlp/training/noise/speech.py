"""What speech recognition makes of talk: no punctuation, fillers, repeats, slips between words that sound alike."""

from __future__ import annotations

import re

from numpy.random import Generator

from nlp.text.alignment import Edit
from nlp.training.noise.edits import matches, noise, some
from nlp.training.noise.numerals import spoken_numbers
from nlp.training.noise.tables import pairs, words

_PUNCTUATION = re.compile(r"[.,!?~…;:^\"'“”‘’()<>*]+|[ㄱ-ㅎㅏ-ㅣ]+|[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+")
_WORD = re.compile(r"[가-힣]+")
_PARTICLE = re.compile(r"(?<=[가-힣]{2})(?:을|를|은|의|에서)(?=\s|$)")
_DENIALS = ("안", "못")


@noise
def spoken(text: str, rng: Generator) -> str:
    """Numbers in words, no punctuation, some particles lost, words misheard, and fillers and repeats between words."""
    text = re.sub(r"\s+", " ", _PUNCTUATION.sub(" ", spoken_numbers(text))).strip()
    text = some(text, matches(text, pairs("speech", "misheard")), rng, rate=0.3)
    text = some(text, (Edit(match.start(), match.end(), "") for match in _PARTICLE.finditer(text)), rng, rate=0.2)
    text = some(text, _repeats(text), rng, rate=0.03)
    return some(text, _fillers(text, rng), rng, rate=0.06)


def _repeats(text: str) -> list[Edit]:
    # "안 안 돼요" is heard as a denial of a denial.
    return [
        Edit(match.start(), match.start(), f"{match.group()} ")
        for match in _WORD.finditer(text)
        if len(match.group()) <= 4 and match.group() not in _DENIALS
    ]


def _fillers(text: str, rng: Generator) -> list[Edit]:
    fillers = words("speech", "fillers")
    return [
        Edit(match.start(), match.start(), f"{fillers[rng.integers(len(fillers))]} ") for match in _WORD.finditer(text)
    ]

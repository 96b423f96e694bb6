"""The marks of chat (ㅋㅋ, ㅠㅠ, ;;, ~, !!, pictures) put in or taken away, and a word about oneself in front."""

from __future__ import annotations

import re

from numpy.random import Generator

from nlp.text.alignment import Edit
from nlp.text.segment import sentences
from nlp.training.noise.edits import noise, some
from nlp.training.noise.tables import words

_TAIL = re.compile(r"\s*[.~!…]*\s*$")
_MARKS = re.compile(
    r"\s*(?:[ㅋㅎㅠㅜ]{1,}|ㅡ[ㅡ.]*ㅡ|[;:]['-]?[)(DP]|\^[_.]?\^|;{1,}|…+|\.{2,}|[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+)"
    r"|(?<![\d~])~+(?!\d)|!+"
)


@noise
def chatty(text: str, rng: Generator) -> str:
    """A mark at the end of every second sentence. None of them says good or bad by itself: ㅋㅋ and ㅠㅠ do both."""
    marks = words("chat", "marks")
    edits = []
    for start, end in sentences(text):
        sentence = text[start:end]
        found = _TAIL.search(sentence)
        cut = start + found.start() if found and found.start() and not sentence.endswith("?") else end
        blank = " " if rng.random() < 0.3 else ""
        edits.append(Edit(cut, end, blank + marks[rng.integers(len(marks))]))
    return some(text, edits, rng, rate=0.5)


@noise
def unmarked(text: str, rng: Generator) -> str:  # noqa: ARG001
    """None of those marks: ``[ㅋㅎㅠㅜ]``, ;;, ^^, ~ (not in 3~4일), ! and pictures go, and dots beyond one."""
    return _MARKS.sub(lambda match: "." if match.group().strip()[0] in ".…" else "", text).strip()


@noise
def introduced(text: str, rng: Generator) -> str:
    """A sentence in front that says who speaks and nothing else: "원주 사는 직장인입니다."."""

    def drawn(name: str) -> str:
        table = words("intro", name)
        return table[rng.integers(len(table))]

    sentence = drawn("sentences")
    for gap in ("person", "region", "name"):
        sentence = sentence.replace(f"{{{gap}}}", drawn(gap))
    return f"{sentence} {text}"

"""Scoring of masked texts against known personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pii_cases import KINDS, Case

from nlp.text.redact import PersonalSpan, redact


@dataclass
class Score:
    """Counts of one kind; ``leaked`` counts gold spans of which a letter or digit stays readable."""

    gold: int = 0
    hit: int = 0
    predicted: int = 0
    right: int = 0
    leaked: int = 0

    @property
    def recall(self) -> float:
        """Share of the gold spans that were found with the right kind."""
        return self.hit / self.gold if self.gold else 1.0

    @property
    def precision(self) -> float:
        """Share of the masked spans that are personal data of that kind."""
        return self.right / self.predicted if self.predicted else 1.0


def score(cases: Sequence[Case]) -> tuple[dict[str, Score], list[str]]:
    """Scores per kind and ``overall``, and a line for every text masked wrongly.

    A gold span is found when spans of its kind cover all its letters and digits and stray over at most
    three characters around it.
    """
    scores = {kind: Score() for kind in (*KINDS.values(), "overall")}
    wrong: list[str] = []
    for case in cases:
        redacted = redact(case.text)
        good: set[int] = set()
        bad = False
        for kind, start, end in case.spans:
            near = [i for i, span in enumerate(redacted.spans) if span.start < end and start < span.end]
            left = _readable(case.text, start, end, [redacted.spans[i] for i in near])
            same = [i for i in near if redacted.spans[i].kind == kind]
            tight = all(redacted.spans[i].start >= start - 3 and redacted.spans[i].end <= end + 3 for i in same)
            hit = bool(same) and tight and not _readable(case.text, start, end, [redacted.spans[i] for i in same])
            good.update(same if hit else ())
            bad |= not hit
            for name in (kind, "overall"):
                scores[name].gold += 1
                scores[name].hit += hit
                scores[name].leaked += bool(left)
        for i, span in enumerate(redacted.spans):
            for name in (span.kind, "overall"):
                scores[name].predicted += 1
                scores[name].right += i in good
        if bad or len(good) < len(redacted.spans):
            wrong.append(f"{case.text!r} -> {redacted.text!r}")
    return scores, wrong


def _readable(text: str, start: int, end: int, spans: Sequence[PersonalSpan]) -> str:
    return "".join(
        text[i] for i in range(start, end) if text[i].isalnum() and not any(s.start <= i < s.end for s in spans)
    )

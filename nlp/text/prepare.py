"""The one road from text to what the model reads and to what may be stored, shown and logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.text.alignment import Alignment
from nlp.text.normalize import normalize
from nlp.text.redact import redact
from nlp.text.segment import MARKS, TurnSpan, sentences, turn_spans
from nlp.types import Turn


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedText:
    """A text as the model reads it and as it may be stored.

    ``source`` is the text as it came; for a call given as turns, the turns one per line ("고객: …").
    ``masked`` is the text normalised and without personal data, speaker marks kept.
    ``customer`` is what the model reads as the complaint: the turns of the customer and of unknown
    speakers, joined by a space; all of ``masked`` for plain text and for a dialogue without such a turn.
    ``agent`` holds the agent's turns joined by a space, "" when there are none.
    ``turns`` are the masked turns, () for plain text.
    """

    source: str
    masked: str
    customer: str
    agent: str
    turns: tuple[Turn, ...]
    alignment: Alignment
    customer_spans: tuple[tuple[int, int], ...]

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The span of ``source`` behind the span ``[start, end)`` of ``masked``."""
        return self.alignment.to_source(start, end)

    def customer_sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans of the sentences of ``customer``, in order; none runs on from one turn into the next."""
        found: list[tuple[int, int]] = []
        offset = 0
        for left, right in self.customer_spans:
            said = self.masked[left:right]
            found += ((offset + start, offset + end) for start, end in sentences(said))
            offset += len(said) + 1
        return tuple(found)

    def customer_to_masked(self, start: int, end: int) -> tuple[int, int]:
        """The span of ``masked`` that holds the span ``[start, end)`` of ``customer``."""
        first, last = None, 0
        offset = 0
        for left, right in self.customer_spans:
            length = right - left
            if first is None and start < offset + length + 1:
                first = min(left + start - offset, right)
            if end > offset:
                last = left + min(end - offset, length)
            offset += length + 1
        first = last if first is None else first
        return first, max(first, last)


def prepare(text: str, *, turns: Sequence[Turn] = (), mask: bool = True) -> PreparedText:
    """Normalise, mask and split a text, or a call that is known turn by turn (then ``text`` is not read).

    A text that marks its speakers is a dialogue. Masking looks across turns: what follows the agent's
    "주민번호 앞자리 말씀해 주시겠어요" is masked as a resident number. ``mask=False`` keeps personal
    data, for text that was masked before or never leaves the process.
    """
    source = render(turns) if turns else text
    normalized = normalize(source)
    masked, alignment = normalized.text, normalized.alignment
    if mask:
        redacted = redact(masked)
        masked, alignment = redacted.text, alignment.then(redacted.alignment)
    return assembled(masked, turn_spans(masked), source=source, alignment=alignment)


def assembled(masked: str, spans: Sequence[TurnSpan], *, source: str, alignment: Alignment) -> PreparedText:
    """A masked text with its turns, none for plain text; ``alignment`` leads from ``masked`` back to ``source``."""
    heard = _spans(spans, "customer", "unknown") or ((0, len(masked)),)
    return PreparedText(
        source=source,
        masked=masked,
        customer=_join(masked, heard),
        agent=_join(masked, _spans(spans, "agent")),
        turns=tuple(Turn(speaker=span.speaker, text=masked[span.start : span.end]) for span in spans),
        alignment=alignment,
        customer_spans=heard,
    )


def render(turns: Sequence[Turn]) -> str:
    """Turns as text, one per line with the speaker's mark; a line break within a turn becomes a space."""
    return "\n".join(f"{MARKS[turn.speaker]}: {' '.join(turn.text.split())}" for turn in turns)


def _spans(spans: Sequence[TurnSpan], *speakers: str) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans if span.speaker in speakers)


def _join(text: str, spans: Sequence[tuple[int, int]]) -> str:
    return " ".join(text[start:end] for start, end in spans)

"""Whose words count: the customer's, not the agent's."""

from __future__ import annotations

import re

from nlp.text.segment import sentences, turn_spans

# No speaker is marked without one of these; most texts have none, and looking for marks takes far longer.
_MAY_MARK = re.compile(r"[:：\])>】\n]")


def customer_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where the customer speaks, ``[start, end)``: the whole text, or the turns of a dialogue but the agent's."""
    if not _MAY_MARK.search(text):
        return ((0, len(text)),)
    dialogue = turn_spans(text)
    if not dialogue:
        return ((0, len(text)),)
    return tuple((span.start, span.end) for span in dialogue if span.speaker != "agent")


def customer_text(text: str) -> str:
    """What the customer says, turns on lines of their own."""
    return "\n".join(text[start:end] for start, end in customer_spans(text))


def customer_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the customer's sentences, in order."""
    return tuple(
        (left + start, left + end) for left, right in customer_spans(text) for start, end in sentences(text[left:right])
    )

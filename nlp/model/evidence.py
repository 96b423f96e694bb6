"""The sentence that carries a decided label, or the clause of it that does when it is long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.model.scope import unread
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.text.segment import clauses

Span: TypeAlias = tuple[int, int]

KEPT = 0.9
"""Share of a long sentence's probability that one of its clauses must have to stand for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A span ``[start, end)`` of the masked text, and the label's probability on that span alone."""

    start: int
    end: int
    text: str
    probability: float


class Scorer(Protocol):
    """What finding evidence needs of a classifier."""

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels it scores."""

    def predict_proba(self, texts: Sequence[PreparedText], /) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1]."""


def said(found: Mapping[str, Evidence]) -> tuple[str, ...]:
    """What carries any of the labels, each sentence once, in the order of the text."""
    return tuple(dict.fromkeys(part.text for part in sorted(found.values(), key=lambda part: part.start)))


def find_evidence(
    classifier: Scorer,
    texts: Sequence[PreparedText],
    *,
    decided: Sequence[Sequence[str]],
    group: str = "cause",
) -> list[Mapping[str, Evidence]]:
    """For each text, what the customer said that makes each decided label of ``group`` most probable by itself.

    That is a sentence; of a long one, as people write without full stops, the clause that is nearly as probable by
    itself. ``decided`` holds the label ids of each text, as in ``Prediction.labels[group]``. A label that no sentence
    of a text alone makes probable still gets its best one; where the customer says nothing, there is none.

    Every sentence is scored once, and the clauses of long sentences that were chosen once more. What the label loses
    when a sentence is left out costs a pass over the whole text for each and finds no better ones
    (``benchmarks/evidence.py``).
    """
    columns = {label: classifier.taxonomy.column(group, label) for label in set().union(*decided)}
    found = [
        text.customer_sentences() if labels and unread(text) != "no_words" else ()
        for text, labels in zip(texts, decided, strict=True)
    ]
    whole = [dict.fromkeys(labels, spans) for labels, spans in zip(decided, found, strict=True)]
    chosen = _best(classifier, texts, whole, columns)
    parts = [
        {label: pieces for label, (span, _) in by_label.items() if len(pieces := clauses(text.customer, *span)) > 1}
        for text, by_label in zip(texts, chosen, strict=True)
    ]
    for by_label, narrower in zip(chosen, _best(classifier, texts, parts, columns), strict=True):
        for label, (span, probability) in narrower.items():
            if probability >= KEPT * by_label[label][1]:
                by_label[label] = (span, probability)
    return [
        {label: _evidence(text, *best) for label, best in by_label.items()}
        for text, by_label in zip(texts, chosen, strict=True)
    ]


def _best(
    classifier: Scorer,
    texts: Sequence[PreparedText],
    candidates: Sequence[Mapping[str, Sequence[Span]]],
    columns: Mapping[str, int],
) -> list[dict[str, tuple[Span, float]]]:
    """The most probable of the spans of the customer's words for each text and label, with its probability."""
    places = list(
        dict.fromkeys(
            (row, span) for row, by_label in enumerate(candidates) for spans in by_label.values() for span in spans
        )
    )
    flat = [prepare(texts[row].customer[start:end], mask=False) for row, (start, end) in places]
    scores = dict(zip(places, classifier.predict_proba(flat), strict=True)) if flat else {}
    best: list[dict[str, tuple[Span, float]]] = []
    for row, by_label in enumerate(candidates):
        best.append({})
        for label, spans in by_label.items():
            if spans:
                probabilities = [float(scores[row, span][columns[label]]) for span in spans]
                top = max(range(len(spans)), key=probabilities.__getitem__)
                best[row][label] = (spans[top], probabilities[top])
    return best


def _evidence(text: PreparedText, span: Span, probability: float) -> Evidence:
    start, end = text.customer_to_masked(*span)
    return Evidence(start=start, end=end, text=text.masked[start:end], probability=probability)

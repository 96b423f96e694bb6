"""The sentence that carries a decided label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.model.classifier import ComplaintClassifier
from nlp.text.prepare import PreparedText, prepare
from nlp.text.segment import sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A span ``[start, end)`` of the masked text, and the label's probability on that sentence alone."""

    start: int
    end: int
    text: str
    probability: float


def find_evidence(
    classifier: ComplaintClassifier,
    texts: Sequence[PreparedText],
    *,
    decided: Sequence[Sequence[str]],
    group: str = "cause",
) -> list[Mapping[str, Evidence]]:
    """For each text, the customer's sentence on which each decided label of ``group`` is most probable.

    ``decided`` holds the label ids of each text, as in ``Prediction.labels[group]``. A label that no sentence
    of a text alone makes more probable than the group's other labels still gets its best sentence.
    """
    spans = [sentences(text.customer) if labels else () for text, labels in zip(texts, decided, strict=True)]
    flat = [
        prepare(text.customer[start:end], mask=False)
        for text, found in zip(texts, spans, strict=True)
        for start, end in found
    ]
    scores = classifier.predict_proba(flat)
    result: list[Mapping[str, Evidence]] = []
    first = 0
    for text, found, labels in zip(texts, spans, decided, strict=True):
        by_label: dict[str, Evidence] = {}
        for label in labels if found else ():
            column = scores[first : first + len(found), classifier.taxonomy.column(group, label)]
            best = int(column.argmax())
            start, end = text.customer_to_masked(*found[best])
            by_label[label] = Evidence(
                start=start, end=end, text=text.masked[start:end], probability=float(column[best])
            )
        result.append(by_label)
        first += len(found)
    return result

"""Whether evidence carries its label: faithful to the model, and where a reader would point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.model.classifier import ComplaintClassifier
from nlp.text.prepare import PreparedText, prepare
from nlp.training.figures import Figure
from nlp.training.metrics import Floats, bootstrap_weights
from nlp.training.selective import figure

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = Sequence[Mapping[str, Span]]
"""For each text, the span of its masked text that stands as evidence of each decided label, by label id."""


@dataclass(frozen=True, kw_only=True)
class Faithfulness:
    """Means over ``n`` labels of ``n_texts`` texts, with intervals from a bootstrap over texts.

    ``sufficiency`` is the label's probability on the whole text minus that on the evidence alone, lower is better;
    ``comprehensiveness`` the same minus that on the text without the evidence, higher is better (ERASER: DeYoung et al.
    2020). Evidence that is all of what the customer said is left out: there is nothing to compare it with.
    """

    n: int
    n_texts: int
    sufficiency: Figure
    comprehensiveness: Figure


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Means over ``n`` labels of ``n_texts`` texts, in [0, 1], higher is better.

    ``overlap`` is the share of labels whose evidence shares a character with the author's quotation, ``iou`` and ``f1``
    the mean intersection over union and F1 of their characters without blanks. Characters stand for ERASER's tokens,
    because Korean spacing is loose. ``length`` is the mean number of characters that the evidence has.
    """

    n: int
    n_texts: int
    overlap: Figure
    iou: Figure
    f1: Figure
    length: float


def faithfulness(
    classifier: ComplaintClassifier,
    texts: Sequence[PreparedText],
    evidence: Spans,
    *,
    group: str,
    rng: np.random.Generator,
) -> Faithfulness:
    """How much of a label's probability the evidence has by itself, and how much goes when it is taken away."""
    places = [
        (row, label, span)
        for row, by_label in enumerate(evidence)
        for label, span in by_label.items()
        if without(texts[row], span).customer
    ]
    rows = np.array([row for row, _, _ in places], dtype=np.int64)
    columns = [classifier.taxonomy.column(group, label) for _, label, _ in places]
    parts = {(row, span): None for row, _, span in places}
    whole = classifier.predict_proba([texts[row] for row in sorted(set(rows.tolist()))])
    alone = classifier.predict_proba([prepare(texts[row].masked[slice(*span)], mask=False) for row, span in parts])
    left = classifier.predict_proba([without(texts[row], span) for row, span in parts])
    at_row = {row: at for at, row in enumerate(sorted(set(rows.tolist())))}
    at_part = {part: at for at, part in enumerate(parts)}
    full = np.array([whole[at_row[row], column] for (row, _, _), column in zip(places, columns, strict=True)])
    only, rest = (
        np.array([scores[at_part[row, span], column] for (row, _, span), column in zip(places, columns, strict=True)])
        for scores in (alone, left)
    )
    sufficiency, comprehensiveness = _means(np.stack([full - only, full - rest]), rows, rng)
    return Faithfulness(
        n=len(places), n_texts=len(at_row), sufficiency=sufficiency, comprehensiveness=comprehensiveness
    )


def agreement(
    texts: Sequence[PreparedText],
    evidence: Spans,
    quotations: Sequence[Mapping[str, str]],
    *,
    rng: np.random.Generator,
) -> Agreement:
    """Evidence beside the authors' quotations, by label; labels that only one of them has do not count."""
    rows, values = [], []
    for row, (text, by_label, quoted) in enumerate(zip(texts, evidence, quotations, strict=True)):
        for label, span in by_label.items():
            start = text.source.find(quoted[label]) if quoted.get(label) else -1
            if start < 0:
                continue
            ours = _characters(text.source, *text.to_source(*span))
            theirs = _characters(text.source, start, start + len(quoted[label]))
            both = len(ours & theirs)
            rows.append(row)
            values.append((both > 0, both / len(ours | theirs), 2 * both / (len(ours) + len(theirs)), len(ours)))
    table = np.array(values, dtype=np.float64).reshape(-1, 4).T
    overlap, iou, f1, length = _means(table, np.array(rows, dtype=np.int64), rng)
    return Agreement(n=len(rows), n_texts=len(set(rows)), overlap=overlap, iou=iou, f1=f1, length=length.value)


def without(text: PreparedText, span: Span) -> PreparedText:
    """What the model reads when the span of the masked text is taken out of the customer's words; the agent's stay."""
    start, end = span
    kept = [
        text.masked[left:right]
        for first, last in text.customer_spans
        for left, right in ((first, min(last, start)), (max(first, end), last))
        if left < right
    ]
    return replace(text, customer=" ".join(part.strip() for part in kept if part.strip()))


def _characters(text: str, start: int, end: int) -> set[int]:
    return {at for at in range(start, end) if not text[at].isspace()}


def _means(values: Floats, rows: NDArray[np.int64], rng: np.random.Generator) -> list[Figure]:
    """Means of ``values`` ``(n_figures, n_labels)``; labels of one text are drawn together."""
    if not len(rows):
        return [Figure(value=float("nan"), low=float("nan"), high=float("nan"))] * len(values)
    _, text_of = np.unique(rows, return_inverse=True)
    weights = bootstrap_weights(int(text_of.max()) + 1, 1000, rng)[:, text_of]
    return [figure(weights @ row / weights.sum(axis=1)) for row in values]

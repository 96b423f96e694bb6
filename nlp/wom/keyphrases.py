"""What is typical of a cause, what goes together, and which phrases are new this week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.bursts import Emergence, emerging
from nlp.wom.estimates import LEVEL, Estimate, Note, note, step_up, z_value
from nlp.wom.phrases import Phrase, PhraseIndex
from nlp.wom.slices import slices

NodeKind: TypeAlias = Literal["cause", "phrase"]

PRIOR_DOCUMENTS = 500.0
"""Weight of the informative prior: phrase counts of this many, spread as in all documents."""

_MOST, _NEARLY_ALL = 0.7, 0.9
"""Share of a word's texts with a phrase from which the word, or the phrase, adds nothing to the other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPhrase:
    """A phrase typical of a label.

    ``inside`` and ``outside`` are sampled documents with the phrase, with and without the label. ``log_odds``
    is the log-odds ratio; above 0 is more typical of the label. Phrases are ordered by ``z``, the ratio over
    its standard deviation.
    """

    label: str
    phrase: Phrase
    inside: int
    outside: int
    log_odds: Estimate
    z: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A cause or a phrase of the graph, found in ``documents`` sampled documents; ``shown`` is for readers."""

    id: str
    kind: NodeKind
    shown: str
    documents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """Two nodes found together in ``documents`` sampled documents.

    ``pmi`` is pointwise mutual information in nats; ``weight`` is the same normalised to [-1, 1] (Bouma 2009):
    0 is chance, 1 never apart.
    """

    left: str
    right: str
    documents: int
    pmi: float
    weight: float


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Co-occurrence of causes and their key phrases."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergingPhrase:
    """A phrase that is emerging."""

    phrase: Phrase
    emergence: Emergence


@dataclass(frozen=True, kw_only=True)
class EmergingPhrases:
    """Phrases that emerged in the week of ``monday``; at most ``rate`` of such reports are expected to be false."""

    monday: date | None
    rate: float
    phrases: tuple[EmergingPhrase, ...]
    watched: int
    notes: tuple[Note, ...]


def key_phrases(
    table: ClassifiedTable,
    index: PhraseIndex,
    *,
    group: str = "cause",
    most: int = 15,
    fewest: int = 5,
    rate: float = 0.05,
    level: float = LEVEL,
) -> tuple[KeyPhrase, ...]:
    """Up to ``most`` phrases per label of a group that set it apart from documents without the label.

    Log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, Fightin' Words, eq. 16
    and 20-22), on documents that hold the phrase. Only phrases that ``fewest`` documents of the label hold are given,
    and more than chance lets expect by Fisher's exact test: of all phrases with all labels so many that a share of
    ``rate`` in expectation is false (Benjamini & Hochberg 1995). A word is left out when a longer phrase shown holds
    most of its texts, a phrase when it holds nearly all texts of a word shown. A single phrase cannot be compared with
    others: there is none.
    """
    found: list[KeyPhrase] = []
    if len(index.phrases) < 2:
        return ()
    reach = z_value(level)
    labels = table.taxonomy.group(group).ids
    inside_of = [table.has(group, label)[index.rows] for label in labels]
    counts = [(index.counts(inside), index.counts(~inside)) for inside in inside_of]
    fisher = _Fisher.of(len(index.rows))
    chance = [
        fisher.chance(int(count), int(inside.sum()), int(count + other)) if count >= fewest else 1.0
        for inside, (with_label, without) in zip(inside_of, counts, strict=True)
        for count, other in zip(with_label.tolist(), without.tolist(), strict=True)
    ]
    kept = (step_up(np.array(chance)) <= rate).reshape(len(labels), -1)
    for label, (with_label, without), typical in zip(labels, counts, kept, strict=True):
        scores, spread = log_odds(with_label, without)
        chosen: list[int] = []
        for position in np.argsort(-scores / spread, kind="stable").tolist():
            apart = typical[position] and scores[position] > reach * spread[position]
            if len(chosen) < most and apart and not _covered(position, chosen, index, with_label):
                chosen.append(position)
        found.extend(
            KeyPhrase(
                label=label,
                phrase=index.phrases[position],
                inside=int(with_label[position]),
                outside=int(without[position]),
                log_odds=Estimate(
                    value=float(scores[position]),
                    low=float(scores[position] - reach * spread[position]),
                    high=float(scores[position] + reach * spread[position]),
                ),
                z=float(scores[position] / spread[position]),
            )
            for position in chosen
        )
    return tuple(found)


def log_odds(
    inside: NDArray[np.float64], outside: NDArray[np.float64], *, prior: float = PRIOR_DOCUMENTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-odds ratios of counts and their standard deviations, ``(n,)`` each (Monroe et al. 2008).

    The prior has the phrases' overall distribution and the weight of ``prior`` counts.
    """
    total = inside + outside
    alpha = prior * (total + 0.01) / (total + 0.01).sum()
    weight = alpha.sum()
    ones = np.log((inside + alpha) / (inside.sum() + weight - inside - alpha))
    others = np.log((outside + alpha) / (outside.sum() + weight - outside - alpha))
    return ones - others, np.sqrt(1 / (inside + alpha) + 1 / (outside + alpha))


def cooccurrence(
    table: ClassifiedTable,
    index: PhraseIndex,
    typical: Sequence[KeyPhrase],
    *,
    group: str = "cause",
    fewest: int = 3,
    rate: float = 0.05,
) -> Graph:
    """Graph of the labels of a group and the given key phrases, edges by strongest association first.

    Only pairs that go together in ``fewest`` documents or more become edges, and of those only the ones that do so
    more often than chance by Fisher's exact test, a share of ``rate`` in expectation wrongly (Benjamini & Hochberg
    1995); a word and a phrase that contains it are no pair.
    """
    labels = table.taxonomy.group(group).labels
    place = {phrase.key: position for position, phrase in enumerate(index.phrases)}
    keys = list(dict.fromkeys(item.phrase.key for item in typical))
    marks = np.zeros((len(index.rows), len(labels) + len(keys)), dtype=np.float32)
    marks[:, : len(labels)] = table.decided[index.rows][:, table.taxonomy.columns(group)]
    for column, key in enumerate(keys, start=len(labels)):
        marks[index.document[index.phrase == place[key]], column] = 1
    nodes = [
        Node(id=f"{group}:{label.id}", kind="cause", shown=label.ko, documents=int(marks[:, column].sum()))
        for column, label in enumerate(labels)
    ] + [
        Node(
            id=key, kind="phrase", shown=index.phrases[place[key]].shown, documents=index.phrases[place[key]].documents
        )
        for key in keys
    ]
    together = marks.T @ marks
    n = max(len(index.rows), 1)
    pairs = [
        (left, right, int(together[at, beside]))
        for at, left in enumerate(nodes)
        for beside, right in enumerate(nodes[at + 1 :], start=at + 1)
        if not _overlap(left, right)
    ]
    fisher = _Fisher.of(n)
    chance = [
        fisher.chance(count, left.documents, right.documents) if count >= fewest else 1.0
        for left, right, count in pairs
    ]
    edges = []
    for (left, right, count), q_value in zip(pairs, step_up(np.array(chance)).tolist(), strict=True):
        expected = left.documents * right.documents / n
        if q_value > rate:
            continue
        pmi = float(np.log(count / expected))
        scale = -float(np.log(count / n))
        edges.append(
            Edge(
                left=left.id,
                right=right.id,
                documents=count,
                pmi=pmi,
                weight=pmi / scale if scale > 0 else 1.0,
            )
        )
    edges.sort(key=lambda edge: (-edge.weight, edge.left, edge.right))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def emerging_phrases(
    table: ClassifiedTable,
    index: PhraseIndex,
    *,
    rate: float = 0.05,
    baseline_weeks: int = 12,
    level: float = LEVEL,
) -> EmergingPhrases:
    """Phrases whose share of the sampled documents rose in the latest week, most unusual first.

    The sample gives every document the same chance, so weekly shares in it are those of the file. Empty with a
    note without times.
    """
    cut = slices(table, "week")
    if cut is None:
        return EmergingPhrases(monday=None, rate=rate, phrases=(), watched=0, notes=(note("time"),))
    weeks = cut.codes[index.rows]
    dated = weeks >= 0
    span, width = len(cut.names), len(index.phrases)
    pair_week = weeks[index.document]
    known = pair_week >= 0
    flat = np.bincount(pair_week[known] * width + index.phrase[known], minlength=span * width)
    documents = np.bincount(weeks[dated], minlength=span)
    found = emerging(
        flat.reshape(span, width).astype(np.float64),
        documents.astype(np.int64),
        rate=rate,
        baseline_weeks=baseline_weeks,
        level=level,
    )
    return EmergingPhrases(
        monday=date.fromisoformat(cut.names[-1]),
        rate=rate,
        phrases=tuple(EmergingPhrase(phrase=index.phrases[item.position], emergence=item) for item in found),
        watched=width,
        notes=(),
    )


def _covered(position: int, chosen: list[int], index: PhraseIndex, inside: NDArray[np.float64]) -> bool:
    """Whether a phrase shown already says the same: one contains the other and most of its documents."""
    words = set(index.phrases[position].key.split())
    for other in chosen:
        others = set(index.phrases[other].key.split())
        if words == others:
            return True
        if words < others and inside[other] > _MOST * inside[position]:
            return True
        if others < words and inside[position] > _NEARLY_ALL * inside[other]:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Fisher:
    """Fisher's exact test among ``n`` documents; ``logs`` ``(n + 1,)`` are the logarithms of the factorials."""

    logs: NDArray[np.float64]

    @classmethod
    def of(cls, n: int) -> _Fisher:
        return cls(np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))]))

    def chance(self, count: int, left: int, right: int) -> float:
        """P(at least ``count`` of ``right`` documents drawn at random are among certain ``left`` ones)."""
        n = len(self.logs) - 1
        both = np.arange(max(count, left + right - n), min(left, right) + 1)
        fixed = self.logs[[left, right, n - left, n - right]].sum() - self.logs[n]
        free = sum(self.logs[part] for part in (both, left - both, right - both, n - left - right + both))
        return min(float(np.exp(fixed - free).sum()), 1.0)


def _overlap(left: Node, right: Node) -> bool:
    if left.kind != "phrase" or right.kind != "phrase":
        return False
    one, two = set(left.id.split()), set(right.id.split())
    return one <= two or two <= one

"""Phrases of one or two content morphemes, found in a stated sample of documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.text.morphemes import Analyzer, Morpheme, content_word
from nlp.wom.audit import cause_strata
from nlp.wom.speech import customer_text
from nlp.wom.tables import read_table

MOST_DOCUMENTS = 20_000
"""Phrases are taken from a sample of at most this many documents: morphemes cost milliseconds per text."""


_NEGATIONS = frozenset({"안", "못"})
_INFLECTED = frozenset({"Verb", "Adjective"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """A phrase: its ``key`` of lemmas ("환불 거부하다") and the form in which readers know it ("환불 거부")."""

    key: str
    shown: str
    documents: int


@dataclass(frozen=True, kw_only=True)
class PhraseIndex:
    """Which sampled document holds which phrase.

    ``rows`` int64 ``(s,)`` are positions in the table. ``document`` and ``phrase`` int64 ``(k,)`` are pairs of
    positions in ``rows`` and in ``phrases``, each pair once. ``population`` is the number of documents sampled from.
    """

    phrases: tuple[Phrase, ...]
    rows: NDArray[np.int64]
    document: NDArray[np.int64]
    phrase: NDArray[np.int64]
    population: int

    @property
    def sampled(self) -> bool:
        """Whether only a part of the documents was read."""
        return len(self.rows) < self.population

    def counts(self, documents: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Documents with each phrase among those where the mask ``(s,)`` is true, ``(n_phrases,)``."""
        kept = self.phrase[documents[self.document]]
        return np.bincount(kept, minlength=len(self.phrases)).astype(np.float64)


def phrase_sample(table: ClassifiedTable, rng: np.random.Generator, *, most: int = MOST_DOCUMENTS) -> NDArray[np.int64]:
    """Positions of at most ``most`` documents, ascending.

    When there are more, each stratum (rarest decided cause, near misses, no cause) gives its proportional part, so
    that every document has the same chance and counts need no weights.
    """
    if len(table) <= most:
        return np.arange(len(table), dtype=np.int64)
    _, codes = cause_strata(table)
    order = np.lexsort((rng.random(len(table)), codes))
    # Every k-th of the documents ordered by stratum, at random within: systematic sampling, proportional.
    places = (np.arange(most) + rng.random()) * (len(table) / most)
    return np.sort(order[places.astype(np.int64)]).astype(np.int64)


def phrase_index(
    table: ClassifiedTable,
    analyzer: Analyzer,
    rng: np.random.Generator,
    *,
    most: int = MOST_DOCUMENTS,
    fewest: int = 5,
    light: Collection[str] | None = None,
) -> PhraseIndex:
    """Read a sample of the documents and note the phrases found in ``fewest`` documents or more.

    Phrases are nouns, verbs and adjectives, and two of them in a row within a clause, endings and particles
    between them left out ("환불을 거부" and "환불 거부" are one). "안" and "못" stay with their verb. Of a
    dialogue only the customer's turns are read. ``light`` words are too general to be phrases; the table that ships
    is used unless given.
    """
    light = load_light_words() if light is None else light
    rows = phrase_sample(table, rng, most=most)
    texts = [customer_text(table.texts[row]) for row in rows]
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: list[tuple[int, str]] = []
    for document, (text, morphemes) in enumerate(zip(texts, analyzer.many(texts), strict=True)):
        for key, surface in dict(_phrases(text, morphemes, light)).items():
            pairs.append((document, key))
            shown[key][surface] += 1
    total = {key: sum(surfaces.values()) for key, surfaces in shown.items()}
    kept = sorted((key for key, count in total.items() if count >= fewest), key=lambda key: (-total[key], key))
    place = {key: index for index, key in enumerate(kept)}
    held = [(document, place[key]) for document, key in pairs if key in place]
    array = np.array(held, dtype=np.int64).reshape(-1, 2)
    return PhraseIndex(
        phrases=tuple(Phrase(key=key, shown=shown[key].most_common(1)[0][0], documents=total[key]) for key in kept),
        rows=rows,
        document=array[:, 0],
        phrase=array[:, 1],
        population=len(table),
    )


def load_light_words(path: Path | None = None) -> frozenset[str]:
    """Words too general to be key phrases; without a path the table that ships. Raises InputError for another file."""
    return read_table("phrases.toml", lambda table: frozenset(table["light"].split()), path=path)


@dataclass(frozen=True, slots=True)
class _Unit:
    lemma: str
    noun: bool
    start: int
    end: int
    clause: int


def _phrases(text: str, morphemes: Sequence[Morpheme], light: Collection[str]) -> Iterator[tuple[str, str]]:
    """Keys and readable forms of the phrases of one text, with repetitions."""
    units = list(_units(morphemes))
    for unit in units:
        if len(unit.lemma) > 1 and unit.lemma not in light:
            yield unit.lemma, unit.lemma
    for left, right in pairwise(units):
        if left.clause != right.clause or not left.noun or left.lemma == right.lemma:
            continue
        if left.lemma in light or right.lemma in light:
            continue
        raw = " ".join(text[left.start : right.end].split())
        yield f"{left.lemma} {right.lemma}", raw if right.noun else f"{left.lemma} {right.lemma}"


def _units(morphemes: Sequence[Morpheme]) -> Iterator[_Unit]:
    """Content words: a noun with its prefix, a verb or adjective as its dictionary form, "안 되다" as one."""
    clause = 0
    negation: Morpheme | None = None
    prefix: Morpheme | None = None
    for morpheme in morphemes:
        form, tag = morpheme.form, morpheme.tag
        if tag.startswith("XPN"):
            prefix = morpheme  # 불 + 친절
            continue
        if form in _NEGATIONS and tag.startswith(("MA", "VerbPrefix")):
            negation = morpheme
            continue
        word = content_word(morpheme)
        if word and word == form and tag not in _INFLECTED:
            start = morpheme.start if prefix is None else prefix.start
            yield _Unit(word if prefix is None else prefix.form + word, True, start, morpheme.end, clause)
        elif word:
            lemma = word if negation is None else f"{negation.form} {word}"
            yield _Unit(lemma, False, morpheme.start, morpheme.end, clause)
        elif tag.startswith(("EF", "EC")) or not any(map(str.isalnum, form)):
            clause += 1
        prefix = negation = None

"""What noise costs, and whether words that must not matter move the decided causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.training.figures import FEW, Figure
from nlp.training.metrics import bootstrap_weights, macro_f1
from nlp.training.noise.counterfactual import exchanged
from nlp.training.noise.edits import Noise
from nlp.training.noise.mixture import noisy
from nlp.training.noise.swaps import frame_kinds, sentences_of, swap_kinds
from nlp.training.selective import figure

Decide = Callable[[Sequence[PreparedText]], NDArray[np.bool_]]
"""Decided labels ``(n_texts, n_labels)`` of texts."""


@dataclass(frozen=True, kw_only=True)
class NoiseEffect:
    """What one noise does on ``n_texts`` texts.

    ``touched`` is the share of texts that it changes, ``moved`` the share of all texts whose decided causes it changes.
    ``noisy`` and ``loss`` give macro-F1 by group, and clean minus noisy; lower is better of the loss.
    """

    n_texts: int
    touched: float
    moved: float
    noisy: Mapping[str, float]
    loss: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class Invariance:
    """How often an exchange of words moves the decided causes of a text; lower is better.

    ``n_texts`` texts had something to exchange, each in one or more ways, ``n_swaps`` in all. ``texts`` is the share of
    texts that at least one exchange moved, ``swaps`` the share of exchanges that moved one.
    """

    n_texts: int
    n_swaps: int
    texts: float
    swaps: float


def clean_macro_f1(decided: NDArray[np.bool_], targets: NDArray[np.float32], taxonomy: Taxonomy) -> dict[str, float]:
    """Macro-F1 by group over the labels with enough positives, in [0, 1]; groups without one are left out."""
    ones = np.ones((1, len(targets)))
    return {
        group: float(macro_f1(decided[:, columns], targets[:, columns], ones)[0])
        for group, columns in _counted(targets, taxonomy)
    }


def noise_effect(
    decide: Decide,
    texts: Sequence[PreparedText],
    targets: NDArray[np.float32],
    noise: Noise,
    *,
    clean: NDArray[np.bool_],
    taxonomy: Taxonomy,
    seed: int,
    resamples: int = 2000,
) -> NoiseEffect:
    """Measure a noise against the decisions ``clean`` ``(n_texts, n_labels)`` on the same texts as they are.

    The interval of the loss is a paired bootstrap over texts (Efron 1979).
    """
    changed = [noisy(text, noise, np.random.default_rng((seed, row))) for row, text in enumerate(texts)]
    touched = [row for row, (one, other) in enumerate(zip(texts, changed, strict=True)) if _said(one) != _said(other)]
    decided = clean.copy()
    decided[touched] = decide([changed[row] for row in touched])
    weights = bootstrap_weights(len(texts), resamples, np.random.default_rng(seed))
    after, loss = {}, {}
    for group, columns in _counted(targets, taxonomy):
        before_f1, after_f1 = (macro_f1(d[:, columns], targets[:, columns], weights) for d in (clean, decided))
        after[group] = float(after_f1[0])
        loss[group] = figure(before_f1 - after_f1)
    causes = taxonomy.columns("cause")
    moved = (clean[:, causes] != decided[:, causes]).any(axis=1)
    return NoiseEffect(
        n_texts=len(texts), touched=len(touched) / len(texts), moved=float(moved.mean()), noisy=after, loss=loss
    )


def invariances(decide: Decide, texts: Sequence[PreparedText], *, taxonomy: Taxonomy) -> dict[str, Invariance]:
    """Every kind of exchange, by name: of words that the texts hold, and of words in a sentence put in front.

    In front of a text stands the same sentence with different words, and the first of them is compared with the others;
    what the sentence itself does is not counted. It is masked as it is in use; a kind that masking changes is measured
    unmasked too.
    """
    result = {}
    for kind in swap_kinds():
        pairs = [(text, other) for text in texts if (other := exchanged(text, kind)) is not None]
        result[kind] = _invariance(decide, pairs, taxonomy)
    for kind in frame_kinds():
        sentences = sentences_of(kind)
        masked = tuple(prepare(sentence).customer for sentence in sentences)
        result[f"{kind} (in front)"] = _invariance(decide, _framed(texts, masked), taxonomy)
        if masked != sentences:
            result[f"{kind} (in front, unmasked)"] = _invariance(decide, _framed(texts, sentences), taxonomy)
    return result


def _framed(texts: Sequence[PreparedText], sentences: Sequence[str]) -> list[tuple[PreparedText, ...]]:
    return [tuple(replace(text, customer=f"{said} {text.customer}") for said in sentences) for text in texts]


def _invariance(decide: Decide, variants: Sequence[Sequence[PreparedText]], taxonomy: Taxonomy) -> Invariance:
    if not variants:
        return Invariance(n_texts=0, n_swaps=0, texts=float("nan"), swaps=float("nan"))
    decided = decide([text for row in variants for text in row])[:, taxonomy.columns("cause")]
    by_text = decided.reshape(len(variants), len(variants[0]), -1)
    moved = (by_text[:, 1:] != by_text[:, :1]).any(axis=2)
    return Invariance(
        n_texts=len(moved), n_swaps=moved.size, texts=float(moved.any(axis=1).mean()), swaps=float(moved.mean())
    )


def _said(text: PreparedText) -> tuple[str, str]:
    return text.customer, text.agent


def _counted(targets: NDArray[np.float32], taxonomy: Taxonomy) -> list[tuple[str, NDArray[np.int64]]]:
    """Groups with the columns of their labels that have enough positives."""
    positives = np.nansum(targets, axis=0)
    found = []
    for group in taxonomy:
        columns = taxonomy.columns(group.id)
        enough = np.flatnonzero(positives[columns] >= FEW) + columns.start
        if len(enough):
            found.append((group.id, enough))
    return found

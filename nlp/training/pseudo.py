"""Adapt the encoder to unlabelled texts: one pass over what a linear model says of them.

A linear model on character n-grams knows many words from few labels. Letting it label fresh texts, and the
encoder learn them before it sees the true labels, hands that knowledge over and adapts the encoder to the
domain in one go (pseudo-labels: Lee 2013; distillation into a pre-trained student: Turc et al. 2019).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.taxonomy import Taxonomy
from nlp.training.baseline import LinearBaseline
from nlp.training.calibration import platt_probabilities

_POOL_FACTOR = 5
_LENGTHS = (12, 400)
"""Characters; shorter texts say too little, longer ones cost too much."""


def read_lines(paths: Sequence[Path]) -> Iterator[str]:
    """Texts, one a line, from plain or gzip files."""
    for path in paths:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8") as packed:
                yield from (line.strip() for line in packed)
        else:
            with path.open(encoding="utf-8") as plain:
                yield from (line.strip() for line in plain)


def choose_texts(
    lines: Iterator[str],
    *,
    linear: LinearBaseline,
    platt: tuple[NDArray[np.float32], NDArray[np.float32]],
    taxonomy: Taxonomy,
    excluded: Sequence[str],
    n_texts: int,
    rng: np.random.Generator,
) -> tuple[list[str], NDArray[np.float32]]:
    """Draw ``n_texts`` of the lines, those that likely carry a rare label more often; with their soft labels.

    ``platt`` are out-of-fold scores of the linear model and their targets, both ``(n, n_labels)``, that calibrate it.
    ``excluded`` texts (held-out rows) are never drawn. Returns texts and probabilities ``(n_texts, n_labels)``.
    """
    barred = {_key(text) for text in excluded}
    pool = [
        line for line in dict.fromkeys(lines) if _LENGTHS[0] <= len(line) <= _LENGTHS[1] and _key(line) not in barred
    ]
    if len(pool) > n_texts * _POOL_FACTOR:
        pool = [pool[index] for index in rng.choice(len(pool), n_texts * _POOL_FACTOR, replace=False)]
    scores = platt_probabilities(linear.predict_proba(pool), fitted_on=platt, taxonomy=taxonomy)
    # A text's chance to be drawn grows with the rarest label that it likely has.
    rate = np.nanmean(platt[1], axis=0).clip(0.005, 1.0)
    any_of = np.concatenate([np.full(len(group.ids), group.kind == "any-of") for group in taxonomy])
    chance = 0.1 + (scores[:, any_of] / np.sqrt(rate[any_of])).max(axis=1)
    drawn = rng.choice(len(pool), min(n_texts, len(pool)), replace=False, p=chance / chance.sum())
    return [pool[index] for index in drawn], scores[drawn]


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))

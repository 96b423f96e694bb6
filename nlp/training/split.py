"""Splits that do not leak: near-duplicate texts stay on one side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.text.duplicates import near_duplicate_groups


def fold_of(texts: Sequence[str], *, folds: int, seed: int) -> NDArray[np.int64]:
    """Assign every text to one of ``folds`` folds, shape ``(n_texts,)``; near-duplicates share a fold."""
    groups = near_duplicate_groups(texts)
    firsts = np.unique(groups)
    dealt = np.zeros(len(groups), dtype=np.int64)
    # Shuffled groups are dealt in turn, so that no fold stays empty; members follow their group's first text.
    dealt[np.random.default_rng(seed).permutation(firsts)] = np.arange(len(firsts)) % folds
    return dealt[groups]


def without_leaks(texts: Sequence[str], kept_aside: Sequence[str]) -> NDArray[np.bool_]:
    """Which texts have no near-duplicate among ``kept_aside``, shape ``(n_texts,)``."""
    groups = near_duplicate_groups([*kept_aside, *texts])
    aside = set(groups[: len(kept_aside)].tolist())
    return np.array([group not in aside for group in groups[len(kept_aside) :].tolist()], dtype=bool)

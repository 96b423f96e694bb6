"""What is taken for what, how far off it was, and where it happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.taxonomy import Group, Taxonomy
from nlp.training.figures import Confusion, Slice
from nlp.training.metrics import Weights, counts, ratio
from nlp.training.selective import figure

FEWEST_IN_SLICE = 20
_MOST_SLICES = 24
_LENGTHS = (30, 100, 300)

LENGTH_NAMES = ("1–30", "31–100", "101–300", "301–")
"""Ranges of letters, the shortest first."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A text (by its row) that lacks a label it has (``missed``), or was given one it has not."""

    label: str
    row: int
    missed: bool
    probability: float


def confusion(decided: NDArray[np.bool_], targets: NDArray[np.float32], group: Group) -> Confusion:
    """Counts over the labelled texts of one group; both arrays are ``(n_texts, n_group_labels)``."""
    known = ~np.isnan(targets[:, 0])
    given, actual = decided[known], targets[known] > 0.5
    if group.kind == "one-of":
        return Confusion(labels=group.ids, table=_table(actual.T.astype(np.int64) @ given.astype(np.int64)))
    missed, wrong = (actual & ~given).astype(np.int64), (given & ~actual).astype(np.int64)
    together = missed.T @ missed
    np.fill_diagonal(together, 0)
    return Confusion(
        labels=group.ids,
        table=_table(missed.T @ wrong),
        alone=tuple((missed[~wrong.any(axis=1)].sum(axis=0)).tolist()),
        extra=tuple((wrong[~missed.any(axis=1)].sum(axis=0)).tolist()),
        together=_table(together),
    )


def worst_mistakes(
    probabilities: NDArray[np.float32],
    decided: NDArray[np.bool_],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    *,
    most: int,
) -> tuple[Mistake, ...]:
    """For each label the ``most`` misses of least and the ``most`` wrong decisions of highest probability."""
    found: list[Mistake] = []
    for column, label in enumerate(taxonomy.labels):
        p, actual = probabilities[:, column], targets[:, column]
        for missed in (True, False):
            rows = np.flatnonzero((actual == float(missed)) & (decided[:, column] != missed))
            order = rows[np.argsort(p[rows] if missed else -p[rows], kind="stable")][:most]
            found += [Mistake(label=label, row=int(row), missed=missed, probability=float(p[row])) for row in order]
    return tuple(found)


def slices(
    names: Sequence[str], decided: NDArray[np.bool_], targets: NDArray[np.float32], weights: Weights, taxonomy: Taxonomy
) -> tuple[Slice, ...]:
    """Micro-F1 by group for the texts of each name (one per text, "" where unknown), the most frequent first.

    Names with fewer than 20 texts, and groups that none of a name's texts has labels of, are left out.
    """
    found = []
    for name, size in Counter(name for name in names if name).most_common(_MOST_SLICES):
        if size < FEWEST_IN_SLICE:
            break
        rows = np.flatnonzero([other == name for other in names])
        true, chosen, actual = counts(decided[rows], targets[rows], weights[:, rows])
        spans = {group.id: taxonomy.columns(group.id) for group in taxonomy}
        micro = {
            group: figure(ratio(2.0 * true[:, span].sum(axis=1), (chosen + actual)[:, span].sum(axis=1)))
            for group, span in spans.items()
            if not np.isnan(targets[rows][:, span]).all()
        }
        found.append(Slice(name=name, n_texts=size, micro_f1=micro))
    return tuple(found)


def length_names(texts: Sequence[str]) -> list[str]:
    """The range of letters that each text's length falls into: ``31–100``."""
    return [LENGTH_NAMES[int(np.searchsorted(_LENGTHS, len(text)))] for text in texts]


def _table(counted: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in counted.tolist())

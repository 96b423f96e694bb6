"""The lowest probability from which a label's decisions reach a chosen precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy

PRECISIONS = (0.8, 0.9)

DOUBT = 0.01
"""Chance that luck alone makes so many of the fitting texts right, at most; small, for the best of many cuts counts."""

_FLOOR = 0.05


def fit_precision(
    probabilities: NDArray[np.float32],
    targets: NDArray[np.float32],
    decision: Decision,
    taxonomy: Taxonomy,
    *,
    precision: float,
) -> dict[str, float | None]:
    """The least probability by label id, None where the precision cannot be shown to be reached.

    Both arrays are ``(n_texts, n_labels)``; NaN targets are left out. Of an any-of label all texts count, of a label
    in a one-of group those that ``decision`` gives it, for no other text can get it.
    """
    likeliest = decision.decide(probabilities, taxonomy)
    least: dict[str, float | None] = {}
    for group in taxonomy:
        columns = taxonomy.columns(group.id)
        for name, column in zip(group.ids, range(columns.start, columns.stop), strict=True):
            rows = ~np.isnan(targets[:, column])
            if group.kind == "one-of":
                rows &= likeliest[:, column]
            found = least_probability(probabilities[rows, column], targets[rows, column], precision=precision)
            least[f"{group.id}:{name}"] = found
    return least


def least_probability(
    probabilities: NDArray[np.float32], targets: NDArray[np.float32], *, precision: float, doubt: float = DOUBT
) -> float | None:
    """The lowest probability ``(n,)`` from which targets of 0 and 1 hold a share of ``precision`` that is no luck.

    The share of right ones among the texts from there on must have its lower bound of Clopper and Pearson (1934) at
    ``precision`` or above, one-sided at ``1 - doubt``: 44 right ones of 44 are the fewest for 0.9. None when no
    probability, down to 0.05, is enough.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    hits = np.cumsum(targets[order]).astype(np.float64)
    size = np.arange(1, len(ranked) + 1, dtype=np.float64)
    # The bound lies at or above the precision exactly when so many hits are this unlikely at that precision.
    luck = np.where(hits > 0, bdtrc(np.maximum(hits - 1.0, 0.0), size.astype(np.int64), precision), 1.0)
    # Texts of equal probability stand or fall together.
    last = np.append(ranked[1:] < ranked[:-1], True) if len(ranked) else np.zeros(0, dtype=bool)
    enough = np.flatnonzero((luck <= doubt) & last & (ranked >= _FLOOR))
    return float(ranked[enough[-1]]) if len(enough) else None

"""From the windows of a long text back to one row of scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.model.windows import Batch, Windows
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText


def pooled_logits(
    texts: Sequence[PreparedText],
    *,
    windows: Windows,
    taxonomy: Taxonomy,
    score: Callable[[Batch], NDArray[np.float32]],
    token_budget: int,
) -> NDArray[np.float32]:
    """Score texts window by window, shape ``(n_texts, n_labels)``; higher is more likely.

    ``score`` gives the logits ``(n_windows, n_labels)`` of a batch. Any-of labels take a text's highest
    window, because one sentence is enough for a cause; one-of labels take the mean weighted by tokens,
    because sentiment and severity speak of the whole.
    """
    width = len(taxonomy.labels)
    highest = np.full((len(texts), width), -np.inf, dtype=np.float32)
    summed = np.zeros((len(texts), width), dtype=np.float64)
    weight = np.zeros((len(texts), 1), dtype=np.float64)
    for batch in windows.batches(windows.cut(texts), token_budget=token_budget):
        logits = score(batch)
        tokens = batch.attention_mask.sum(axis=1, keepdims=True)
        np.maximum.at(highest, batch.rows, logits)
        np.add.at(summed, batch.rows, logits * tokens)
        np.add.at(weight, batch.rows, tokens)
    pooled = (summed / np.maximum(weight, 1.0)).astype(np.float32)
    for group in taxonomy:
        if group.kind == "any-of":
            columns = taxonomy.columns(group.id)
            pooled[:, columns] = highest[:, columns]
    return pooled

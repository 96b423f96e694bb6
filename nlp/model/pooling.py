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

    ``score`` gives the logits ``(n_windows, n_labels)`` of a batch.
    """
    logits = [np.zeros((0, len(taxonomy.labels)), dtype=np.float32)]
    tokens = [np.zeros(0, dtype=np.int64)]
    rows = [np.zeros(0, dtype=np.int64)]
    for batch in windows.batches(windows.cut(texts), token_budget=token_budget):
        logits.append(score(batch))
        tokens.append(batch.attention_mask.sum(axis=1))
        rows.append(batch.rows)
    return pool(
        np.concatenate(logits), np.concatenate(tokens), np.concatenate(rows), n_texts=len(texts), taxonomy=taxonomy
    )


def pool(
    logits: NDArray[np.float32],
    tokens: NDArray[np.int64],
    rows: NDArray[np.int64],
    *,
    n_texts: int,
    taxonomy: Taxonomy,
) -> NDArray[np.float32]:
    """One row per text ``(n_texts, n_labels)`` from the logits of windows ``(n_windows, n_labels)`` in any order.

    ``tokens`` and ``rows``, both ``(n_windows,)``, give each window's length and the text that it is of. Any-of
    labels take a text's highest window, because one sentence is enough for a cause; one-of labels take the mean
    weighted by tokens, because sentiment and severity speak of the whole.
    """
    width = logits.shape[1]
    highest = np.full((n_texts, width), -np.inf, dtype=np.float32)
    summed = np.zeros((n_texts, width), dtype=np.float64)
    weight = np.zeros((n_texts, 1), dtype=np.float64)
    np.maximum.at(highest, rows, logits)
    np.add.at(summed, rows, logits * tokens[:, None])
    np.add.at(weight, rows, tokens[:, None])
    pooled = (summed / np.maximum(weight, 1.0)).astype(np.float32)
    for group in taxonomy:
        if group.kind == "any-of":
            columns = taxonomy.columns(group.id)
            pooled[:, columns] = highest[:, columns]
    return pooled

"""A model for other threads, whose windows the engine scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.model.windows import Window
from nlp.serve.model import LoadedModel
from nlp.serve.sources import parts
from nlp.text.prepare import PreparedText
from nlp.types import Prediction

Score: TypeAlias = Callable[[Sequence[Window], int], NDArray[np.float32]]
"""Takes the windows of so many texts and blocks until it has their logits ``(n_texts, n_labels)``."""

_CHUNK_CHARS = 30_000
"""Characters of which windows exist at once; a block of very long texts would fill the memory."""


class BatchClassifier:
    """What jobs and evidence need of a classifier: fulfils ``jobs_work.JobClassifier`` and ``evidence.Scorer``."""

    def __init__(self, model: LoadedModel, score: Score, precision: float | None = None) -> None:
        self._model = model
        self._score = score
        self._precision = precision
        self.taxonomy = model.taxonomy
        self.name = model.at(precision).name
        self.folder: Path | None = model.folder

    def at_precision(self, precision: float) -> BatchClassifier:
        """The same, deciding at this precision; raises InputError for one that the model has no thresholds for."""
        return BatchClassifier(self._model, self._score, precision)

    def predict(self, texts: Sequence[PreparedText], /) -> list[Prediction]:
        """One prediction per text, in order; blocks. Raises NotReadyError when the server stops."""
        return self._model.decide(self._logits(texts), texts, self._precision)

    def predict_proba(self, texts: Sequence[PreparedText], /) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1]; blocks. Raises NotReadyError likewise."""
        return self._model.probabilities(self._logits(texts))

    def _logits(self, texts: Sequence[PreparedText]) -> NDArray[np.float32]:
        lengths = [len(text.customer) + len(text.agent) for text in texts]
        # Texts of one length stand together, so that batches need little padding.
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        rows = np.empty((len(texts), len(self.taxonomy.labels)), dtype=np.float32)
        for part in parts(order, lengths, _CHUNK_CHARS):
            rows[part] = self._score(self._model.cut([texts[index] for index in part]), len(part))
        return rows

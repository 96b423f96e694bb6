"""A loaded model as the engine uses it: texts to windows, windows to logits, logits to predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError
from nlp.model.classifier import ComplaintClassifier
from nlp.model.windows import Window
from nlp.serve.refusals import invalid
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.types import Prediction

_WARM_UP = "김단골입니다. 배송이 2주나 걸렸는데 상담원은 기다리라네요. 010-1234-5678, a@b.kr로 답 주세요."
"""Has what each finder of personal data looks for, so that their tables are built before the first caller comes."""


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model ready to score; requests hold the one that they began with, so a swap changes none of them.

    ``rate`` is the tokens per second of the warm-up, a first guess.
    """

    classifier: ComplaintClassifier
    folder: Path
    loaded_at: datetime
    rate: float

    @classmethod
    def load(cls, folder: str | Path, *, threads: int, shared: bool = False) -> LoadedModel:
        """Load a folder (or a hub id) and score a text, so that no caller pays for the first run. Raises ModelError.

        With ``shared`` the processes of a server hold the weights once.
        """
        classifier = ComplaintClassifier.from_pretrained(folder, threads=threads, shared=shared)
        return cls.of(classifier, folder=Path(folder))

    @classmethod
    def of(cls, classifier: ComplaintClassifier, *, folder: Path) -> LoadedModel:
        """A model around a classifier that is loaded already."""
        prepared = prepare(_WARM_UP)
        classifier.predict([prepared])
        begin = perf_counter()
        classifier.predict_logits([prepared])
        tokens = sum(len(window.ids) for window in classifier.cut([prepared]))
        rate = tokens / max(perf_counter() - begin, 1e-6)
        return cls(classifier=classifier, folder=folder, loaded_at=datetime.now(UTC), rate=rate)

    @property
    def name(self) -> str:
        """Version and digest."""
        return self.classifier.name

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels it gives."""
        return self.classifier.taxonomy

    def cut(self, texts: Sequence[PreparedText]) -> list[Window]:
        """Windows of all texts, in order; every text has at least one."""
        return self.classifier.cut(texts)

    def score(self, windows: Sequence[Window]) -> NDArray[np.float32]:
        """Logits ``(n_windows, n_labels)``; higher is more likely, no window depends on its neighbours."""
        return self.classifier.score(windows)

    def pool(self, logits: NDArray[np.float32], tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """One text's row ``(n_labels,)`` from its windows ``(n_windows, n_labels)`` of so many tokens."""
        return self.classifier.pool(logits, tokens)

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1]."""
        return self.classifier.decision.probabilities(logits, self.taxonomy)

    def decide(
        self, logits: NDArray[np.float32], texts: Sequence[PreparedText], precision: float | None = None
    ) -> list[Prediction]:
        """Predictions for texts from pooled logits ``(n_texts, n_labels)``, at a precision that was fitted."""
        return self.at(precision).decide(logits, texts)

    def at(self, precision: float | None) -> ComplaintClassifier:
        """The classifier that decides at this precision; raises InputError for one that was not fitted."""
        return self.classifier if precision is None else self.classifier.at_precision(precision)

    def check_precision(self, precision: float | None) -> None:
        """Raise InvalidError, naming the field, for a precision that was not fitted."""
        try:
            self.at(precision)
        except InputError as error:
            raise invalid(("precision", error.message)) from error

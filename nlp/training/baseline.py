"""The linear yardstick: TF-IDF of character n-grams and logistic regression, tuned as carefully as the model."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


class LinearBaseline:
    """One balanced logistic regression per label on character n-grams within and across words."""

    def __init__(self, *, c: float = 10.0) -> None:
        self.c = c
        self._vectorizers = [
            TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char", ngram_range=(2, 4), min_df=2, sublinear_tf=True),
        ]
        self._found: list[TfidfVectorizer] = []
        self._models: list[LogisticRegression | float] = []

    def fit(self, texts: Sequence[str], targets: NDArray[np.float32]) -> LinearBaseline:
        """Fit on targets ``(n_texts, n_labels)``: 1, 0, or NaN where a group is not labelled.

        Of texts so short that no n-gram stands in two of them, it learns how frequent each label is and no more.
        """
        self._found, parts = [], []
        for vectorizer in self._vectorizers:
            # No n-gram, or none that two texts share: the vectorizer raises nothing more particular.
            with suppress(ValueError):
                parts.append(vectorizer.fit_transform(texts))
                self._found.append(vectorizer)
        features = _beside(parts, n_texts=len(texts))
        self._models = [self._fit_label(features, targets[:, column]) for column in range(targets.shape[1])]
        return self

    def _fit_label(self, features: csr_matrix, target: NDArray[np.float32]) -> LogisticRegression | float:
        known = ~np.isnan(target)
        label = target[known] > 0.5
        if label.sum() in (0, len(label)) or not features.shape[1]:
            return float(label.mean()) if len(label) else 0.0
        # There are many more n-grams than texts: the dual problem has the same solution, nine times as fast.
        model = LogisticRegression(
            C=self.c, class_weight="balanced", solver="liblinear", dual=True, max_iter=1000, random_state=0
        )
        return model.fit(features[known], label)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Scores ``(n_texts, n_labels)`` in [0, 1]; higher is more likely."""
        features = _beside([vectorizer.transform(texts) for vectorizer in self._found], n_texts=len(texts))
        columns = [
            np.full(len(texts), model) if isinstance(model, float) else model.predict_proba(features)[:, 1]
            for model in self._models
        ]
        return np.stack(columns, axis=1).astype(np.float32)


def _beside(parts: Sequence[csr_matrix], *, n_texts: int) -> csr_matrix:
    return hstack(parts).tocsr() if parts else csr_matrix((n_texts, 0))

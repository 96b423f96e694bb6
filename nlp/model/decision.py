"""From logits to calibrated probabilities to decided labels: ``decision.json`` of a model folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError
from nlp.taxonomy import Taxonomy

FILE = "decision.json"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Calibration and thresholds by label id (``group:label``).

    A label's calibrated logit is ``(logit + bias) / temperature``; any-of labels pass it through the
    sigmoid, one-of groups through the softmax (Platt 1999; Guo et al. 2017, vector scaling). An any-of label
    is decided from its threshold on; a one-of group decides the label with the highest ratio of probability
    to threshold. ``confidence`` gives by group the confidence below which a person should look.
    ``max_length`` is the window in tokens.
    """

    temperature: Mapping[str, float]
    bias: Mapping[str, float]
    threshold: Mapping[str, float]
    confidence: Mapping[str, float]
    max_length: int

    @classmethod
    def neutral(cls, taxonomy: Taxonomy, *, max_length: int) -> Decision:
        """No calibration, thresholds of one half, nothing abstained."""
        return cls(
            temperature=dict.fromkeys(taxonomy.labels, 1.0),
            bias=dict.fromkeys(taxonomy.labels, 0.0),
            threshold=dict.fromkeys(taxonomy.labels, 0.5),
            confidence={group.id: 0.0 for group in taxonomy},
            max_length=max_length,
        )

    @classmethod
    def load(cls, folder: Path, taxonomy: Taxonomy) -> Decision:
        """Read ``decision.json`` and check that it speaks of the taxonomy's labels."""
        path = folder / FILE
        try:
            decision = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                "{path}: the decision file cannot be used ({error}); train or restore the model", path=path, error=error
            ) from error
        for name in ("temperature", "bias", "threshold"):
            missing = set(taxonomy.labels) ^ set(getattr(decision, name))
            if missing:
                raise ModelError(
                    "{path}: {name} and the taxonomy differ in {missing}",
                    path=path,
                    name=name,
                    missing=", ".join(sorted(missing)),
                )
        return decision

    def save(self, folder: Path) -> None:
        """Write ``decision.json``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    def probabilities(self, logits: NDArray[np.float32], taxonomy: Taxonomy) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1]; one-of groups sum to 1."""
        scaled = (logits + _row(self.bias, taxonomy)) / _row(self.temperature, taxonomy)
        result = np.empty_like(scaled, dtype=np.float32)
        for group in taxonomy:
            columns = taxonomy.columns(group.id)
            part = scaled[:, columns]
            if group.kind == "any-of":
                result[:, columns] = sigmoid(part)
            else:
                raised = np.exp(part - part.max(axis=1, keepdims=True))
                result[:, columns] = raised / raised.sum(axis=1, keepdims=True)
        return result

    def decide(self, probabilities: NDArray[np.float32], taxonomy: Taxonomy) -> NDArray[np.bool_]:
        """Decided labels ``(n_texts, n_labels)``; exactly one in every one-of group."""
        ratio = probabilities / _row(self.threshold, taxonomy)
        decided = ratio >= 1.0
        for group in taxonomy:
            if group.kind == "one-of":
                columns = taxonomy.columns(group.id)
                decided[:, columns] = False
                best = ratio[:, columns].argmax(axis=1) + columns.start
                decided[np.arange(len(probabilities)), best] = True
        return decided

    def abstained(
        self, probabilities: NDArray[np.float32], decided: NDArray[np.bool_], taxonomy: Taxonomy
    ) -> NDArray[np.bool_]:
        """Groups too uncertain to act on without a person, ``(n_texts, n_groups)``."""
        sure = group_confidence(probabilities, decided, taxonomy)
        bounds = np.array([self.confidence.get(group.id, 0.0) for group in taxonomy])
        return np.asarray(sure < bounds)


def group_confidence(
    probabilities: NDArray[np.float32], decided: NDArray[np.bool_], taxonomy: Taxonomy
) -> NDArray[np.float32]:
    """How far each group's decided labels may be trusted, ``(n_texts, n_groups)`` in [0, 1]; higher is surer.

    A one-of group is as sure as the probability of its decided label. An any-of group gives the overlap to
    expect between the labels decided and the true ones (Dice 1945, ``2 |A and B| / (|A| + |B|)``), a full stop
    after the last label counted in both: "none of them" is an answer, and two errors in three labels are
    worse than two in seven. Setting the least sure texts aside by it raises micro-F1 more than by the least
    certain label of a text or by the probability that all are right.
    """
    wrong = np.where(decided, 1.0 - probabilities, probabilities)
    columns = []
    for group in taxonomy:
        span = taxonomy.columns(group.id)
        if group.kind == "any-of":
            sizes = decided[:, span].sum(axis=1) + probabilities[:, span].sum(axis=1)
            columns.append(1.0 - wrong[:, span].sum(axis=1) / (sizes + 2.0))
        else:
            columns.append(np.where(decided[:, span], probabilities[:, span], 0.0).sum(axis=1))
    return np.stack(columns, axis=1).astype(np.float32)


def sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logistic function that does not overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)), dtype=np.float32)


def _row(by_label: Mapping[str, float], taxonomy: Taxonomy) -> NDArray[np.float32]:
    return np.array([by_label[label] for label in taxonomy.labels], dtype=np.float32)

"""From logits to calibrated probabilities to decided labels: ``decision.json`` of a model folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError, ModelError
from nlp.files import replacing
from nlp.taxonomy import Taxonomy

FILE = "decision.json"

NEVER = 2.0
"""A probability that no label reaches."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Calibration and thresholds by label id (``group:label``).

    A label's calibrated logit is ``(logit + bias) / temperature``; any-of labels pass it through the
    sigmoid, one-of groups through the softmax (Platt 1999; Guo et al. 2017, vector scaling). An any-of label
    is decided from its threshold on; a one-of group decides the label with the highest ratio of probability
    to threshold. ``confidence`` gives by group the confidence below which a person should look.
    ``max_length`` is the window in tokens. ``precision`` gives by precision ("0.9") and label the lowest probability
    from which so large a share of the decided texts has the label, None where no probability reaches it; older
    folders have none. ``least`` is the one of them in force, see ``at_precision``; it is no part of the file.
    """

    temperature: Mapping[str, float]
    bias: Mapping[str, float]
    threshold: Mapping[str, float]
    confidence: Mapping[str, float]
    max_length: int
    precision: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)

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
            tables = {f"precision {key}": found.keys() for key, found in decision.precision.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                "{path}: the decision file cannot be used ({error}); train or restore the model", path=path, error=error
            ) from error
        tables |= {name: getattr(decision, name) for name in ("temperature", "bias", "threshold")}
        for name, table in tables.items():
            missing = set(taxonomy.labels) ^ set(table)
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
        kept = {name: value for name, value in asdict(self).items() if name != "least" and value != {}}
        with replacing(folder / FILE) as stream:
            stream.write(json.dumps(kept, ensure_ascii=False, indent=2).encode() + b"\n")

    def at_precision(self, precision: float) -> Decision:
        """Decide so that about this share of the texts with a label has it: one of the precisions that were fitted.

        An any-of label is then decided from ``least`` on in place of its threshold. A one-of group keeps its label,
        but is left to a person below ``least``; so is an any-of group that loses a label by it. Raises InputError
        when this precision was not fitted.
        """
        if not self.precision:
            raise InputError(
                "precision {precision:g}: this model has no thresholds for a chosen precision; fit them on labelled "
                "rows with 'dangol calibrate'",
                precision=precision,
            )
        found = self.precision.get(f"{precision:g}")
        if found is None:
            raise InputError(
                "precision {precision:g}: this model has thresholds for {known}; choose one of them, or fit others "
                "with 'dangol calibrate --precision'",
                precision=precision,
                known=", ".join(self.precision),
            )
        return replace(self, least={label: NEVER if value is None else value for label, value in found.items()})

    @property
    def unreachable(self) -> tuple[str, ...]:
        """Labels that no probability makes sure enough for the precision in force; none of them is decided alone."""
        return tuple(label for label, value in self.least.items() if value >= NEVER)

    def calibrated(self, logits: NDArray[np.float32], taxonomy: Taxonomy) -> NDArray[np.float32]:
        """Calibrated logits ``(n_texts, n_labels)``; higher is more likely."""
        return np.asarray((logits + _row(self.bias, taxonomy)) / _row(self.temperature, taxonomy), dtype=np.float32)

    def probabilities(self, logits: NDArray[np.float32], taxonomy: Taxonomy) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1]; one-of groups sum to 1."""
        scaled = self.calibrated(logits, taxonomy)
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
        decided = self._likeliest(probabilities, taxonomy)
        for group in taxonomy if self.least else ():
            if group.kind == "any-of":
                columns = taxonomy.columns(group.id)
                decided[:, columns] = probabilities[:, columns] >= _row(self.least, taxonomy)[columns]
        return decided

    def _likeliest(self, probabilities: NDArray[np.float32], taxonomy: Taxonomy) -> NDArray[np.bool_]:
        """What the thresholds decide, whatever precision is in force."""
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
        unsure = np.asarray(sure < bounds)
        if self.least:
            short = self._likeliest(probabilities, taxonomy) & (probabilities < _row(self.least, taxonomy))
            unsure |= np.stack([short[:, taxonomy.columns(group.id)].any(axis=1) for group in taxonomy], axis=1)
        return unsure


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

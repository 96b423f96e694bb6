"""An earlier model whose predictions stand for labels, whatever labels the run adds to or leaves out of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.model.decision import Decision
from nlp.model.familiarity import Familiarity, token_counts
from nlp.model.windows import Windows
from nlp.taxonomy import Group, Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.calibration import fit_calibration


@dataclass(frozen=True)
class Teacher:
    """What ``model`` says of texts in the columns of ``taxonomy``.

    It knows the labels that both have; of a one-of group only when its labels are the same, for their probabilities
    sum to 1.
    """

    model: ComplaintClassifier
    taxonomy: Taxonomy

    @classmethod
    def load(cls, folder: Path, taxonomy: Taxonomy) -> Teacher:
        """Read a model folder; raises ModelError when it knows none of the labels of ``taxonomy``."""
        teacher = cls(ComplaintClassifier.from_pretrained(folder), taxonomy)
        if not teacher._known:
            raise ModelError(
                "{folder}: the teacher knows no label of this run's taxonomy; give a model that shares a group with it",
                folder=folder,
            )
        return teacher

    @property
    def groups(self) -> frozenset[str]:
        """The groups that it knows every label of."""
        return frozenset(
            group.id for group in self.taxonomy if all(f"{group.id}:{label}" in self._known for label in group.ids)
        )

    def predict_proba(self, texts: Sequence[PreparedText]) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1]; NaN for labels that it does not know."""
        given = self.model.predict_proba(texts)
        found = np.full((len(texts), len(self.taxonomy.labels)), np.nan, dtype=np.float32)
        for column, label in enumerate(self.taxonomy.labels):
            if label in self._known:
                found[:, column] = given[:, self._known[label]]
        return found

    def decision(self, logits: NDArray[np.float32], texts: Sequence[PreparedText], *, max_length: int) -> Decision:
        """Its thresholds, and the calibration that brings ``logits`` ``(n_texts, n_labels)`` of another model nearest
        to what it says of these texts; neutral for labels that it does not know.
        """
        own, groups = self.model.decision, self.groups
        neutral = Decision.neutral(self.taxonomy, max_length=max_length)
        threshold = {label: own.threshold[label] for label in self.taxonomy.labels if label in self._known}
        start = Decision(
            temperature=neutral.temperature,
            bias=neutral.bias,
            threshold={**neutral.threshold, **threshold},
            confidence={name: bound for name, bound in own.confidence.items() if name in groups},
            max_length=max_length,
            precision=own.precision,
        )
        return fit_calibration(logits, self.predict_proba(texts), self.taxonomy, start=start)

    def familiarity(self, seen: Sequence[PreparedText], windows: Windows) -> Familiarity | None:
        """What it knows, and the tokens of the texts ``seen`` by a model with these ``windows`` that learnt from it.

        None where it has none, reads other tokens, or has an any-of label that ``taxonomy`` lacks, on which its energy
        hangs.
        """
        own, groups = self.model.familiarity, self.model.taxonomy
        needed = {f"{group.id}:{label}" for group in groups if group.kind == "any-of" for label in group.ids}
        if own is None or not np.array_equal(own.letters, windows.letters) or not needed <= self._known.keys():
            return None
        added = token_counts(windows.korean_tokens(seen), n_tokens=windows.n_tokens)
        return replace(own, counts=own.counts + added)

    @cached_property
    def _known(self) -> Mapping[str, int]:
        """Labels of both, with their columns in what the model predicts."""
        columns = {label: column for column, label in enumerate(self.model.labels)}
        theirs = {group.id: group for group in self.model.taxonomy}
        return {
            f"{group.id}:{label}": columns[f"{group.id}:{label}"]
            for group in self.taxonomy
            if group.id in theirs
            for label in _shared(group, theirs[group.id])
        }


def _shared(group: Group, other: Group) -> frozenset[str]:
    shared = frozenset(group.ids) & frozenset(other.ids)
    alike = group.kind == other.kind and (group.kind == "any-of" or len(shared) == len(group.ids) == len(other.ids))
    return shared if alike else frozenset()

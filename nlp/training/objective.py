"""The loss of the flat multi-label head: sigmoid for any-of groups, softmax for one-of groups."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from nlp.taxonomy import Taxonomy

RARE_WEIGHT_POWER = 0.5
"""Rare labels weigh (1/rate) ** 0.5: the full inverse rate drowns the rest and ruins calibration."""

_WEIGHT_BOUNDS = (0.7, 8.0)


class Objective:
    """Weighted cross-entropy over the labelled groups of each text.

    Targets are ``(n_texts, n_labels)`` in [0, 1]; soft targets are allowed, NaN marks a group that is not
    labelled and is left out of the loss.
    """

    def __init__(self, taxonomy: Taxonomy, targets: NDArray[np.float32]) -> None:
        with np.errstate(invalid="ignore"):
            labelled = ~np.isnan(targets)
            rate = np.where(labelled, targets, 0.0).sum(axis=0) / np.maximum(labelled.sum(axis=0), 1)
        self.rate = rate.clip(0.002, 0.998).astype(np.float32)
        odds = ((1.0 - self.rate) / self.rate) ** RARE_WEIGHT_POWER
        self._positive = torch.tensor(odds.clip(*_WEIGHT_BOUNDS), dtype=torch.float32)
        any_of = [group for group in taxonomy if group.kind == "any-of"]
        self._any = [index for group in any_of for index in _indices(taxonomy, group.id)]
        self._one = [_indices(taxonomy, group.id) for group in taxonomy if group.kind == "one-of"]

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Four times the mean loss per label decision, a scalar; the factor keeps gradients near those of one task."""
        known = ~torch.isnan(targets)
        filled = torch.nan_to_num(targets)
        binary = functional.binary_cross_entropy_with_logits(
            logits[:, self._any],
            filled[:, self._any],
            pos_weight=self._positive[self._any].to(logits.device),
            reduction="none",
        )
        total = (binary * known[:, self._any]).sum() / len(logits)
        for columns in self._one:
            weight = self._class_weight(columns).to(logits.device)
            log_likelihood = torch.log_softmax(logits[:, columns], dim=1) * filled[:, columns] * weight
            total = total - log_likelihood.sum() / len(logits)
        return total * (4.0 / (len(self._any) + len(self._one)))

    def _class_weight(self, columns: list[int]) -> Tensor:
        weight = self.rate[columns] ** -RARE_WEIGHT_POWER
        return torch.tensor(weight / (weight * self.rate[columns]).sum()).clamp(max=5.0)


def _indices(taxonomy: Taxonomy, group_id: str) -> list[int]:
    span = taxonomy.columns(group_id)
    return list(range(span.start, span.stop))

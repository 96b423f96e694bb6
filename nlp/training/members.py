"""Several fits of one recipe that differ by their seed, and the average of their weights.

Members that begin at the same encoder and the same linear probe end in one basin of the loss: the mean of their
weights is often better than any of them and costs nothing more to run (model soups: Wortsman et al. 2022).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.errors import Message
from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.loop import Fitted, fit, predict_logits
from nlp.training.metrics import mean_average_precision
from nlp.training.out_of_fold import Say
from nlp.training.run import TrainingRun

Rows = tuple[Sequence[PreparedText], NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A fitted model with its logits ``(n_texts, n_labels)`` of the validation rows and their mean AP in [0, 1]."""

    name: str
    fitted: Fitted
    logits: NDArray[np.float32]
    score: float


def fit_members(
    run: TrainingRun, rows: Rows, *, base: str | Path, taxonomy: Taxonomy, validation: Rows, say: Say
) -> list[Member]:
    """Fit ``run.members`` models on ``rows``, with seeds from the run's on; with several, their average comes last.

    Each goes on from its checkpoint in the scratch folder.
    """
    members = []
    for seed in range(run.hyperparameters.seed, run.hyperparameters.seed + run.members):
        fitted = fit(
            *rows,
            base=base,
            taxonomy=taxonomy,
            hyperparameters=replace(run.hyperparameters, seed=seed),
            folder=run.scratch / f"seed-{seed}",
            validation=validation,
        )
        members.append(_member(f"seed {seed}", fitted, taxonomy, validation))
    if len(members) > 1:
        members.append(_member("average", averaged([member.fitted for member in members]), taxonomy, validation))
    for member in members:
        say(
            Message(
                "{name}: mean average precision {score:.4f} on validation rows", name=member.name, score=member.score
            )
        )
    return members


def averaged(members: Sequence[Fitted]) -> Fitted:
    """The model whose every weight is the mean of the members'; its epochs are their mean."""
    model = copy.deepcopy(members[0].model)
    states = [member.model.state_dict() for member in members]
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.stack([state[name] for state in states]).mean(dim=0))
    model.half().float()
    return replace(members[0], model=model, epochs=float(np.mean([member.epochs for member in members])))


def _member(name: str, fitted: Fitted, taxonomy: Taxonomy, validation: Rows) -> Member:
    logits = predict_logits(fitted, validation[0], taxonomy)
    neutral = Decision.neutral(taxonomy, max_length=fitted.windows.max_length)
    return Member(
        name=name,
        fitted=fitted,
        logits=logits,
        score=mean_average_precision(neutral.probabilities(logits, taxonomy), validation[1]),
    )

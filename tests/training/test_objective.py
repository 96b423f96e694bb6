from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

import torch

from nlp.taxonomy import Taxonomy
from nlp.training.objective import Objective

TAXONOMY = Taxonomy.load()


def _targets() -> np.ndarray:
    rest = {"recovery": "none", "response": [], "stage": [], "servqual": []}
    rows = [
        {"cause": ["price"], "sentiment": "negative", "severity": 1, **rest},
        {"cause": [], "sentiment": "positive", "severity": 0, **rest},
    ]
    return np.stack([TAXONOMY.encode(row) for row in rows])


def test_logits_that_say_the_targets_lose_less_than_logits_that_deny_them() -> None:
    targets = _targets()
    objective = Objective(TAXONOMY, targets)
    right = torch.tensor(targets * 8 - 4)

    assert objective(right, torch.tensor(targets)) < objective(-right, torch.tensor(targets))


def test_a_group_that_is_not_labelled_moves_no_gradient() -> None:
    targets = _targets()
    stage = TAXONOMY.columns("stage")
    severity = TAXONOMY.columns("severity")
    targets[:, stage] = np.nan
    targets[:, severity] = np.nan
    logits = torch.zeros(2, len(TAXONOMY.labels), requires_grad=True)

    Objective(TAXONOMY, targets)(logits, torch.tensor(targets)).backward()

    gradient = logits.grad.numpy()
    assert not gradient[:, stage].any()
    assert not gradient[:, severity].any()
    assert gradient[:, TAXONOMY.columns("cause")].any()


def test_a_rare_label_weighs_more_than_a_common_one() -> None:
    targets = np.tile(_targets()[1:], (100, 1))
    targets[0, TAXONOMY.column("cause", "ethics")] = 1
    targets[:60, TAXONOMY.column("cause", "price")] = 1
    objective = Objective(TAXONOMY, targets)
    logits = torch.zeros(1, len(TAXONOMY.labels), requires_grad=True)
    both = targets[0].copy()
    both[TAXONOMY.column("cause", "price")] = 1

    objective(logits, torch.tensor(both[None])).backward()

    gradient = logits.grad[0].abs()
    assert gradient[TAXONOMY.column("cause", "ethics")] > gradient[TAXONOMY.column("cause", "price")]

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the train extra")

from nlp.taxonomy import Taxonomy
from nlp.training.calibration import COVERAGE, best_threshold, fit_decision
from nlp.training.metrics import calibration_errors

TAXONOMY = Taxonomy.load()
N = 6000


def _world(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are three times too sharp and shifted, and targets drawn from the true probabilities."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-1.0, 1.5, size=(N, len(TAXONOMY.labels)))
    targets = np.zeros_like(true)
    for group in TAXONOMY:
        columns = TAXONOMY.columns(group.id)
        if group.kind == "any-of":
            targets[:, columns] = rng.random((N, len(group.ids))) < 1 / (1 + np.exp(-true[:, columns]))
        else:
            part = np.exp(true[:, columns])
            part /= part.sum(axis=1, keepdims=True)
            chosen = (part.cumsum(axis=1) > rng.random((N, 1))).argmax(axis=1)
            targets[np.arange(N), columns.start + chosen] = 1
    return (3.0 * true + 1.0).astype(np.float32), targets.astype(np.float32)


def test_temperature_and_bias_of_the_generating_model_are_found_again() -> None:
    logits, targets = _world()

    decision = fit_decision(logits, targets, TAXONOMY, max_length=32)

    for label in ("cause:price", "stage:order"):
        assert decision.temperature[label] == pytest.approx(3.0, rel=0.15)
        assert decision.bias[label] == pytest.approx(-1.0, abs=0.4)


def test_fitted_probabilities_are_calibrated_on_fresh_rows() -> None:
    decision = fit_decision(*_world(), TAXONOMY, max_length=32)
    logits, targets = _world(seed=1)

    ones = np.ones((1, len(targets)))

    before, _, _ = calibration_errors(1 / (1 + np.exp(-logits[:, 0])), targets[:, 0], ones)
    after, _, _ = calibration_errors(decision.probabilities(logits, TAXONOMY)[:, 0], targets[:, 0], ones)

    assert before > 0.1
    assert after < 0.03


def test_the_stated_share_of_texts_is_decided_without_a_person() -> None:
    logits, targets = _world()
    decision = fit_decision(logits, targets, TAXONOMY, max_length=32)
    probabilities = decision.probabilities(logits, TAXONOMY)

    abstained = decision.abstained(probabilities, decision.decide(probabilities, TAXONOMY), TAXONOMY)

    np.testing.assert_allclose(1 - abstained.mean(axis=0), COVERAGE, atol=0.01)


def test_a_group_whose_rows_have_one_label_does_not_send_every_text_to_a_person() -> None:
    logits, targets = _world()
    columns = TAXONOMY.columns("sentiment")
    logits[:, columns] = [30.0, 0.0, 0.0]
    targets[:, columns] = [1, 0, 0]

    decision = fit_decision(logits, targets, TAXONOMY, max_length=32)

    assert decision.confidence["sentiment"] == 0.999


def test_a_group_without_labels_stays_neutral() -> None:
    logits, targets = _world()
    targets[:, TAXONOMY.columns("stage")] = np.nan

    decision = fit_decision(logits, targets, TAXONOMY, max_length=32)

    assert decision.temperature["stage:order"] == 1.0
    assert decision.threshold["stage:order"] == 0.5


def test_the_best_threshold_separates_what_can_be_separated() -> None:
    probabilities = np.array([0.9, 0.8, 0.3, 0.2], dtype=np.float32)
    targets = np.array([1, 1, 0, 0], dtype=np.float32)

    threshold = np.float32(best_threshold(probabilities, targets))

    assert (probabilities >= threshold).tolist() == [True, True, False, False]


def test_a_label_that_nobody_has_keeps_one_half() -> None:
    assert best_threshold(np.array([0.2, 0.1], dtype=np.float32), np.zeros(2, dtype=np.float32)) == 0.5

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the train extra")

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy
from nlp.training.calibration import fit_decision
from nlp.training.precision import DOUBT, fit_precision, least_probability

TAXONOMY = Taxonomy.load()


def _ranked(right: int, wrong_below: int) -> tuple[np.ndarray, np.ndarray]:
    """``right`` texts that have the label above ``wrong_below`` that do not."""
    n = right + wrong_below
    targets = np.r_[np.ones(right), np.zeros(wrong_below)].astype(np.float32)
    return np.linspace(0.95, 0.1, n).astype(np.float32), targets


@pytest.mark.parametrize(("right", "reached"), [(43, False), (44, True)])
def test_forty_four_right_texts_of_forty_four_are_the_fewest_for_nine_in_ten(right: int, reached: bool) -> None:
    found = least_probability(*_ranked(right, 300), precision=0.9)

    assert (found is not None) == reached


def test_the_threshold_takes_in_as_many_texts_as_the_precision_allows() -> None:
    probabilities, targets = _ranked(400, 400)

    strict = least_probability(probabilities, targets, precision=0.9)
    loose = least_probability(probabilities, targets, precision=0.8)

    assert strict is not None
    assert loose is not None
    assert loose < strict < probabilities[399]
    assert targets[probabilities >= np.float32(strict)].mean() >= 0.9
    assert targets[probabilities >= np.float32(loose)].mean() == pytest.approx(0.84, abs=0.02)


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.sampled_from([0.7, 0.8, 0.9]))
def test_what_is_decided_has_a_clopper_pearson_bound_at_the_precision(seed: int, precision: float) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.random(300).astype(np.float32).round(2)
    targets = (rng.random(300) < probabilities**0.3).astype(np.float32)

    found = least_probability(probabilities, targets, precision=precision)

    if found is not None:
        chosen = targets[probabilities >= np.float32(found)]
        hits = chosen.sum()
        assert beta.ppf(DOUBT, hits, len(chosen) - hits + 1) >= precision - 1e-9


@pytest.mark.parametrize("targets", [np.zeros(50), np.zeros(0)])
def test_a_label_that_nobody_has_cannot_be_had_at_any_precision(targets: np.ndarray) -> None:
    assert least_probability(np.full(len(targets), 0.9, dtype=np.float32), targets, precision=0.8) is None


def test_a_one_of_label_is_judged_by_the_texts_that_get_it() -> None:
    decision = Decision.neutral(TAXONOMY, max_length=32)
    columns = TAXONOMY.columns("sentiment")
    probabilities = np.zeros((200, len(TAXONOMY.labels)), dtype=np.float32)
    targets = np.zeros_like(probabilities)
    probabilities[:, columns.start] = np.r_[np.full(100, 0.9), np.full(100, 0.4)]
    probabilities[:, columns.start + 1] = np.r_[np.full(100, 0.1), np.full(100, 0.6)]
    targets[:100, columns.start] = 1.0
    targets[100:, columns.start + 1] = 1.0

    least = fit_precision(probabilities, targets, decision, TAXONOMY, precision=0.9)

    assert least["sentiment:negative"] == pytest.approx(0.9)
    assert least["sentiment:neutral"] == pytest.approx(0.6)
    assert least["sentiment:positive"] is None
    assert set(least) == set(TAXONOMY.labels)


def test_fitting_again_from_a_decision_keeps_what_no_row_speaks_of() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(400, len(TAXONOMY.labels))).astype(np.float32) * 3
    targets = np.zeros_like(logits)
    for group in TAXONOMY:
        columns = TAXONOMY.columns(group.id)
        if group.kind == "any-of":
            targets[:, columns] = logits[:, columns] + rng.normal(size=(400, len(group.ids))) > 0
        else:
            targets[np.arange(400), columns.start + logits[:, columns].argmax(axis=1)] = 1
    first = fit_decision(logits, targets, TAXONOMY, max_length=32)
    targets[:, TAXONOMY.columns("stage")] = np.nan
    rare = TAXONOMY.column("cause", "ethics")
    targets[3:, rare] = 0

    again = fit_decision(logits - 1.0, targets, TAXONOMY, max_length=32, start=first, fewest=10)

    for name in ("temperature", "bias", "threshold", "confidence"):
        before, after = getattr(first, name), getattr(again, name)
        assert {key: value for key, value in after.items() if key.startswith("stage")} == {
            key: value for key, value in before.items() if key.startswith("stage")
        }
    assert again.precision["0.9"]["stage:order"] == first.precision["0.9"]["stage:order"]
    assert again.threshold["cause:ethics"] == first.threshold["cause:ethics"]
    shifted = again.probabilities(logits - 1.0, TAXONOMY)[:, TAXONOMY.column("cause", "price")]
    np.testing.assert_allclose(
        shifted, first.probabilities(logits, TAXONOMY)[:, TAXONOMY.column("cause", "price")], atol=0.05
    )

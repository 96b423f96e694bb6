from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.taxonomy import Taxonomy
from nlp.training.evaluation import evaluate, macro_f1_difference
from nlp.training.metrics import (
    average_precision,
    bootstrap_weights,
    calibration_error,
    counts,
    f1,
    mean_average_precision,
    quadratic_weighted_kappa,
)

ONES = np.ones((1, 4))
TAXONOMY = Taxonomy.load()


def test_f1_of_two_rows_that_can_be_checked_by_eye() -> None:
    decided = np.array([[True, False], [True, True]])
    targets = np.array([[1, 0], [0, 1]], dtype=np.float32)

    scores = f1(*counts(decided, targets, np.ones((1, 2))))

    np.testing.assert_allclose(scores, [[2 / 3, 1.0]])


def test_rows_whose_group_is_not_labelled_count_for_nothing() -> None:
    decided = np.array([[True], [True]])
    targets = np.array([[1], [np.nan]], dtype=np.float32)

    np.testing.assert_allclose(f1(*counts(decided, targets, np.ones((1, 2)))), [[1.0]])


def test_average_precision_matches_a_worked_example() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6], dtype=np.float32)
    targets = np.array([1, 0, 1, 0], dtype=np.float32)

    np.testing.assert_allclose(average_precision(scores, targets, ONES), [(1 + 2 / 3) / 2])


def test_average_precision_agrees_with_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics", reason="needs the train extra")
    rng = np.random.default_rng(1)
    scores, targets = rng.random((200, 1)).astype(np.float32), (rng.random((200, 1)) < 0.2).astype(np.float32)

    ours = mean_average_precision(scores, targets)

    assert ours == pytest.approx(sklearn.average_precision_score(targets[:, 0], scores[:, 0]), abs=1e-6)


def test_texts_of_equal_score_stand_at_one_threshold_whatever_their_order() -> None:
    sklearn = pytest.importorskip("sklearn.metrics", reason="needs the train extra")
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.1], dtype=np.float32)
    targets = np.array([0.0, 1.0, 0.0, 1.0, 1.0], dtype=np.float32)

    for order in (np.arange(5), np.arange(5)[::-1], np.array([0, 2, 1, 3, 4])):
        ours = average_precision(scores[order], targets[order], ONES[:, :1].repeat(5, axis=1))
        np.testing.assert_allclose(ours, sklearn.average_precision_score(targets, scores), atol=1e-9)


def test_a_label_without_positives_has_no_average_precision() -> None:
    assert np.isnan(average_precision(np.ones(4, dtype=np.float32), np.zeros(4, dtype=np.float32), ONES)).all()


def test_perfectly_calibrated_probabilities_have_an_error_near_zero_and_shifted_ones_have_not() -> None:
    rng = np.random.default_rng(0)
    true = rng.random(20_000).astype(np.float32)
    labels = (rng.random(20_000) < true).astype(np.float32)

    assert calibration_error(true, labels) < 0.01
    assert calibration_error(np.clip(true + 0.1, 0, 1), labels) > 0.07


def test_kappa_is_one_for_agreement_and_falls_with_the_square_of_the_distance() -> None:
    actual = np.array([0, 1, 2, 3])

    def kappa(decided: list[int]) -> float:
        return float(quadratic_weighted_kappa(np.array(decided), actual, ONES, levels=4)[0])

    assert kappa([0, 1, 2, 3]) == pytest.approx(1.0)
    assert kappa([1, 1, 2, 3]) > kappa([2, 1, 2, 3]) > kappa([3, 2, 1, 0])


@given(st.integers(2, 50))
def test_every_bootstrap_resample_holds_as_many_texts_as_the_sample(n: int) -> None:
    weights = bootstrap_weights(n, 5, np.random.default_rng(0))

    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == n).all()


def _perfect(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    targets = np.zeros((n, len(TAXONOMY.labels)), dtype=np.float32)
    for group in TAXONOMY:
        columns = TAXONOMY.columns(group.id)
        if group.kind == "any-of":
            targets[:, columns] = rng.random((n, len(group.ids))) < 0.3
        else:
            targets[np.arange(n), columns.start + rng.integers(len(group.ids), size=n)] = 1
    return targets, targets.astype(bool)


def test_perfect_decisions_score_one_everywhere() -> None:
    targets, decided = _perfect(120)

    result = evaluate(targets, decided, targets, TAXONOMY, rng=np.random.default_rng(0), resamples=50)

    assert {group.macro_f1.value for group in result.groups.values()} == {1.0}
    assert result.groups["severity"].kappa is not None
    assert result.groups["severity"].kappa.value == pytest.approx(1.0)
    assert result.groups["sentiment"].kappa is None
    assert all(row.f1.low <= row.f1.value <= row.f1.high for row in result.labels.values())


def test_labels_with_few_positives_do_not_count_towards_the_macro_figure() -> None:
    targets, decided = _perfect(120)
    price = TAXONOMY.column("cause", "price")
    targets[:, price] = 0
    targets[:3, price] = 1
    decided = targets.astype(bool)
    decided[:3, price] = False

    result = evaluate(targets, decided, targets, TAXONOMY, rng=np.random.default_rng(0), resamples=50)

    assert result.groups["cause"].macro_f1.value == 1.0
    assert result.groups["cause"].macro_f1_all.value == pytest.approx(6 / 7)


def test_the_paired_difference_of_equal_decisions_is_zero_with_no_width() -> None:
    targets, decided = _perfect(60)

    difference = macro_f1_difference(
        decided, decided, targets, TAXONOMY, "cause", rng=np.random.default_rng(0), resamples=50
    )

    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)

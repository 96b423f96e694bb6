from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlp.taxonomy import Taxonomy
from nlp.training import metrics
from nlp.training.evaluation import evaluate, macro_f1_difference, reliability
from nlp.training.figures import Evaluation
from nlp.training.metrics import (
    average_precision,
    bootstrap_weights,
    calibration_errors,
    counts,
    f1,
    mean_average_precision,
    quadratic_weighted_kappa,
)
from nlp.wom.estimates import wilson

ONES = np.ones((1, 4))
TAXONOMY = Taxonomy.load()


def _calibration_error(probabilities: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    return calibration_errors(probabilities, targets, np.ones((1, len(targets))))[0]


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

    assert _calibration_error(true, labels) < 0.01
    assert _calibration_error(np.clip(true + 0.1, 0, 1), labels) > 0.07


def test_noise_alone_is_no_calibration_error_however_few_the_texts() -> None:
    """Without debiasing these perfect probabilities would seem to err by about 0.1."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(200):
        true = rng.random(300).astype(np.float32)
        found.append(_calibration_error(true, (rng.random(300) < true).astype(np.float32)) ** 2)

    assert np.sqrt(np.mean(found)) < 0.05


def test_the_calibration_error_of_forty_texts_can_be_worked_out_by_hand() -> None:
    """Two bins: 4 of 20 at 0.1, 15 of 20 at 0.9; gaps of 0.1 and 0.15 less the variance of each rate."""
    probabilities = np.repeat([0.1, 0.9], 20).astype(np.float32)
    targets = np.array([1] * 4 + [0] * 16 + [1] * 15 + [0] * 5, dtype=np.float32)

    squared = ((0.1**2 - 0.2 * 0.8 / 19) + (0.15**2 - 0.75 * 0.25 / 19)) / 2

    assert _calibration_error(probabilities, targets) == pytest.approx(np.sqrt(squared), abs=1e-6)
    assert np.isnan(_calibration_error(probabilities[1:], targets[1:]))


@pytest.mark.parametrize(("shift", "true"), [(0.0, 0.0), (0.1, 0.1)])
def test_the_interval_of_the_calibration_error_holds_the_true_error(shift: float, true: float) -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        chance = rng.uniform(0.1, 0.9, 600).astype(np.float32)
        targets = (rng.random(600) < chance).astype(np.float32)
        value, low, high = calibration_errors(chance + np.float32(shift), targets, bootstrap_weights(600, 150, rng))
        assert low <= value <= high
        held += low - 1e-6 <= true <= high + 1e-6

    assert held >= 53


def test_few_resamples_at_a_time_give_the_figures_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    n = 300
    probabilities = rng.random((n, len(TAXONOMY.labels))).astype(np.float32)
    targets = np.tile(TAXONOMY.encode({}), (n, 1))
    targets[:, TAXONOMY.columns("cause")] = rng.random((n, 7)) < 0.3
    targets[:, TAXONOMY.columns("severity")] = np.eye(4)[rng.integers(0, 4, n)]

    def found() -> dict[str, object]:
        return evaluate(
            probabilities,
            probabilities > 0.5,
            targets,
            TAXONOMY,
            rng=np.random.default_rng(0),
            resamples=50,
            abstained=probabilities[:, : len(TAXONOMY.groups)] > 0.9,
        ).to_dict()

    whole = found()
    weights = bootstrap_weights(n, 50, np.random.default_rng(0))
    np.testing.assert_array_equal(weights[1:], np.random.default_rng(0).multinomial(n, np.full(n, 1.0 / n), size=50))
    monkeypatch.setattr(metrics, "_AT_ONCE", 7 * n)

    assert found() == whole
    np.testing.assert_array_equal(bootstrap_weights(n, 50, np.random.default_rng(0)), weights)


def test_kappa_is_one_for_agreement_and_falls_with_the_square_of_the_distance() -> None:
    actual = np.array([0, 1, 2, 3])

    def kappa(decided: list[int]) -> float:
        return float(quadratic_weighted_kappa(np.array(decided), actual, ONES, levels=4)[0])

    assert kappa([0, 1, 2, 3]) == pytest.approx(1.0)
    assert kappa([1, 1, 2, 3]) > kappa([2, 1, 2, 3]) > kappa([3, 2, 1, 0])


def test_agreement_beyond_chance_is_unknown_where_there_is_but_one_level() -> None:
    same = np.array([2, 2, 2, 2])

    assert np.isnan(quadratic_weighted_kappa(same, same, np.array([[1.0] * 4, [0.0] * 4]), levels=4)).all()


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


def test_an_evaluation_survives_the_way_through_json_with_figures_that_cannot_be_computed() -> None:
    targets, decided = _perfect(40)
    price = TAXONOMY.columns("cause").start
    targets[:, price], decided[:, price] = 0, False
    targets[:, TAXONOMY.columns("stage")] = np.nan

    result = evaluate(
        targets,
        decided,
        targets,
        TAXONOMY,
        rng=np.random.default_rng(0),
        resamples=20,
        abstained=np.zeros((40, len(TAXONOMY.groups)), dtype=bool),
        fields={"domain": ["은행"] * 30 + [""] * 10},
    )
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))

    assert plain["labels"]["cause:price"]["precision"]["value"] is None
    assert "stage" not in plain["groups"]
    assert [item["n_texts"] for item in plain["slices"]["domain"]] == [30]
    assert Evaluation.from_dict(plain).to_dict() == plain


@pytest.mark.parametrize("n", [1, 7, 30])
def test_a_file_of_a_few_rows_is_evaluated(n: int) -> None:
    targets, decided = _perfect(n)

    result = evaluate(targets, decided, targets, TAXONOMY, rng=np.random.default_rng(0), resamples=20)

    assert result.groups["sentiment"].micro_f1.value == 1.0
    assert np.isnan(result.labels["cause:price"].calibration.value)
    assert sum(result.labels["cause:price"].reliability.n) == n


def test_points_of_a_reliability_curve_stand_on_twenty_texts_and_lose_none() -> None:
    rng = np.random.default_rng(7)
    chance = rng.beta(0.3, 3, 500).astype(np.float32)
    found = reliability(chance, (rng.random(500) < chance).astype(np.float32))

    assert min(found.n) >= 20
    assert sum(found.n) == 500
    assert list(found.curve.x) == sorted(found.curve.x)
    assert all(
        low <= share <= high
        for low, share, high in zip(found.curve.low, found.curve.value, found.curve.high, strict=True)
    )


def test_a_sample_without_an_error_does_not_promise_that_there_never_is_one() -> None:
    targets, decided = _perfect(30)

    result = evaluate(targets, decided, targets, TAXONOMY, rng=np.random.default_rng(0), resamples=50)

    sentiment = result.groups["sentiment"].micro_f1
    assert (sentiment.value, sentiment.high) == (1.0, 1.0)
    assert 0.85 < sentiment.low < 0.99
    row = result.labels["sentiment:negative"]
    assert row.recall.low == pytest.approx(wilson(row.support, row.support).low)

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_taxonomy import TAXONOMY

from nlp.errors import InputError, ModelError
from nlp.model.decision import Decision, group_confidence

NEUTRAL = Decision.neutral(TAXONOMY, max_length=32)


def _row(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float32)


def test_any_of_labels_are_decided_from_their_own_threshold_on() -> None:
    decision = replace(NEUTRAL, threshold={**NEUTRAL.threshold, "cause:wait": 0.2})

    decided = decision.decide(_row(0.4, 0.2, 0.9, 0.1), TAXONOMY)

    assert decided.tolist() == [[False, True, True, False]]


def test_a_one_of_group_decides_the_highest_ratio_of_probability_to_threshold() -> None:
    decision = replace(NEUTRAL, threshold={**NEUTRAL.threshold, "mood:good": 0.25})

    assert decision.decide(_row(0, 0, 0.6, 0.4), TAXONOMY).tolist() == [[False, False, False, True]]


def test_temperature_and_bias_move_a_probability_as_written() -> None:
    decision = replace(
        NEUTRAL,
        temperature={**NEUTRAL.temperature, "cause:price": 2.0},
        bias={**NEUTRAL.bias, "cause:price": 1.0},
    )

    probability = decision.probabilities(_row(3.0, 0, 0, 0), TAXONOMY)[0, 0]

    assert probability == pytest.approx(1 / (1 + np.exp(-(3.0 + 1.0) / 2.0)))


@given(arrays(np.float32, (3, 4), elements=st.floats(-60, 60, width=32)))
def test_probabilities_lie_in_the_unit_interval_and_one_of_groups_sum_to_one(logits: np.ndarray) -> None:
    probabilities = NEUTRAL.probabilities(logits, TAXONOMY)

    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    np.testing.assert_allclose(probabilities[:, 2:].sum(axis=1), 1.0, rtol=1e-5)


@given(arrays(np.float32, (3, 4), elements=st.floats(-60, 60, width=32)))
def test_exactly_one_label_of_a_one_of_group_is_decided(logits: np.ndarray) -> None:
    decided = NEUTRAL.decide(NEUTRAL.probabilities(logits, TAXONOMY), TAXONOMY)

    assert (decided[:, 2:].sum(axis=1) == 1).all()


def test_confidence_is_the_overlap_to_expect_in_any_of_groups_and_a_probability_in_one_of_groups() -> None:
    probabilities = _row(0.9, 0.4, 0.7, 0.3)
    decided = NEUTRAL.decide(probabilities, TAXONOMY)

    overlap = 1 - (0.1 + 0.4) / (1 + (0.9 + 0.4) + 2)
    np.testing.assert_allclose(group_confidence(probabilities, decided, TAXONOMY), [[overlap, 0.7]], rtol=1e-6)


def test_equal_doubt_weighs_less_where_more_labels_are_decided() -> None:
    one, two = _row(0.9, 0.1, 1, 0), _row(0.9, 0.9, 1, 0)
    sure = [group_confidence(row, NEUTRAL.decide(row, TAXONOMY), TAXONOMY)[0, 0] for row in (one, two)]

    assert sure[0] < sure[1] < 1


@given(
    arrays(np.float32, (3, 4), elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, (3, 4)),
)
def test_confidence_lies_in_the_unit_interval_whatever_is_decided(
    probabilities: np.ndarray, decided: np.ndarray
) -> None:
    sure = group_confidence(probabilities, decided, TAXONOMY)[:, 0]

    assert ((sure > 0) & (sure <= 1)).all()


@given(st.floats(0, 1), st.floats(0.5, 1), st.floats(0, 0.499))
def test_confidence_grows_as_a_decision_becomes_certain(other: float, on: float, off: float) -> None:
    def sure(*causes: float) -> float:
        row = _row(*causes, 1, 0)
        return float(group_confidence(row, NEUTRAL.decide(row, TAXONOMY), TAXONOMY)[0, 0])

    assert sure(other, on) <= sure(other, 1.0) + 1e-6
    assert sure(other, off) <= sure(other, 0.0) + 1e-6


def test_texts_below_the_confidence_bound_are_left_to_a_person() -> None:
    decision = replace(NEUTRAL, confidence={"cause": 0.89, "mood": 0.65})
    probabilities = _row(0.9, 0.4, 0.7, 0.3)

    abstained = decision.abstained(probabilities, decision.decide(probabilities, TAXONOMY), TAXONOMY)

    assert abstained.tolist() == [[True, False]]


def test_a_text_at_the_confidence_bound_is_decided() -> None:
    decision = replace(NEUTRAL, confidence={"cause": 0.0, "mood": 0.75})
    probabilities = _row(0.5, 0.5, 0.75, 0.25)

    assert not decision.abstained(probabilities, decision.decide(probabilities, TAXONOMY), TAXONOMY).any()


def test_a_decision_survives_the_round_trip_through_its_file(tmp_path: Path) -> None:
    NEUTRAL.save(tmp_path)

    assert Decision.load(tmp_path, TAXONOMY) == NEUTRAL


@pytest.mark.parametrize("text", ["", "{}", '{"temperature": 1}', "[1]"])
def test_an_unusable_decision_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "decision.json").write_text(text, encoding="utf-8")

    with pytest.raises(ModelError, match=r"decision\.json"):
        Decision.load(tmp_path, TAXONOMY)


def test_a_decision_of_another_taxonomy_names_the_labels_that_differ(tmp_path: Path) -> None:
    NEUTRAL.save(tmp_path)
    table = json.loads((tmp_path / "decision.json").read_text(encoding="utf-8"))
    del table["threshold"]["cause:wait"]
    (tmp_path / "decision.json").write_text(json.dumps(table), encoding="utf-8")

    with pytest.raises(ModelError, match="cause:wait"):
        Decision.load(tmp_path, TAXONOMY)


PRECISE = replace(
    NEUTRAL,
    precision={"0.9": {"cause:price": 0.7, "cause:wait": None, "mood:bad": 0.8, "mood:good": 0.3}},
)


def test_at_a_chosen_precision_an_any_of_label_needs_its_least_probability() -> None:
    sure = PRECISE.at_precision(0.9)

    assert sure.decide(_row(0.6, 0.99, 0.9, 0.1), TAXONOMY)[0, :2].tolist() == [False, False]
    assert sure.decide(_row(0.7, 0.99, 0.9, 0.1), TAXONOMY)[0, :2].tolist() == [True, False]
    assert sure.unreachable == ("cause:wait",)


def test_a_group_that_the_precision_makes_doubtful_is_left_to_a_person() -> None:
    sure = PRECISE.at_precision(0.9)
    for probabilities, expected in (
        (_row(0.6, 0.1, 0.9, 0.1), [True, False]),  # 가격 would be decided, but not surely enough
        (_row(0.9, 0.1, 0.75, 0.25), [False, True]),  # the mood keeps its label, but a person looks
        (_row(0.9, 0.1, 0.45, 0.55), [False, False]),
        (_row(0.1, 0.9, 0.9, 0.1), [True, False]),  # nothing makes 기다림 sure enough
    ):
        decided = sure.decide(probabilities, TAXONOMY)
        assert decided[0, 2:].sum() == 1
        assert sure.abstained(probabilities, decided, TAXONOMY).tolist() == [expected]


def test_a_precision_below_that_of_the_threshold_takes_in_more() -> None:
    loose = replace(PRECISE, precision={"0.5": dict.fromkeys(TAXONOMY.labels, 0.2)}).at_precision(0.5)

    assert loose.decide(_row(0.3, 0.1, 0.9, 0.1), TAXONOMY).tolist() == [[True, False, True, False]]


def test_a_precision_that_was_not_fitted_is_refused_with_those_that_were() -> None:
    with pytest.raises(InputError, match=r"0\.7.*0\.9"):
        PRECISE.at_precision(0.7)
    with pytest.raises(InputError, match="dangol calibrate"):
        NEUTRAL.at_precision(0.9)


def test_thresholds_for_a_precision_survive_the_file_and_the_choice_does_not(tmp_path: Path) -> None:
    PRECISE.at_precision(0.9).save(tmp_path)

    assert Decision.load(tmp_path, TAXONOMY) == PRECISE


def test_a_file_without_precisions_is_that_of_an_older_model(tmp_path: Path) -> None:
    NEUTRAL.save(tmp_path)

    assert "precision" not in json.loads((tmp_path / "decision.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("precision", [3, {"0.9": 3}, {"0.9": {"cause:price": 0.5}}])
def test_unusable_precisions_are_named(tmp_path: Path, precision: object) -> None:
    NEUTRAL.save(tmp_path)
    table = json.loads((tmp_path / "decision.json").read_text(encoding="utf-8"))
    (tmp_path / "decision.json").write_text(json.dumps(table | {"precision": precision}), encoding="utf-8")

    with pytest.raises(ModelError, match=r"decision\.json"):
        Decision.load(tmp_path, TAXONOMY)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.training.metrics import bootstrap_weights
from nlp.training.selective import COVERAGES, kept_shares, selective

ONES = np.ones((1, 20))


def _twenty() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One label that all texts have; the surest 15 are given it, the other 5 are not."""
    decided = np.arange(20)[:, None] < 15
    return np.linspace(1, 0, 20, dtype=np.float32), decided, np.ones((20, 1), dtype=np.float32)


def test_setting_aside_the_least_sure_texts_raises_f1_by_what_they_lacked() -> None:
    found = selective(*_twenty(), ONES)

    assert found.micro_f1.value[-1] == pytest.approx(2 * 15 / (15 + 20))
    assert found.at_80.value == pytest.approx(2 * 15 / (15 + 16))
    assert found.gain.value == pytest.approx(2 * 15 / 31 - 30 / 35)
    assert found.error.value[-1] == 0.25
    assert found.error.value[14] == 0.0
    assert found.error_area.value == pytest.approx(np.mean([0.0] * 15 + [1 / 16, 2 / 17, 3 / 18, 4 / 19, 5 / 20]))


def test_texts_of_equal_confidence_are_set_aside_alike_whatever_their_order() -> None:
    confidence, decided, targets = _twenty()
    confidence[:] = 0.5

    one = selective(confidence, decided, targets, ONES)
    other = selective(confidence, decided[::-1], targets[::-1], ONES)

    np.testing.assert_allclose(one.micro_f1.value, other.micro_f1.value)
    assert one.error.value == pytest.approx([0.25] * 20)


@given(st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.9]), min_size=1, max_size=40))
def test_as_much_is_answered_as_the_coverage_says_and_the_surer_before_the_less_sure(levels: list[float]) -> None:
    confidence = np.array(levels, dtype=np.float32)
    kept = kept_shares(confidence, COVERAGES)

    np.testing.assert_allclose(kept.sum(axis=0), COVERAGES * len(levels))
    assert (np.diff(kept[np.argsort(-confidence)], axis=0) <= 1e-12).all()
    assert (np.diff(kept, axis=1) >= 0).all()


def test_texts_without_the_groups_labels_count_for_nothing() -> None:
    confidence, decided, targets = _twenty()
    more = np.full((5, 1), np.nan, dtype=np.float32)
    joined = selective(
        np.concatenate([confidence, np.ones(5, dtype=np.float32)]),
        np.concatenate([decided, np.ones((5, 1), dtype=bool)]),
        np.concatenate([targets, more]),
        np.ones((1, 25)),
    )

    alone = selective(confidence, decided, targets, ONES)
    np.testing.assert_allclose(joined.micro_f1.value, alone.micro_f1.value)
    np.testing.assert_allclose(joined.error.value, alone.error.value)


def test_what_is_left_to_a_person_is_measured_apart() -> None:
    confidence, decided, targets = _twenty()
    found = selective(confidence, decided, targets, ONES, abstained=confidence < 0.2)

    assert found.abstention is not None
    assert found.abstention.share.value == 4 / 20
    assert found.abstention.answered.value == pytest.approx(2 * 15 / 31)
    assert found.abstention.left.value == 0.0
    assert found.abstention.caught.value == 4 / 5


def test_without_errors_or_labels_nothing_is_said_of_them() -> None:
    none = np.zeros((20, 1))
    found = selective(
        _twenty()[0], none.astype(bool), none.astype(np.float32), ONES, abstained=np.zeros(20, dtype=bool)
    )

    assert np.isnan(found.area.value)
    assert found.error_area.value == 0.0
    assert found.abstention is not None
    assert np.isnan(found.abstention.caught.value)


def test_intervals_hold_their_values() -> None:
    rng = np.random.default_rng(0)
    targets = (rng.random((200, 3)) < 0.4).astype(np.float32)
    decided = (targets > 0.5) ^ (rng.random((200, 3)) < 0.2)
    found = selective(rng.random(200).astype(np.float32), decided, targets, bootstrap_weights(200, 200, rng))

    for low, value, high in zip(found.micro_f1.low, found.micro_f1.value, found.micro_f1.high, strict=True):
        assert low <= value <= high
    assert found.gain.low <= found.gain.value <= found.gain.high

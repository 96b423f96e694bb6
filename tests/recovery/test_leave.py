from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recovery_tables import NOW, TAXONOMY, document, table

from nlp.recovery.cases import group_cases
from nlp.recovery.leave import (
    Effect,
    Terms,
    centred_purchases,
    kept_share,
    leave,
    relative_hazard,
    sigmoid,
    still_ahead,
)
from nlp.recovery.priors import Priors

VALUES = Priors.load().values()
TERMS = Terms.of(TAXONOMY, tuple(VALUES))
logits = st.floats(-6, 6)


def effect(major: float = 0.0, factor: float = 1.0, left: bool = False) -> Effect:
    return Effect(major=np.array([major]), factor=np.array([factor]), left=np.array([left]))


@given(
    base=logits,
    added=logits,
    ahead=st.floats(0.01, 1),
    major=st.floats(0, 1),
    factor=st.floats(0, 1),
    left=st.booleans(),
)
def test_recovery_lies_between_ignoring_and_no_failure(
    base: float, added: float, ahead: float, major: float, factor: float, left: bool
) -> None:
    found = leave(
        base=np.array([base]),
        added=np.array([added]),
        ahead=np.array([ahead]),
        effect=effect(major, factor, left),
        values=VALUES,
    )
    if added >= 0 or left:
        assert found.without <= found.fast + 1e-12
        assert found.fast <= found.slow + 1e-12
        assert found.slow <= found.ignored + 1e-12
    else:
        assert found.fast == found.slow == pytest.approx(found.ignored)


@pytest.mark.parametrize(
    ("loss", "speed", "share"),
    [
        ("minor", "satisfied", 1 - log(0.70) / log(0.46)),
        ("minor", "quickly", 1 - log(0.95) / log(0.46)),
        ("major", "satisfied", 1 - log(0.54) / log(0.19)),
        ("major", "quickly", 1 - log(0.82) / log(0.19)),
    ],
)
def test_the_share_kept_is_that_of_the_published_table_shrunk_to_behaviour(loss: str, speed: str, share: float) -> None:
    assert kept_share(VALUES, loss=loss, speed=speed) == pytest.approx(share * VALUES["recovery.behaviour"])


def test_a_complaint_fades_and_an_unknown_day_does_not() -> None:
    ahead = still_ahead(np.array([0.0, VALUES["timing.fading_days"], np.nan]), VALUES)
    assert ahead == pytest.approx([1.0, np.exp(-1.0), 1.0])


def test_regular_customers_leave_less_easily_and_unknown_ones_are_average() -> None:
    purchases = np.array([0.0, 5.0, 50.0, np.nan])
    centred = centred_purchases(purchases)
    assert centred[:3].sum() == pytest.approx(0.0)
    hazard = relative_hazard(centred, VALUES)
    assert hazard[0] > hazard[1] > hazard[2]
    assert hazard[3] == pytest.approx(1.0)


def test_without_any_count_everybody_is_average() -> None:
    assert relative_hazard(centred_purchases(np.full(3, np.nan)), VALUES) == pytest.approx([1.0, 1.0, 1.0])


@given(st.floats(-800, 800))
def test_the_logistic_function_is_symmetric_and_does_not_overflow(x: float) -> None:
    both = sigmoid(np.array([x, -x]))
    assert both.sum() == pytest.approx(1.0)
    assert ((both >= 0) & (both <= 1)).all()


def test_draws_keep_the_classifiers_probabilities_and_its_logic() -> None:
    data = table(document(severity="2", sure=0.7, cause=["price"], response=["voice"], recovery="failed"))
    cases = group_cases(data, now=NOW, window_days=60.0)
    expected = np.repeat(TERMS.expected(cases, window_days=60.0), 40_000, axis=0)
    drawn = TERMS.draw(expected, np.random.default_rng(0))
    assert drawn.shape == expected.shape
    assert set(np.unique(drawn)) <= {0.0, 1.0}
    names = TERMS.names
    first, second = names.index("severity:1"), names.index("severity:2")
    assert (drawn[:, second] <= drawn[:, first]).all()
    assert (drawn[:, names.index("cause:price")] <= drawn[:, first]).all()
    outcomes = drawn[:, [names.index("recovery:failed"), names.index("recovery:recovered")]]
    assert outcomes.sum(axis=1).max() == 1.0
    assert drawn.mean(axis=0) == pytest.approx(expected[0], abs=0.012)


def test_reaching_a_level_adds_to_reaching_the_one_below() -> None:
    data = table(document(severity="2", sure=1.0))
    x = TERMS.expected(group_cases(data, now=NOW, window_days=60.0), window_days=60.0)
    reached = {name: x[0, position] for position, name in enumerate(TERMS.names) if name.startswith("severity:")}
    assert reached == {"severity:1": 1.0, "severity:2": 1.0, "severity:3": 0.0}

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.wom.estimates import (
    Estimate,
    count_interval,
    difference,
    note,
    overdispersion,
    paired_difference,
    wilson,
    wilson_bounds,
)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_the_score_interval_agrees_with_published_values(count, total, low, high):
    found = wilson(count, total)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_share_of_nothing_is_unknown_with_an_interval_of_everything():
    found = wilson(0, 0)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (0.0, 1.0)


@given(total=st.integers(1, 10_000), part=st.floats(0, 1), level=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_score_interval_holds_the_share_and_stays_between_0_and_1(total, part, level):
    count = round(total * part)
    found = wilson(count, total, level=level)
    assert 0 <= found.low <= count / total + 1e-12
    assert count / total - 1e-12 <= found.high <= 1


def test_many_shares_at_once_get_the_same_bounds_as_one_by_one():
    low, high = wilson_bounds(np.array([1.0, 4.0]), np.array([9.0, 9.0]))
    assert (low[1], high[1]) == (wilson(4, 9).low, wilson(4, 9).high)


@pytest.mark.parametrize(
    ("first", "second", "value", "low", "high"),
    # Newcombe (1998), table II, method 10: contrasts a, b and e.
    [
        ((56, 70), (48, 80), 0.2, 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.6, 0.1705, 0.8090),
        ((5, 56), (0, 29), 0.0893, -0.0381, 0.1926),
    ],
)
def test_the_difference_of_two_shares_agrees_with_newcombe(first, second, value, low, high):
    found = difference(wilson(*first), wilson(*second))
    assert found.value == pytest.approx(value, abs=5e-5)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_paired_difference_of_equal_parts_is_centred_on_zero():
    found = paired_difference(20, 20, 100)
    assert found.value == 0
    assert found.low == pytest.approx(-found.high)


@given(total=st.integers(1, 500), data=st.data())
def test_a_paired_difference_lies_in_its_interval_within_minus_1_and_1(total, data):
    first = data.draw(st.integers(0, total))
    second = data.draw(st.integers(0, total - first))
    found = paired_difference(first, second, total)
    assert -1 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (5, 1.6235, 11.668), (100, 81.36, 121.63)])
def test_a_count_has_nearly_the_exact_poisson_interval(count, low, high):
    found = count_interval(count)
    assert found.low == pytest.approx(low, rel=0.03, abs=1e-9)
    assert found.high == pytest.approx(high, rel=0.06)


def test_an_interval_upside_down_is_refused():
    with pytest.raises(ValueError, match="upside down"):
        Estimate(value=0.5, low=0.6, high=0.4)


@pytest.mark.parametrize(
    "missing", ["time", "channel", "branch", "product", "customer", "volume", "audit", "label", "text"]
)
def test_every_note_speaks_korean_and_english(missing):
    found = note(missing)
    assert any("가" <= letter <= "힣" for letter in found.ko)
    assert found.en.isascii()


def test_how_much_weeks_differ_is_drawn_towards_what_all_items_show():
    sizes = np.full(8, 100.0)
    wild, calm = np.array([5.0, 40, 5, 40, 5, 40, 5, 40]), np.full(8, 20.0)
    (alone,) = overdispersion(wild[:, None], sizes)
    beside, quiet = overdispersion(np.stack([wild, calm], axis=1), sizes)
    assert 0.0 < quiet < beside < alone

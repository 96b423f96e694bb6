from __future__ import annotations

import numpy as np
import pytest
from recovery_tables import NOW, TAXONOMY, document, table

from nlp.recovery.expectation import OTHER_FACTORS, expect, lattice
from nlp.recovery.leave import Terms
from nlp.recovery.priors import Priors
from nlp.recovery.ranking import build_model

PRIORS = Priors.load()
VALUES = PRIORS.values()


def test_every_column_of_the_lattice_is_spread_evenly_and_no_two_are_equal() -> None:
    points = lattice(60)
    assert np.allclose(np.sort(points, axis=0), np.sort(points[:, :1], axis=0))
    assert len({column.tobytes() for column in points.T}) == 60
    assert points.min() > 0.0
    assert points.max() < 1.0


def test_the_lattice_gives_what_very_many_random_draws_give() -> None:
    made = [
        document(severity="2", sure=0.7, cause=["price"], response=["switching"], days_ago=2.0),
        document(severity="1", sure=0.6, cause=["employee_response", "inconvenience"], recovery="failed"),
        document(severity="3", sure=0.8, cause=["core_service_failure"], response=["negative_wom"], channel="리뷰"),
    ]
    model, _ = build_model(table(*made), now=NOW, priors=PRIORS)
    x = model.terms.expected(model.cases, window_days=60.0)
    random = np.random.default_rng(0)
    total = np.mean([model.gain(model.terms.draw(x, random), VALUES).total for _ in range(6000)], axis=0)
    found = expect(model, x, VALUES)
    assert np.abs(found.gain.total - total).max() < 0.01 * found.gain.value.max()


def test_labels_known_for_sure_leave_nothing_to_average() -> None:
    model, _ = build_model(table(document(sure=1.0, severity="2", cause=["price"])), now=NOW, priors=PRIORS)
    x = np.round(model.terms.expected(model.cases, window_days=60.0))
    found, plain = expect(model, x, VALUES), model.gain(x, VALUES)
    assert found.gain.total == pytest.approx(plain.total)
    assert found.gain.urgency == pytest.approx(plain.urgency)


def test_the_gain_of_a_case_is_the_same_in_any_company() -> None:
    one = document(customer="A", sure=0.7, cause=["price"])
    alone, _ = build_model(table(one), now=NOW, priors=PRIORS)
    among, _ = build_model(table(one, document(customer="B", severity="3")), now=NOW, priors=PRIORS)
    gains = [
        expect(model, model.terms.expected(model.cases, window_days=60.0), VALUES).gain.total
        for model in (alone, among)
    ]
    assert gains[0][0] == pytest.approx(gains[1][0])


def test_parts_are_named_after_the_terms_and_sum_to_the_gain() -> None:
    model, _ = build_model(table(document(sure=0.7, cause=["price"], response=["switching"])), now=NOW, priors=PRIORS)
    found = expect(model, model.terms.expected(model.cases, window_days=60.0), VALUES)
    names = (*Terms.of(TAXONOMY, tuple(VALUES)).names, *OTHER_FACTORS)
    assert found.contributions.shape == (1, len(names))
    assert found.contributions.sum() == pytest.approx(found.gain.total[0])
    assert found.contributions[0, names.index("response:switching")] > 0

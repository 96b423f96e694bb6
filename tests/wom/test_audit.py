import numpy as np
import pytest
from wom_tables import simulated, table

from nlp.wom.audit import audit_sample


@pytest.mark.parametrize("n", [1, 30, 200, 999])
def test_the_sample_has_the_size_asked_for_and_no_row_twice(n):
    found, _ = simulated(np.random.default_rng(1), 1000)
    drawn = audit_sample(found, n, np.random.default_rng(2))
    assert len(drawn.rows) == n
    assert len(set(drawn.rows.tolist())) == n
    assert (found.ids[drawn.rows] == drawn.ids).all()


def test_more_rows_than_documents_takes_all_documents_with_certainty():
    found, _ = simulated(np.random.default_rng(1), 40)
    drawn = audit_sample(found, 100, np.random.default_rng(2))
    assert drawn.rows.tolist() == list(range(40))
    assert (drawn.inclusion == 1).all()


def test_the_inverse_inclusion_probabilities_add_up_to_the_number_of_documents():
    found, _ = simulated(np.random.default_rng(1), 5000)
    drawn = audit_sample(found, 300, np.random.default_rng(2))
    assert (1 / drawn.inclusion).sum() == pytest.approx(5000)


def test_a_rare_cause_is_drawn_more_often_than_chance_would():
    rows = [{"cause": ["ethics"]}] * 5 + [{"cause": ["price"]}] * 500 + [{}] * 500
    found = table(rows)
    drawn = audit_sample(found, 60, np.random.default_rng(3))
    assert (drawn.strata == "ethics").sum() >= 3


def test_the_same_seed_draws_the_same_rows():
    found, _ = simulated(np.random.default_rng(1), 500)
    one, two = (audit_sample(found, 50, np.random.default_rng(9)) for _ in range(2))
    assert (one.rows == two.rows).all()


def test_weighted_sample_means_are_unbiased_over_repeated_draws():
    found, truth = simulated(np.random.default_rng(1), 2000)
    rng = np.random.default_rng(4)
    means = []
    for _ in range(300):
        drawn = audit_sample(found, 100, rng)
        means.append((truth[drawn.rows] / drawn.inclusion[:, None]).sum(axis=0) / 2000)
    error = np.std(means, axis=0) / np.sqrt(300)
    assert (np.abs(np.mean(means, axis=0) - truth.mean(axis=0)) < 4.5 * error + 1e-9).all()

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recovery_tables import NOW, document, table

from nlp.recovery import Priors, Ranking, rank_cases
from nlp.recovery.outcome import FEWEST, auc_interval, map_logistic


def firm(n: int, *, price: float, base: float, seed: int = 0) -> list[dict[str, Any]]:
    """Customers of a firm whose price complainers leave by ``price`` more log-odds than others."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        dear = bool(random.random() < 0.5)
        left = random.random() < 1 / (1 + np.exp(-(base + price * dear)))
        made.append(
            document(cause=["price"] if dear else [], sure=0.999, fields={"해지여부": "해지" if left else "유지"})
        )
    return made


def ranked(documents: list[dict[str, Any]]) -> Ranking:
    return rank_cases(table(*documents), now=NOW, draws=20)


def test_with_much_evidence_the_estimate_is_the_firms_and_with_little_the_priors() -> None:
    prior = Priors.load()["leave.cause.price"].value
    many, few = ranked(firm(2000, price=2.5, base=-1.6)).fit, ranked(firm(80, price=2.5, base=-1.0)).fit
    assert many is not None
    assert few is not None
    strong, weak = many.values()["leave.cause.price"], few.values()["leave.cause.price"]
    assert prior < weak < strong
    assert strong > prior + 0.6 * (2.5 - prior)


def test_quality_is_that_of_customers_not_seen() -> None:
    fit = ranked(firm(1500, price=2.0, base=-1.6)).fit
    assert fit is not None
    quality = fit.quality
    assert (quality.n, quality.left) == (1500, sum(bin_.n * bin_.left for bin_ in quality.bins))
    assert quality.auc_low < quality.auc < quality.auc_high
    assert quality.auc == pytest.approx(0.72, abs=0.05)
    assert quality.slope == pytest.approx(1.0, abs=0.25)
    assert 0 < quality.brier < 0.25
    assert sum(bin_.n for bin_ in quality.bins) == quality.n


def test_outcomes_that_have_nothing_to_do_with_the_texts_give_an_auc_of_chance() -> None:
    fit = ranked(firm(1000, price=0.0, base=-0.5)).fit
    assert fit is not None
    assert fit.quality.auc_low < 0.5 + 0.05
    assert fit.quality.auc < 0.56


def test_too_few_outcomes_leave_the_priors_and_say_so() -> None:
    documents = [document(fields={"해지여부": "해지"}) for _ in range(FEWEST - 1)]
    documents += [document(fields={"해지여부": "유지"}) for _ in range(50)]
    ranking = ranked(documents)
    assert ranking.fit is None
    assert "few_outcomes" in {note.code for note in ranking.notes}


def test_a_fit_is_told_with_its_figures() -> None:
    ranking = ranked(firm(200, price=1.0, base=0.0))
    note = next(note for note in ranking.notes if note.code == "fitted")
    assert "AUC" in note.ko
    assert "200" in note.ko


def test_newton_finds_the_minimum_of_the_penalised_loss() -> None:
    random = np.random.default_rng(0)
    x = np.concatenate([np.ones((200, 1)), random.standard_normal((200, 2))], axis=1)
    y = (random.random(200) < 1 / (1 + np.exp(-x @ [0.3, 1.0, -1.0]))).astype(float)
    mean, variance = np.zeros(3), np.array([4.0, 0.5, 0.5])
    b, covariance = map_logistic(x, y, mean=mean, variance=variance)
    gradient = x.T @ (y - 1 / (1 + np.exp(-x @ b))) - (b - mean) / variance
    assert gradient == pytest.approx(np.zeros(3), abs=1e-6)
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_perfectly_separated_outcomes_do_not_run_away() -> None:
    x = np.array([[1.0, -1.0], [1.0, 1.0]] * 10)
    b, _ = map_logistic(x, (x[:, 1] > 0).astype(float), mean=np.zeros(2), variance=np.ones(2))
    assert np.abs(b).max() < 5


@given(
    st.lists(st.integers(-3, 3), min_size=2, max_size=12),
    st.lists(st.integers(-3, 3), min_size=2, max_size=12),
)
def test_the_auc_is_the_share_of_pairs_in_the_right_order(left: list[int], stayed: list[int]) -> None:
    scores = np.array(left + stayed, dtype=float)
    y = np.array([1.0] * len(left) + [0.0] * len(stayed))
    pairs = [(one > two) + 0.5 * (one == two) for one in left for two in stayed]
    auc, low, high = auc_interval(scores, y)
    assert auc == pytest.approx(np.mean(pairs))
    assert 0.0 <= low <= auc <= high <= 1.0


def test_the_interval_of_the_auc_covers_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    truth, hits = 0.7602, 0  # Φ(1/√2) for two normals one standard deviation apart
    for _ in range(400):
        scores = np.concatenate([random.standard_normal(60) + 1.0, random.standard_normal(60)])
        _, low, high = auc_interval(scores, np.repeat([1.0, 0.0], 60))
        hits += low <= truth <= high
    assert 0.85 <= hits / 400 <= 0.95

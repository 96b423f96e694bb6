"""A reduced run of the benchmark in benchmarks/simulate_ranking.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FOLDER))
    try:
        import simulate_ranking

        yield simulate_ranking
    finally:
        sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def told(benchmark: ModuleType) -> ModuleType:
    import ranking_report

    return ranking_report


@pytest.fixture(scope="module")
def runs(benchmark: ModuleType) -> list[object]:
    return list(benchmark.simulate(seeds=2, customers=800, draws=60, sample=1200))


def mean(runs: list[object], situation: str, policy: str) -> float:
    return float(np.mean([run.captured[policy] for run in runs if run.situation == situation]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("situation", ["true", "perturbed", "drawn"])
@pytest.mark.parametrize("policy", ["random", "first come", "severity only", "probability only", "value only"])
def test_the_ranking_captures_more_value_than_simple_orders(runs: list[object], situation: str, policy: str) -> None:
    assert mean(runs, situation, "ranking") > mean(runs, situation, policy)


@pytest.mark.parametrize(("situation", "least"), [("true", 0.75), ("drawn", 0.7), ("perturbed", 0.6)])
def test_the_ranking_captures_most_of_the_oracles_value(runs: list[object], situation: str, least: float) -> None:
    assert least < mean(runs, situation, "ranking") <= 1.0


def test_reading_without_errors_can_only_help(runs: list[object]) -> None:
    assert mean(runs, "true", "error-free labels") > mean(runs, "true", "ranking")


def test_rank_intervals_cover_when_the_constants_are_uncertain_and_less_when_that_is_hidden(
    runs: list[object],
) -> None:
    def coverage(situation: str) -> float:
        return float(np.mean([run.coverage for run in runs if run.situation == situation]))  # type: ignore[attr-defined]

    assert 0.86 <= coverage("drawn") <= 0.96
    assert coverage("perturbed") < coverage("drawn")


def test_audited_rows_take_most_of_the_bias_out_of_the_shares(told: ModuleType, runs: list[object]) -> None:
    assert told.bias(runs, "audited") < told.bias(runs, "raw") / 2


def test_the_report_names_every_policy_and_situation_and_what_was_lost(told: ModuleType, runs: list[object]) -> None:
    text = told.report(
        runs,
        grid=[],
        lost=[{"as it is read": 0.9, "cause known": 0.93}],
        highest=[0.91, 0.93],
        settings="--seeds 3",
        today=date(2026, 11, 22),
    )
    assert all(name in text for name in (*told.POLICIES, *told.SITUATIONS, "coverage", "audited"))
    assert "| cause known | 0.930 |" in text
    assert "| ceiling of this reading | 0.920 |" in text


def test_knowing_the_labels_mends_what_reading_loses(benchmark: ModuleType) -> None:
    found = list(benchmark.losses(seeds=2, customers=800))
    assert all(each["all labels known"] > each["as it is read"] for each in found)


def test_the_ranking_holds_where_recovery_works_on_another_scale(benchmark: ModuleType) -> None:
    from nlp.recovery import Priors

    values = Priors.load().values()
    world = benchmark.make_world(values, customers=1500, sample=1200, seed=1, law="probability")
    run = benchmark._measure("true", world, Priors.load(), draws=20, seed=1)
    assert run.captured["ranking"] > max(run.captured["value only"], 0.75)

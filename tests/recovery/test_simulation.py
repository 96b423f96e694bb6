"""A reduced run of the benchmark in benchmarks/simulate_ranking.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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


def test_audited_rows_take_most_of_the_bias_out_of_the_shares(benchmark: ModuleType, runs: list[object]) -> None:
    assert benchmark.bias(runs, "audited") < benchmark.bias(runs, "raw") / 2


def test_the_report_names_every_policy_and_situation(benchmark: ModuleType, runs: list[object]) -> None:
    text = benchmark.report(runs, [], settings="--seeds 3")
    assert all(name in text for name in (*benchmark.POLICIES, *benchmark.SITUATIONS, "coverage", "audited"))

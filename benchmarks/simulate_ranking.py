"""Test the ranking on made-up customers whose true gain is known.

    python benchmarks/simulate_ranking.py [--seeds 40] [--customers 4000] [--draws 200] [--report]

Worlds (``ranking_world.py``) differ from the ranking's model on purpose. Three situations:

    true       the ranking's constants are those of the world
    perturbed  the world as before, the ranking's constants drawn uniformly from their ranges
    drawn      the world's constants drawn from the priors, the ranking's constants as shipped

Reported: the value captured by working on the first 10 % of customers, as a share of what an oracle captures that
knows each customer's true expected gain; how often the 5-95 % rank interval holds the true rank; the bias of the
shares of causes, raw and corrected; where value is lost, and what could be captured at all (``ranking_loss.py``).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from ranking_loss import captured as captured_by
from ranking_loss import ceiling, losses
from ranking_report import CAPACITY, SITUATIONS, Run, Sensitivity, report
from ranking_truth import Law
from ranking_world import NOW, World, make_world

from nlp.recovery import Priors, Ranking, rank_cases
from nlp.recovery.queue import TIERS
from nlp.wom.audit import Audit
from nlp.wom.shares import shares


def simulate(*, seeds: int, customers: int, draws: int, sample: int = 1500, first_seed: int = 0) -> Iterator[Run]:
    """Run every situation for every seed."""
    shipped = Priors.load()
    for seed in range(first_seed, first_seed + seeds):
        random = np.random.default_rng(10_000 + seed)
        for situation in SITUATIONS:
            truth, priors = shipped.values(), shipped
            if situation == "perturbed":
                wrong = {c.key: float(random.uniform(c.low, c.high)) for c in shipped if c.neutral is None}
                priors = shipped.with_values(wrong)
            if situation == "drawn":
                truth = {key: float(series[0]) for key, series in shipped.sample(random, 1).items()}
            world = make_world(truth, customers=customers, sample=sample, seed=seed)
            yield _measure(situation, world, priors, draws=draws, seed=seed)


def _measure(situation: str, world: World, priors: Priors, *, draws: int, seed: int) -> Run:
    ranking = rank_cases(world.table, now=NOW, priors=priors, draws=draws, seed=seed)
    known = rank_cases(world.error_free, now=NOW, priors=priors, draws=20)
    gain = _in_order(world, ranking)
    capacity = round(CAPACITY * len(gain))
    best = np.sort(gain)[::-1][:capacity].sum()

    def captured(score: np.ndarray, of: np.ndarray = gain) -> float:
        return captured_by(score, of, CAPACITY)

    severity = np.array([_severity(world, ranking, place) for place in range(len(ranking))])
    return Run(
        situation=situation,
        captured={
            "ranking": captured(ranking.gain),
            "queue as it stands": float(gain[:capacity].sum() / best),
            "behind the urgent": _captured_behind_urgent(ranking, gain),
            "error-free labels": captured(known.gain, _in_order(world, known)),
            "value only": captured(ranking.value),
            "probability only": captured(ranking.p_ignored),
            "severity only": captured(severity),
            "first come": captured(ranking.cases.days[ranking.position]),
            "random": float(gain.mean() * capacity / best),
        },
        coverage=_coverage(ranking, gain),
        width=float((ranking.rank_high - ranking.rank_low).mean() / len(ranking)),
        shares=_shares(world, seed),
    )


def sensitivity(*, seeds: int, customers: int, sample: int = 1500) -> Iterator[Sensitivity]:
    """How much the result owes to the spread of values, to the quality of reading and to the law of recovery."""
    priors = Priors.load()
    kinds: list[tuple[Law, float, float]] = [
        ("hazard", spread, reading) for spread in (0.5, 0.8, 1.28) for reading in (1.0, 1.5)
    ]
    for law, spread, reading in [*kinds, ("probability", 1.28, 1.0)]:
        found = []
        for seed in range(seeds):
            world = make_world(
                priors.values(), customers=customers, sample=sample, seed=seed, spread=spread, reading=reading, law=law
            )
            run = _measure("true", world, priors, draws=20, seed=seed)
            found.append([_macro_f1(world), *(run.captured[p] for p in ("ranking", "error-free labels", "value only"))])
        f1, ranking, error_free, value_only = np.mean(found, axis=0)
        yield Sensitivity(
            law=law,
            spread=spread,
            reading=reading,
            f1=f1,
            ranking=ranking,
            error_free=error_free,
            value_only=value_only,
        )


def _macro_f1(world: World) -> float:
    decided = world.table.decided[:, world.table.taxonomy.columns("cause")]
    hits = (decided & world.labels).sum(axis=0)
    return float((2 * hits / (decided.sum(axis=0) + world.labels.sum(axis=0))).mean())


def _captured_behind_urgent(ranking: Ranking, gain: np.ndarray) -> float:
    """Value captured by the first tenth of those who are not urgent, against an oracle among them."""
    others = gain[ranking.tier != TIERS.index("urgent")]
    capacity = round(CAPACITY * len(others))
    return float(others[:capacity].sum() / np.sort(others)[::-1][:capacity].sum())


def _in_order(world: World, ranking: Ranking) -> np.ndarray:
    """True gains in the order of the queue."""
    place = {customer: index for index, customer in enumerate(world.customer)}
    return world.gain[[place[customer] for customer in ranking.ids]]


def _severity(world: World, ranking: Ranking, place: int) -> float:
    levels = ranking.cases.probabilities[ranking.position[place], world.table.taxonomy.columns("severity")]
    return float(levels @ np.arange(len(levels)))


def _coverage(ranking: Ranking, gain: np.ndarray) -> float:
    """Share of cases whose true rank, the urgent in front, lies in the interval."""
    order = np.lexsort((-gain, ranking.tier != TIERS.index("urgent")))
    true_rank = np.empty(len(gain), dtype=int)
    true_rank[order] = np.arange(1, len(gain) + 1)
    return float(((ranking.rank_low <= true_rank) & (true_rank <= ranking.rank_high)).mean())


def _shares(world: World, seed: int) -> dict[str, np.ndarray]:
    """Estimates of the causes' shares ``(7,)``: true, raw, and corrected in two ways."""
    table, causes = world.table, world.table.taxonomy.group("cause").ids
    random = np.random.default_rng(seed)
    rows = random.choice(len(table), size=400, replace=False)
    truth = np.full((400, len(table.taxonomy.labels)), np.nan, dtype=np.float32)
    truth[:, table.taxonomy.columns("cause")] = world.labels[rows]
    audited = shares(table, audit=Audit.at_random(table.ids[rows], truth))
    raw = table.decided[:, table.taxonomy.columns("cause")].mean(axis=0)
    hits = np.array([world.sample_decided[world.sample_labels[:, c], c].mean() for c in range(len(causes))])
    alarms = np.array([world.sample_decided[~world.sample_labels[:, c], c].mean() for c in range(len(causes))])
    return {
        "true": world.labels.mean(axis=0),
        "raw": raw,
        "audited": np.array([audited.get("cause", cause).best.value for cause in causes]),
        # Rogan & Gladen (1978): right under a shift of prevalence, not under one of wording.
        "sampled": ((raw - alarms) / (hits - alarms)).clip(0.0, 1.0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--customers", type=int, default=4000)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--report", action="store_true", help="write benchmarks/reports/ranking.md")
    options = parser.parse_args()
    runs = list(simulate(seeds=options.seeds, customers=options.customers, draws=options.draws))
    text = report(
        runs,
        grid=list(sensitivity(seeds=min(options.seeds, 8), customers=options.customers)),
        lost=list(losses(seeds=min(options.seeds, 20), customers=options.customers)),
        highest=ceiling(seeds=min(options.seeds, 20), customers=options.customers),
        settings=f"--seeds {options.seeds} --customers {options.customers} --draws {options.draws}",
        today=date.today(),  # noqa: DTZ011 - the date on a report
    )
    print(text)
    if options.report:
        path = Path(__file__).parent / "reports" / "ranking.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

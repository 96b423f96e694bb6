"""Where the ranking loses value against the oracle, and what the best ranking could capture that sees no more.

The loss is taken apart by telling the ranking the truth about one group of labels at a time. The ceiling is a
regression (gradient-boosted trees) of the true gain on all that the ranking sees of a customer, and on the
ranking's own estimates; it learns from other worlds with the same constants, whose true gains it is shown. No ranking
can know that much: what it captures bounds what reading and columns hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ranking_world import NOW, World, make_world

from nlp.classified import ClassifiedTable
from nlp.recovery.expectation import expect
from nlp.recovery.gain import GainModel
from nlp.recovery.leave import Floats
from nlp.recovery.priors import Priors, Values
from nlp.recovery.ranking import build_model

GROUPS = ("cause", "response", "severity", "recovery", "repeat")

_CONTACT = 10_000.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A world as the ranking sees it: model, expected terms ``x``, and the true gain, ``(n,)`` in its order."""

    model: GainModel
    x: np.ndarray
    gain: Floats

    @classmethod
    def of(cls, world: World, table: ClassifiedTable, priors: Priors) -> Seen:
        model, _ = build_model(table, now=NOW, priors=priors)
        place = {customer: index for index, customer in enumerate(world.customer)}
        return cls(
            model=model,
            x=model.terms.expected(model.cases, window_days=priors["timing.repeat_window_days"].used),
            gain=world.gain[[place[customer] for customer in model.cases.ids]],
        )


def captured(score: Floats, gain: Floats, share: float = 0.10) -> float:
    """Value of the first tenth by ``score`` as a share of the best tenth's."""
    capacity = round(share * len(gain))
    return float(gain[np.argsort(-score, kind="stable")][:capacity].sum() / np.sort(gain)[::-1][:capacity].sum())


def losses(*, seeds: int, customers: int, sample: int = 1500) -> Iterator[dict[str, float]]:
    """Value captured in each world when the ranking is told the truth about some of the labels."""
    priors = Priors.load()
    values = priors.values()
    for seed in range(seeds):
        world = make_world(values, customers=customers, sample=sample, seed=seed)
        seen, known = (Seen.of(world, table, priors) for table in (world.table, world.error_free))

        def with_truth(groups: tuple[str, ...], seen: Seen = seen, known: Seen = known) -> float:
            told = [any(name.startswith(group) for group in groups) for name in seen.model.terms.names]
            x = np.where(told, known.x, seen.x)
            return captured(expect(seen.model, x, values).gain.total, seen.gain)

        found = {"as it is read": with_truth(())}
        found |= {f"{group} known": with_truth((group,)) for group in GROUPS}
        found["all labels known"] = with_truth(GROUPS)
        found["gain of the probable labels instead of the probable gain"] = captured(
            seen.model.gain(seen.x, values).total, seen.gain
        )
        yield found


def ceiling(*, seeds: int, customers: int, worlds: int = 16, size: int = 20_000, sample: int = 1500) -> list[float]:
    """Value captured, by seed, by a regression that knows the gains of ``worlds`` others; needs the train extra."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    priors = Priors.load()
    values = priors.values()
    lessons = []
    for seed in range(worlds):
        world = make_world(values, customers=size, sample=sample, seed=1_000_000 + seed)
        seen = Seen.of(world, world.table, priors)
        lessons.append((_features(seen, values), seen.gain, seen.model.facts.margin))
    x, gain, margin = (np.concatenate(parts) for parts in zip(*lessons, strict=True))
    # Gains grow with the margin: what is learnt is the gain per won of margin, weighted by what is at stake.
    goal = (gain + _CONTACT) / margin
    low, high = np.quantile(goal, (0.0005, 0.9995))
    trees = [
        HistGradientBoostingRegressor(
            learning_rate=0.05, max_iter=400, max_leaf_nodes=leaves, min_samples_leaf=200, random_state=0
        ).fit(x, goal.clip(low, high), sample_weight=np.minimum(margin, 200_000.0))
        for leaves in (15, 31)
    ]
    found = []
    for seed in range(seeds):
        world = make_world(values, customers=customers, sample=sample, seed=seed)
        seen = Seen.of(world, world.table, priors)
        features = _features(seen, values)
        score = np.mean([tree.predict(features) for tree in trees], axis=0) * seen.model.facts.margin - _CONTACT
        found.append(captured(score, seen.gain))
    return found


def _features(seen: Seen, values: Values) -> np.ndarray:
    cases, facts = seen.model.cases, seen.model.facts
    gain = expect(seen.model, seen.x, values).gain
    return np.column_stack(
        [
            seen.x,
            np.log(np.maximum(facts.margin, 1.0)),
            np.log1p(facts.purchases),
            cases.days,
            cases.public,
            cases.involuntary,
            cases.sizes,
            cases.gap_days.clip(0.0, 400.0),
            gain.leave.ignored,
            gain.leave.slow,
            gain.leave.fast,
            gain.fast,
            (gain.total + _CONTACT) / facts.margin,
        ]
    )

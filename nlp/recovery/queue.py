"""The recovery queue as a value: cases in order, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.recovery.actions import Action, suggest
from nlp.recovery.cases import OUTCOMES, STAGES, Cases, Outcome, Stage
from nlp.recovery.columns import ValueColumns
from nlp.recovery.leave import Floats
from nlp.recovery.outcome import OutcomeFit
from nlp.recovery.texts import Words
from nlp.recovery.value import SOURCES

Tier: TypeAlias = Literal["urgent", "person", "ordinary"]
Speed: TypeAlias = Literal["fast", "slow"]
Evidence: TypeAlias = Callable[[int], Sequence[str]]

TIERS: Final[tuple[Tier, ...]] = ("urgent", "person", "ordinary")


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """Part of one factor in a case's gain, in won; parts of a case sum to its gain."""

    factor: str
    name: Words
    won: float


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case for presentation; see ``Ranking`` for the units.

    ``rows`` are all of the customer's, oldest first; ``evidence`` is of the episode alone, complaints ahead and
    the newest text first.
    """

    id: str
    known_customer: bool
    rank: int
    rank_low: int
    rank_high: int
    within_capacity: float | None
    tier: Tier
    gain: float
    value: float
    value_sources: dict[str, float]
    p_leave_ignored: float
    p_leave_recovered: float
    speed: Speed
    urgency: float
    deadline: datetime | None
    stage: Stage
    outcome: Outcome
    involuntary: bool
    repeated: float
    rows: tuple[int, ...]
    contributions: tuple[Contribution, ...]
    evidence: tuple[str, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """``n`` cases, best first; every array ``(n,)`` is in this order.

    ``tier`` is a position in ``TIERS``: ethics, safety and third parties; cases on which the model abstained, for a
    person to check; the rest. The first tier stands in front of all others, whatever the gain. Everywhere else the
    higher ``gain`` comes first: it is an expectation over what the classifier leaves open, so doubt is in it already.

    ``rank_low`` <= rank <= ``rank_high``: 5-95 % of the ranks over draws of the constants, of the labels and of
    what tells customers apart beyond both. ``gain``, ``value``, ``word_of_mouth``, ``cost`` and ``urgency`` (what
    missing the deadline loses) are won. ``p_ignored``, ``p_fast`` and ``p_slow`` are P(leave within a year) in [0, 1];
    ``fast`` tells which of the two the gain counts on. ``contributions`` ``(n, n_factors)`` sum to ``gain`` by row,
    ``value_sources`` ``(n, 5)`` to ``value``. ``deadline`` is ``datetime64[s]``, NaT where undated.
    ``within_capacity`` is the share of draws in which the case is among the first ``capacity``; None without one.
    ``position`` is the case's index in ``cases``; ``label_columns`` ``(n_factors,)`` the column of the label that a
    factor stands for, -1 for the others.
    """

    cases: Cases
    position: NDArray[np.int64]
    ids: NDArray[np.object_]
    tier: NDArray[np.int8]
    rank_low: NDArray[np.int32]
    rank_high: NDArray[np.int32]
    within_capacity: Floats | None
    gain: Floats
    value: Floats
    value_sources: Floats
    p_ignored: Floats
    p_fast: Floats
    p_slow: Floats
    fast: NDArray[np.bool_]
    word_of_mouth: Floats
    cost: Floats
    urgency: Floats
    factors: tuple[str, ...]
    factor_names: tuple[Words, ...]
    label_columns: NDArray[np.int64]
    contributions: Floats
    deadline: NDArray[np.datetime64]
    columns: ValueColumns
    fit: OutcomeFit | None
    notes: tuple[Words, ...]
    evidence: Evidence | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def rank(self) -> NDArray[np.int64]:
        """1 … n."""
        return np.arange(1, len(self) + 1)

    def case(self, place: int) -> Case:
        """The case at a place of the queue; 0 is the first."""
        if not 0 <= place < len(self):
            raise IndexError(f"place is {place}; the queue has places 0 to {len(self) - 1}")
        at = int(self.position[place])
        stage, outcome = STAGES[self.cases.stage[at]], OUTCOMES[self.cases.outcome[at]]
        rows = tuple(int(row) for row in self.cases.rows(at))
        parts = self.contributions[place]
        order = np.argsort(-np.abs(parts), kind="stable")
        due = self.deadline[place]
        return Case(
            id=str(self.ids[place]),
            known_customer=bool(self.cases.known_customer[at]),
            rank=place + 1,
            rank_low=int(self.rank_low[place]),
            rank_high=int(self.rank_high[place]),
            within_capacity=None if self.within_capacity is None else float(self.within_capacity[place]),
            tier=TIERS[self.tier[place]],
            gain=float(self.gain[place]),
            value=float(self.value[place]),
            value_sources=dict(zip(SOURCES, self.value_sources[place].tolist(), strict=True)),
            p_leave_ignored=float(self.p_ignored[place]),
            p_leave_recovered=float((self.p_fast if self.fast[place] else self.p_slow)[place]),
            speed="fast" if self.fast[place] else "slow",
            urgency=float(self.urgency[place]),
            deadline=None if np.isnat(due) else due.item(),
            stage=stage,
            outcome=outcome,
            involuntary=bool(self.cases.involuntary[at]),
            repeated=float(self.cases.repeat[at]),
            rows=rows,
            contributions=tuple(
                Contribution(factor=self.factors[index], name=self.factor_names[index], won=float(parts[index]))
                for index in order
                if parts[index] != 0.0
            ),
            evidence=tuple(line for row in self.cases.episode_rows(at) for line in self.evidence(int(row)))
            if self.evidence
            else (),
            actions=suggest(
                causes=self._causes(place),
                stage=stage,
                outcome=outcome,
                urgent=TIERS[self.tier[place]] == "urgent",
                involuntary=bool(self.cases.involuntary[at]),
            ),
        )

    def _causes(self, place: int) -> list[str]:
        """Decided causes of a case, the one that weighs most first."""
        decided = self.cases.decided[self.position[place]]
        causes = [index for index, name in enumerate(self.factors) if name.startswith("cause:")]
        held = [index for index in causes if decided[self.label_columns[index]]]
        held.sort(key=lambda index: -self.contributions[place, index])
        return [self.factors[index].split(":", 1)[1] for index in held]

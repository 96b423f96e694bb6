"""The yes-or-no questions that shares are taken of: each label, and each cause in each stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.taxonomy import Taxonomy

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A document carries ``label`` of ``group`` and, where ``stage`` is given, that stage as well."""

    group: str
    label: str
    stage: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventMatrix:
    """``decided`` bool and ``probability`` float32 in [0, 1], both ``(n, n_events)``.

    The probability of a cause in a stage is the product of the two: exact where both are independent given
    the text, a predictor to be corrected where they are not.
    """

    events: tuple[Event, ...]
    decided: NDArray[np.bool_]
    probability: NDArray[np.float32]


def events_of(taxonomy: Taxonomy) -> tuple[Event, ...]:
    """Every label in column order, then every cause x stage where the taxonomy has both groups."""
    single = [Event(group=group.id, label=label) for group in taxonomy for label in group.ids]
    return tuple(single + [Event(group="cause", label=cause, stage=stage) for cause, stage in _pairs(taxonomy)])


def event_matrix(table: ClassifiedTable) -> EventMatrix:
    """Decisions and probabilities of every event for every document."""
    return EventMatrix(
        events=events_of(table.taxonomy),
        decided=_with_pairs(table.taxonomy, table.decided),
        probability=_with_pairs(table.taxonomy, table.probabilities),
    )


def event_truth(taxonomy: Taxonomy, truth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Labels ``(m, n_labels)`` of 0, 1 and NaN (not labelled) as events ``(m, n_events)``."""
    return _with_pairs(taxonomy, truth)


def _pairs(taxonomy: Taxonomy) -> list[tuple[str, str]]:
    if "cause" not in taxonomy or "stage" not in taxonomy:
        return []
    return [(cause, stage) for cause in taxonomy.group("cause").ids for stage in taxonomy.group("stage").ids]


def _with_pairs(taxonomy: Taxonomy, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
    pairs = _pairs(taxonomy)
    if not pairs:
        return values
    causes = [taxonomy.column("cause", cause) for cause, _ in pairs]
    stages = [taxonomy.column("stage", stage) for _, stage in pairs]
    both: NDArray[_Scalar] = np.multiply(values[:, causes], values[:, stages])
    return np.concatenate([values, both], axis=1)

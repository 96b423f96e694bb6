"""What the page of an evaluation is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.report.words import Words, label_words
from nlp.taxonomy import Group, Taxonomy
from nlp.training.figures import FEW, Evaluation, Figure
from nlp.training.mistakes import Mistake

TO: Final = "\u2060–\u2060"
"""A dash at which no line is broken."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A labelled file: its name, its usable rows and the start of its SHA-256."""

    name: str
    rows: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class ShownMistake:
    """A mistake with its masked text and the labels of its group; ``place`` says where the row stands."""

    mistake: Mistake
    place: str
    text: str
    actual: tuple[str, ...]
    given: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """An evaluation, and with what it was made; ``model`` is the classifier's name."""

    evaluation: Evaluation
    taxonomy: Taxonomy
    model: str
    sources: tuple[Source, ...]
    resamples: int
    seed: int
    mistakes: tuple[ShownMistake, ...] = field(default=())

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that were measured."""
        return tuple(group for group in self.taxonomy if group.id in self.evaluation.groups)

    @property
    def main(self) -> Group | None:
        """The group that the summary speaks of: the causes, else the first that was measured."""
        return next((group for group in self.groups if group.id == "cause"), next(iter(self.groups), None))

    def label(self, key: str) -> Words:
        """Name of the label ``group:label``."""
        group, _, label = key.partition(":")
        return label_words(self.taxonomy, group, label)


def shown_mistakes(
    mistakes: Sequence[Mistake],
    *,
    places: Sequence[str],
    texts: Sequence[str],
    decided: NDArray[np.bool_],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
) -> tuple[ShownMistake, ...]:
    """Mistakes with their texts; ``places`` and masked ``texts`` are by row, the arrays ``(n_texts, n_labels)``."""
    found = []
    for mistake in mistakes:
        group = mistake.label.partition(":")[0]
        span = taxonomy.columns(group)
        keys = taxonomy.labels[span]
        found.append(
            ShownMistake(
                mistake=mistake,
                place=places[mistake.row],
                text=texts[mistake.row],
                actual=tuple(key for key, on in zip(keys, targets[mistake.row, span] > 0.5, strict=True) if on),
                given=tuple(key for key, on in zip(keys, decided[mistake.row, span], strict=True) if on),
            )
        )
    return tuple(found)


def group_words(group: Group) -> Words:
    """Name of a group."""
    return Words(code=group.id, ko=group.ko, en=group.en)


def counted(measured: Measured, group: Group) -> tuple[int, int]:
    """How many labels a group's macro F1 counts, and how many there are."""
    rows = [measured.evaluation.labels[f"{group.id}:{label}"] for label in group.ids]
    return sum(row.support >= FEW for row in rows), len(rows)


def value(found: Figure) -> str:
    """``0.727``; a dash where it cannot be known."""
    return "–" if np.isnan(found.value) else f"{found.value:.3f}"


def bounds(found: Figure) -> str:
    """``0.708–0.746``; a dash where it cannot be known."""
    return "–" if np.isnan(found.low) else f"{found.low:.3f}{TO}{found.high:.3f}"


def both(found: Figure) -> str:
    """``0.727 (0.708–0.746)``."""
    return value(found) if np.isnan(found.value) or np.isnan(found.low) else f"{value(found)} ({bounds(found)})"

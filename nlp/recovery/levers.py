"""Tables over cause, stage and quality dimension: levers, kind of loss, and who had control."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.recovery.texts import Words
from nlp.resources import data_path

Loss: TypeAlias = Literal["money", "treatment", "mixed"]
Control: TypeAlias = Literal["organisation", "provider", "customer"]

CONTROLS: Final[tuple[Control, ...]] = ("organisation", "provider", "customer")


def levers(cause: str, stage: str) -> tuple[Words, ...]:
    """What a firm can pull for a cause at a stage, the first lever first; empty for a cause of one's own."""
    table = _read("levers.toml")
    names: Sequence[str] = table["map"].get(cause, {}).get(stage, ())
    return tuple(_words(name, table["lever"][name]) for name in names)


def loss_of(cause: str) -> Loss:
    """Kind of loss of a cause: money, treatment (and quality), or mixed; mixed where the table is silent."""
    loss: Loss = _read("levers.toml")["loss"].get(cause, "mixed")
    return loss


def control_of(cause: str, *, stage: str | None = None, servqual: str | None = None) -> Control | None:
    """Who had control of a failure (Bateson 1985); None for a cause that the table does not know."""
    for rule in _read("triad.toml")["rule"]:
        if (
            cause in rule["causes"]
            and (not rule["stages"] or stage in rule["stages"])
            and (not rule["servqual"] or servqual in rule["servqual"])
        ):
            control: Control = rule["control"]
            return control
    return None


@dataclass(frozen=True, kw_only=True)
class Triad:
    """Failures by who had control: ``counts`` and ``shares`` ``(3,)`` in the order of ``CONTROLS``.

    A failure is one cause decided of one document; where the document has several stages or dimensions it is
    shared equally among them. Raw counts of decided labels, not corrected for classifier error.
    """

    names: tuple[Words, ...]
    counts: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Shares that sum to 1; NaN without a failure."""
        total = self.counts.sum()
        return self.counts / total if total else np.full(len(CONTROLS), np.nan)


def triad(table: ClassifiedTable) -> Triad:
    """Count failures by who had control of them; causes that the table of rules does not know are left out."""
    taxonomy = table.taxonomy
    groups = [group for group in ("cause", "stage", "servqual") if group in taxonomy]
    columns = np.concatenate([np.arange(len(taxonomy.labels))[taxonomy.columns(group)] for group in groups])
    patterns, counts = np.unique(table.decided[:, columns], axis=0, return_counts=True)
    labels = [taxonomy.labels[column].split(":", 1) for column in columns]
    totals = np.zeros(len(CONTROLS))
    for pattern, count in zip(patterns, counts, strict=True):
        held = {group: [label for (of, label), on in zip(labels, pattern, strict=True) if on and of == group]
                for group in ("cause", "stage", "servqual")}  # fmt: skip
        for cause in held["cause"]:
            pairs = list(product(held["stage"] or [None], held["servqual"] or [None]))
            for stage, servqual in pairs:
                control = control_of(cause, stage=stage, servqual=servqual)
                if control is not None:
                    totals[CONTROLS.index(control)] += count / len(pairs)
    names = _read("triad.toml")["control"]
    return Triad(names=tuple(_words(control, names[control]) for control in CONTROLS), counts=totals)


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(data_path(name).read_text(encoding="utf-8"))


def _words(code: str, entry: dict[str, str]) -> Words:
    return Words(code=code, ko=entry["ko"], en=entry["en"])

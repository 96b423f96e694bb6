"""What an evaluation found, as values that survive the way through a JSON file."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

FEW = 15
"""Labels with fewer positives are shown, but do not count towards a group's macro figure."""

_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured value with its 95 % interval: bootstrap percentiles, unless its source says otherwise.

    All three are NaN where there is nothing to measure, the bounds alone where there is no interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        bounds = "" if math.isnan(self.value + self.low + self.high) else f" [{self.low:.3f}–{self.high:.3f}]"
        return self.brief + bounds

    @property
    def brief(self) -> str:
        """The value without its interval."""
        return "–" if math.isnan(self.value) else f"{self.value:.3f}"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A measured value at each ``x`` with its 95 % interval; all of one length."""

    x: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How often texts have a label, by the probability they were given.

    ``curve`` holds mean probabilities and shares of texts with the label (Wilson intervals), ``n`` the texts
    behind each point.
    """

    curve: Curve
    n: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """Figures of one label; ``support`` counts its positives, ``decided`` the texts that were given it.

    All figures are in [0, 1]; only ``calibration``, the debiased expected calibration error, is better low.
    """

    support: int
    decided: int
    precision: Figure
    recall: Figure
    f1: Figure
    average_precision: Figure
    calibration: Figure
    reliability: Reliability


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """What the bounds of the model leave to a person in one group.

    ``share`` of the texts; micro-F1 of the texts ``answered`` and of those ``left`` to a person; ``caught`` is
    the share of all texts with an error in the group that a person gets to see.
    """

    share: Figure
    answered: Figure
    left: Figure
    caught: Figure


@dataclass(frozen=True, kw_only=True)
class Selective:
    """A group's risk–coverage curves: the least sure texts are set aside, ``x`` is the share still answered.

    ``error`` is the share of answered texts with at least one wrong or missing label in the group; ``area`` and
    ``error_area`` are the means over these coverages (the latter is the AURC of Geifman & El-Yaniv 2017, who take it
    at every text; on so few shares it comes out somewhat higher);
    ``gain`` is micro-F1 at 80 % coverage minus micro-F1 at full.
    """

    micro_f1: Curve
    error: Curve
    area: Figure
    error_area: Figure
    at_80: Figure
    gain: Figure
    abstention: Abstention | None


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """``macro_f1`` is the mean over labels with enough support, ``macro_f1_all`` over every label that occurs."""

    n_texts: int
    macro_f1: Figure
    macro_f1_all: Figure
    micro_f1: Figure
    kappa: Figure | None
    selective: Selective


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """Which labels of a group are taken for which; counts of texts.

    One-of groups: ``table[a][b]`` texts have ``a`` and were given ``b``. Any-of groups: ``table[a][b]`` texts have
    ``a``, were not given it, and were given ``b`` wrongly; ``alone[a]`` lack it with nothing wrong in its place,
    ``extra[b]`` were given ``b`` wrongly though nothing is missing, ``together[a][b]`` lack both.
    """

    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    alone: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    together: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Micro-F1 by group over the texts of one source, domain, channel or length."""

    name: str
    n_texts: int
    micro_f1: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Figures by label (``group:label``) and by group; ``slices`` by what is known of the texts beside their labels."""

    n_texts: int
    labels: Mapping[str, LabelFigures]
    groups: Mapping[str, GroupFigures]
    confusions: Mapping[str, Confusion] = field(default_factory=dict)
    slices: Mapping[str, tuple[Slice, ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; a figure that cannot be computed is None."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Evaluation:
        """The inverse of ``to_dict``; other keys are passed over. Raises KeyError or TypeError for other shapes."""
        built: Evaluation = _built(cls, plain)
        return built


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, _DIGITS)
    return value


def _built(kind: Any, plain: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{item.name: _built(hints[item.name], plain[item.name]) for item in fields(kind)})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if plain is None else _built(inner[0], plain)
    if origin is tuple:
        return tuple(_built(inner[0], item) for item in plain)
    if origin is not None:
        return {key: _built(inner[1], item) for key, item in plain.items()}
    return math.nan if plain is None else kind(plain)

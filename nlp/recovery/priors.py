"""The constants that a ranking rests on: each with a range, a source and a standing, read from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError
from nlp.resources import data_path

Status: TypeAlias = Literal["verified", "secondary", "contested", "assumed"]
Values: TypeAlias = Mapping[str, float]

FAMILIES: Final = ("leave.cause.", "leave.response.", "leave.recovery.", "leave.severity.")
"""Prefixes under which a file of one's own may add keys, because the taxonomy may add labels."""

_NUMBERS = ("value", "low", "high")
_TEXTS = ("unit", "source", "status")
_OPTIONAL = ("neutral", "enabled")


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant:
    """One constant: ``low <= value <= high``, in ``unit``.

    A contested constant has a ``neutral`` value, the one without any effect; it is used unless ``enabled``.
    """

    key: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    status: Status
    neutral: float | None = None
    enabled: bool = False

    def __post_init__(self) -> None:
        if not np.isfinite([self.value, self.low, self.high]).all():
            raise InputError("{key}: value, low and high must be finite numbers", key=self.key)
        if not self.low <= self.value <= self.high:
            raise InputError(
                "{key}: value {value:g} lies outside [{low:g}, {high:g}]; give low and high around the value",
                key=self.key,
                value=self.value,
                low=self.low,
                high=self.high,
            )
        if self.status not in get_args(Status):
            raise InputError(
                "{key}: status is {status!r}; use one of {allowed}",
                key=self.key,
                status=self.status,
                allowed=", ".join(get_args(Status)),
            )
        if (self.status == "contested") != (self.neutral is not None):
            raise InputError(
                "{key}: a contested constant, and no other, needs 'neutral', its value without effect", key=self.key
            )
        if not self.source.strip() or not self.unit.strip():
            raise InputError("{key}: unit and source must not be empty", key=self.key)

    @property
    def muted(self) -> bool:
        """Whether the constant is contested and has not been switched on."""
        return self.neutral is not None and not self.enabled

    @property
    def used(self) -> float:
        """The value that a ranking uses."""
        return self.value if self.neutral is None or self.enabled else self.neutral

    @property
    def variance(self) -> float:
        """Variance of the distribution that ``sample`` draws from; 0 of a muted constant."""
        if self.muted:
            return 0.0
        mean = (self.low + 4.0 * self.value + self.high) / 6.0
        return (mean - self.low) * (self.high - mean) / 7.0

    def sample(self, random: np.random.Generator, draws: int) -> NDArray[np.float64]:
        """Draws ``(draws,)`` from a PERT distribution: a Beta on [low, high] with its mode at ``value``.

        Beta(1 + 4 (value - low) / (high - low), 1 + 4 (high - value) / (high - low)), the usual PERT with
        weight 4 (Malcolm et al. 1959; Vose 2008). A muted constant is not drawn: it stays without effect.
        """
        width = self.high - self.low
        if self.muted or width == 0.0:
            return np.full(draws, self.used)
        left, right = 4.0 * (self.value - self.low) / width, 4.0 * (self.high - self.value) / width
        return self.low + width * random.beta(1.0 + left, 1.0 + right, size=draws)


@dataclass(frozen=True, kw_only=True)
class Priors:
    """All constants by key, such as ``leave.cause.price``; read them with ``Priors.load()``."""

    constants: Mapping[str, Constant]

    @classmethod
    def load(cls, path: Path | None = None) -> Priors:
        """Read the constants that ship with Dangol and lay the file at ``path`` over them.

        A file of one's own names only what it changes. A key that Dangol does not know is an error, except
        under ``FAMILIES``, where it belongs to a label of one's own taxonomy and must be complete.
        Raises InputError that names the file and the key.
        """
        shipped = data_path("priors.toml")
        constants = {key: _located(shipped, _complete, key, entry) for key, entry in _read(shipped).items()}
        if path is not None:
            for key, entry in _read(path).items():
                constants[key] = _located(path, _override, key, entry, constants.get(key))
        return cls(constants=MappingProxyType(constants))

    def __getitem__(self, key: str) -> Constant:
        try:
            return self.constants[key]
        except KeyError:
            raise InputError(
                "{key}: no such constant in the priors; allowed: {allowed}", key=key, allowed=", ".join(self.constants)
            ) from None

    def __iter__(self) -> Iterator[Constant]:
        return iter(self.constants.values())

    def with_values(self, values: Values) -> Priors:
        """The same constants, known exactly where ``values`` names them: value, low and high coincide."""
        changed = dict(self.constants)
        for key, value in values.items():
            changed[key] = replace(self[key], value=value, low=value, high=value, enabled=self[key].neutral is not None)
        return Priors(constants=MappingProxyType(changed))

    def values(self) -> dict[str, float]:
        """The value that is used, by key."""
        return {key: constant.used for key, constant in self.constants.items()}

    def sample(self, random: np.random.Generator, draws: int) -> dict[str, NDArray[np.float64]]:
        """Independent draws by key, each ``(draws,)``; see ``Constant.sample`` for the distribution."""
        return {key: constant.sample(random, draws) for key, constant in self.constants.items()}

    @property
    def switched_on(self) -> tuple[Constant, ...]:
        """Contested constants that have an effect."""
        return tuple(constant for constant in self if constant.neutral is not None and constant.enabled)


def _read(path: Path) -> dict[str, Mapping[str, Any]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("{path}: the priors cannot be read ({error})", path=path, error=error) from error
    table.pop("version", None)
    entries: dict[str, Mapping[str, Any]] = {}
    _flatten(path, "", table, entries)
    return entries


def _flatten(path: Path, prefix: str, table: Mapping[str, Any], into: dict[str, Mapping[str, Any]]) -> None:
    for name, entry in table.items():
        key = f"{prefix}{name}"
        if not isinstance(entry, dict):
            raise InputError(
                "{path}: {key}: {entry!r} stands outside a table; write [{key}] with value = …",
                path=path,
                key=key,
                entry=entry,
            )
        if any(not isinstance(part, dict) for part in entry.values()):
            into[key] = entry
        else:
            _flatten(path, f"{key}.", entry, into)


def _located(path: Path, build: Callable[..., Constant], *arguments: object) -> Constant:
    try:
        return build(*arguments)
    except InputError as error:
        raise InputError("{path}: {error}", path=path, error=error) from error


def _checked(key: str, entry: Mapping[str, Any]) -> None:
    unknown = sorted(set(entry) - {*_NUMBERS, *_TEXTS, *_OPTIONAL})
    if unknown:
        allowed = ", ".join((*_NUMBERS, *_TEXTS, *_OPTIONAL))
        raise InputError(
            "{key}: {unknown} is no field of a constant; allowed: {allowed}",
            key=key,
            unknown=", ".join(unknown),
            allowed=allowed,
        )
    for name in (*_NUMBERS, "neutral"):
        if name in entry and (isinstance(entry[name], bool) or not isinstance(entry[name], (int, float))):
            raise InputError(
                "{key}: {name} is {written!r}; a number is needed", key=key, name=name, written=entry[name]
            )
    for name in _TEXTS:
        if name in entry and not isinstance(entry[name], str):
            raise InputError("{key}: {name} is {written!r}; a text is needed", key=key, name=name, written=entry[name])
    if not isinstance(entry.get("enabled", False), bool):
        raise InputError("{key}: enabled is {written!r}; write true or false", key=key, written=entry["enabled"])


def _complete(key: str, entry: Mapping[str, Any]) -> Constant:
    _checked(key, entry)
    missing = [name for name in (*_NUMBERS, *_TEXTS) if name not in entry]
    if missing:
        raise InputError(
            "{key}: {missing} is missing; a constant needs all of its fields", key=key, missing=", ".join(missing)
        )
    return Constant(key=key, **_numbers(entry))


def _numbers(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with whole numbers as floats: TOML writes 3 where we mean 3.0."""
    return {name: float(field) if type(field) is int else field for name, field in entry.items()}


def _override(key: str, entry: Mapping[str, Any], shipped: Constant | None) -> Constant:
    if shipped is None:
        if not key.startswith(FAMILIES):
            raise InputError("{key}: no such constant; see data/priors.toml for the keys", key=key)
        return _complete(key, entry)
    _checked(key, entry)
    if shipped.neutral is not None and {"value", "low", "high"} & set(entry) and "enabled" not in entry:
        raise InputError(
            "{key}: contested constants do nothing until enabled = true; write it, or drop the entry", key=key
        )
    fields = _numbers(entry)
    if "value" in entry:
        fields.setdefault("source", "your own file of priors")
        if shipped.status != "contested":
            fields.setdefault("status", "assumed")
    return replace(shipped, **fields)

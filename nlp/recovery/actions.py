"""Suggested actions: a table of what to do, matched to cause and justice dimension."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, TypeAlias, get_args

from nlp.errors import InputError
from nlp.recovery.cases import OUTCOMES, STAGES, Outcome, Stage
from nlp.resources import data_path

Justice: TypeAlias = Literal["distributive", "procedural", "interactional"]
Kind: TypeAlias = Literal["recovery", "tactic", "success"]

_JUSTICE_ORDER: Final[dict[str, tuple[Justice, ...]]] = {
    "money": ("distributive", "interactional", "procedural"),
    "treatment": ("interactional", "distributive", "procedural"),
}
_MONEY_CAUSES: Final = ("price", "core_service_failure", "ethics")


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One action; empty ``causes``, ``stages`` and ``outcomes`` fit all. ``source`` is written out."""

    id: str
    kind: Kind
    causes: tuple[str, ...]
    stages: tuple[Stage, ...]
    outcomes: tuple[Outcome, ...]
    urgent: bool
    involuntary: bool
    justice: Justice
    ko: str
    en: str
    source: str

    def __post_init__(self) -> None:
        wrong = [
            f"{name} {found!r}"
            for name, given, allowed in (
                ("kind", (self.kind,), get_args(Kind)),
                ("justice", (self.justice,), get_args(Justice)),
                ("stage", self.stages, STAGES),
                ("outcome", self.outcomes, OUTCOMES),
            )
            for found in given
            if found not in allowed
        ]
        if wrong:
            raise InputError(
                "action {id!r}: {wrong} is not known; see the head of actions.toml", id=self.id, wrong=", ".join(wrong)
            )

    @property
    def special(self) -> bool:
        """Whether the action fits by the state of the case rather than by its cause."""
        return self.urgent or self.involuntary or bool(self.outcomes) or bool(self.stages)


@cache
def actions() -> tuple[Action, ...]:
    """All actions of ``data/actions.toml``. Raises InputError naming an entry that is not complete."""
    path = data_path("actions.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        return tuple(_action(entry, table["sources"]) for entry in table["action"])
    except KeyError as error:
        raise InputError("{path}: the key {error} is missing", path=path, error=error) from error


def retention_tactics() -> tuple[Action, ...]:
    """The eight retention tactics, for the firm as a whole."""
    return tuple(action for action in actions() if action.kind == "tactic")


def success_points() -> tuple[Action, ...]:
    """The five success points of service recovery."""
    return tuple(action for action in actions() if action.kind == "success")


def suggest(
    *,
    causes: Sequence[str],
    stage: Stage,
    outcome: Outcome = "unknown",
    urgent: bool = False,
    involuntary: bool = False,
    limit: int = 4,
) -> tuple[Action, ...]:
    """Actions for a case: first what its state asks for, then by cause, ``causes`` being the weightiest first.

    For each cause the justice dimension that weighs most comes first: what the customer gets where money or
    goods were lost (Orsingher et al. 2010), how the customer is treated elsewhere (Gelbrich & Roschk 2011).
    Who leaves for a reason no service can mend gets the farewell alone, unless the case is urgent; who is content
    with the recovery needs no second one, so that nothing is suggested by cause.
    """
    chosen = [
        action
        for action in actions()
        if action.kind == "recovery"
        and action.special
        and not action.causes
        and (not action.stages or stage in action.stages)
        and (not action.outcomes or outcome in action.outcomes)
        and (urgent or not action.urgent)
        and (involuntary or not action.involuntary)
    ]
    if involuntary:
        return tuple(action for action in chosen if action.involuntary or (urgent and action.urgent))[:limit]
    chosen.sort(key=lambda action: not action.urgent)
    if outcome == "recovered":
        return tuple(chosen[:limit])
    for rank in range(len(_JUSTICE_ORDER["money"])):
        for cause in causes:
            kind = "money" if cause in _MONEY_CAUSES else "treatment"
            chosen += [
                action
                for action in actions()
                if action.kind == "recovery" and cause in action.causes and action.justice == _JUSTICE_ORDER[kind][rank]
            ]
    return tuple(chosen[:limit])


def _action(entry: dict[str, Any], sources: dict[str, str]) -> Action:
    return Action(
        id=entry["id"],
        kind=entry["kind"],
        causes=tuple(entry["causes"]),
        stages=tuple(entry["stages"]),
        outcomes=tuple(entry.get("outcomes", ())),
        urgent=entry.get("urgent", False),
        involuntary=entry.get("involuntary", False),
        justice=entry["justice"],
        ko=entry["ko"],
        en=entry["en"],
        source=sources[entry["source"]],
    )

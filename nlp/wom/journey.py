"""The customer's journey over the stages of service: where it breaks, and which repair lifts it most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.taxonomy import complaints
from nlp.wom.estimates import LEVEL, Estimate, Note, note, wilson
from nlp.wom.shares import Shares

PHASES: Mapping[str, tuple[str, ...]] = {
    "before": ("reservation", "order"),
    "on": ("processing", "provision"),
    "after": ("after_service",),
}
"""Service phases by stage: before, on and after the service."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageVolume:
    """``contacts`` customers passed ``stage`` from ``first`` to ``last`` day, both included (None: all along)."""

    stage: str
    contacts: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StageResult:
    """One stage of the journey.

    ``complaints`` are documents that complain of it; ``share`` is their share of all complaints, in [0, 1].
    With a volume table, ``success`` is 1 - complaints / contacts and ``lift`` how many points, in [0, 1], the
    journey index rises when this stage alone causes no complaint.
    """

    stage: str
    complaints: int
    share: Estimate
    contacts: int | None = None
    success: Estimate | None = None
    lift: Estimate | None = None


@dataclass(frozen=True, kw_only=True)
class Journey:
    """Stages in order, the product of their successes, and the stage whose repair lifts it most.

    ``index`` is the chance, in [0, 1], to pass all stages without a reason that reaches us as a complaint; as
    most dissatisfied customers stay silent, it is an upper bound. ``repair_first`` is None without an
    index, or where no stage alone lifts it.
    ``phases`` are shares of all complaints before, on and after the service; a complaint can be in several.
    """

    complaints: int
    stages: tuple[StageResult, ...]
    phases: dict[str, Estimate]
    index: Estimate | None
    repair_first: str | None
    notes: tuple[Note, ...]


def complaint_rows(table: ClassifiedTable) -> NDArray[np.bool_]:
    """Documents that hold a complaint, bool ``(n,)``: severity above 0, or, without severity, any cause."""
    found = complaints(table.decided, table.taxonomy)
    return np.zeros(len(table), dtype=bool) if found is None else found


def journey(
    table: ClassifiedTable,
    *,
    volumes: tuple[StageVolume, ...] = (),
    shares: Shares | None = None,
    level: float = LEVEL,
) -> Journey:
    """Stage and phase shares of the complaints and, with a volume table, the journey index.

    The index is the product over stages of 1 - complaints / contacts that passed the stage (rolled throughput
    yield: one bad moment multiplies through the journey). Complaints are counted in each volume row's own days,
    so a dated volume row needs dated documents. Intervals of the product by recovery of variances from the
    stages' bounds on the logarithm (Zou & Donner 2008). ``shares`` with a correction scale the counted
    complaints by corrected / raw share of the stage. Without volumes there is no index, and a note.

    Raises InputError for a volume of an unknown stage, one below 1, or fewer contacts than complaints.
    """
    if "stage" not in table.taxonomy:
        return Journey(complaints=0, stages=(), phases={}, index=None, repair_first=None, notes=(note("label"),))
    ids = table.taxonomy.group("stage").ids
    rows = complaint_rows(table)
    total = int(rows.sum())
    at = {stage: rows & table.has("stage", stage) for stage in ids}
    phases = {
        phase: wilson(float(_any([at[stage] for stage in members if stage in at], rows).sum()), total, level=level)
        for phase, members in PHASES.items()
    }
    stages = [
        StageResult(
            stage=stage,
            complaints=int(at[stage].sum()),
            share=wilson(float(at[stage].sum()), total, level=level),
        )
        for stage in ids
    ]
    notes = [] if total else [note("text")]
    dated = any(volume.first or volume.last for volume in volumes)
    if not volumes or (dated and not table.dated):
        missing = note("volume") if not volumes else note("time")
        return Journey(
            complaints=total,
            stages=tuple(stages),
            phases=phases,
            index=None,
            repair_first=None,
            notes=(missing, *notes),
        )
    successes, contacts = _successes(table, at, volumes, shares, level)
    index = _product(list(successes.values()))
    done = []
    for stage in stages:
        if stage.stage not in successes:
            done.append(stage)
            continue
        others = _product([success for name, success in successes.items() if name != stage.stage])
        own = successes[stage.stage]
        done.append(
            StageResult(
                stage=stage.stage,
                complaints=stage.complaints,
                share=stage.share,
                contacts=contacts[stage.stage],
                success=own,
                lift=_lift(others, own),
            )
        )
    best = max((stage for stage in done if stage.lift), key=lambda stage: stage.lift.value if stage.lift else 0.0)
    return Journey(
        complaints=total,
        stages=tuple(done),
        phases=phases,
        index=index,
        repair_first=best.stage if best.lift and best.lift.value > 0 else None,
        notes=tuple(notes),
    )


def _any(masks: list[NDArray[np.bool_]], like: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.zeros_like(like)
    for mask in masks:
        found |= mask
    return found


def _successes(
    table: ClassifiedTable,
    at: Mapping[str, NDArray[np.bool_]],
    volumes: tuple[StageVolume, ...],
    shares: Shares | None,
    level: float,
) -> tuple[dict[str, Estimate], dict[str, int]]:
    days = table.times.astype("datetime64[D]")
    complaints = dict.fromkeys(at, 0)
    contacts = dict.fromkeys(at, 0)
    for volume in volumes:
        if volume.stage not in at:
            raise InputError(
                "volume table: stage {stage!r} is unknown; use one of {allowed}",
                stage=volume.stage,
                allowed=", ".join(at),
            )
        if volume.contacts < 1:
            raise InputError(
                "volume table, stage {stage!r}: {contacts} contacts; give the number, above 0, of customers "
                "that passed the stage",
                stage=volume.stage,
                contacts=volume.contacts,
            )
        inside = at[volume.stage]
        if volume.first or volume.last:
            inside = inside & ~np.isnat(days)
        if volume.first:
            inside = inside & (days >= np.datetime64(volume.first))
        if volume.last:
            inside = inside & (days <= np.datetime64(volume.last))
        complaints[volume.stage] += int(inside.sum())
        contacts[volume.stage] += volume.contacts
    successes = {}
    for stage, passed in contacts.items():
        if not passed:
            continue
        failed = _failed(complaints[stage], passed, shares, stage, level)
        if failed.value > 1:
            raise InputError(
                "volume table, stage {stage!r}: {complaints} complaints but {passed} contacts; every complaint "
                "must come from a contact, so check that the table covers the same days as the file",
                stage=stage,
                complaints=complaints[stage],
                passed=passed,
            )
        successes[stage] = Estimate(value=1 - failed.value, low=1 - failed.high, high=1 - failed.low)
    return successes, {stage: passed for stage, passed in contacts.items() if passed}


def _failed(complaints: int, passed: int, shares: Shares | None, stage: str, level: float) -> Estimate:
    """Complaints per contact; where the stage's share is corrected, scaled by it and as uncertain as both."""
    raw = wilson(min(complaints, passed), passed, level=level)
    value = complaints / passed
    share = shares.get("stage", stage) if shares is not None else None
    if share is None or not share.corrected or not share.raw.value or not value or value > 1:
        return raw if value <= 1 else Estimate(value=value, low=value, high=value)
    value *= share.best.value / share.raw.value
    if not value:
        return Estimate(value=0.0, low=0.0, high=max(raw.high, share.best.high))
    down = math.hypot(
        math.log(raw.value / max(raw.low, 1e-12)), math.log(share.best.value / max(share.best.low, 1e-12))
    )
    up = math.hypot(math.log(raw.high / raw.value), math.log(share.best.high / share.best.value))
    return Estimate(value=value, low=value * math.exp(-down), high=max(value, min(1.0, value * math.exp(up))))


def _product(successes: list[Estimate]) -> Estimate:
    """Product of independent values in [0, 1] with bounds; 1 for none."""
    if any(success.value <= 0 for success in successes):
        return Estimate(value=0.0, low=0.0, high=math.prod(success.high for success in successes))
    value = math.prod(success.value for success in successes)
    down = math.sqrt(sum(math.log(success.value / max(success.low, 1e-12)) ** 2 for success in successes))
    up = math.sqrt(sum(math.log(success.high / success.value) ** 2 for success in successes))
    return Estimate(value=value, low=value * math.exp(-down), high=min(1.0, value * math.exp(up)))


def _lift(others: Estimate, own: Estimate) -> Estimate:
    """Index without the stage minus index with it: the others' product times the stage's failures."""
    failed = Estimate(value=1 - own.value, low=1 - own.high, high=1 - own.low)
    value = others.value * failed.value
    if not value:
        return Estimate(value=0.0, low=0.0, high=others.high * failed.high)
    down = math.hypot(math.log(others.value / max(others.low, 1e-12)), math.log(failed.value / max(failed.low, 1e-12)))
    up = math.hypot(math.log(others.high / others.value), math.log(failed.high / failed.value))
    return Estimate(value=value, low=value * math.exp(-down), high=min(1.0, value * math.exp(up)))

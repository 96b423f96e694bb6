"""Quality seen from the service management models: SERVQUAL profile, KSQI cross-walk, touchpoint kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.wom.estimates import LEVEL, Estimate, Note, note, wilson, z_value
from nlp.wom.journey import complaint_rows
from nlp.wom.speech import customer_text
from nlp.wom.tables import read_table


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimension:
    """One SERVQUAL dimension: the share of all documents that complain of it, its weight, and 1 - share."""

    id: str
    share: Estimate
    performance: Estimate
    weight: float


@dataclass(frozen=True, kw_only=True)
class ServqualProfile:
    """Dimensions in the taxonomy's order and their weighted mean performance, in [0, 1].

    It is a profile of what customers wrote unasked, not a SERVQUAL survey score (expectation minus perception).
    """

    dimensions: tuple[Dimension, ...]
    score: Estimate | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KsqiItem:
    """An interpersonal cause in KSQI's terms: its phase of the encounter and the items it touches."""

    cause: str
    phase: str
    phase_ko: str
    items_ko: tuple[str, ...]
    share: Estimate


@dataclass(frozen=True, kw_only=True)
class KsqiView:
    """Interpersonal causes by KSQI phase, never events, and the share of complaints KSQI does not see.

    ``outside`` is the share of complaints, in [0, 1], without an interpersonal cause. ``never_rows`` are int64
    positions of documents with a never event.
    """

    items: tuple[KsqiItem, ...]
    never_rows: NDArray[np.int64]
    outside: Estimate
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchpointShare:
    """Share of complaints, in [0, 1], that speak of a kind of touchpoint."""

    id: str
    ko: str
    en: str
    count: int
    share: Estimate


def servqual_profile(
    table: ClassifiedTable, *, weights: Mapping[str, float] | None = None, level: float = LEVEL
) -> ServqualProfile:
    """Share and performance of each dimension, and their weighted mean.

    Weights are equal unless given: the order of importance usually quoted did not hold across services
    (Sachdev & Verma 2004), so none is assumed. They are scaled to sum to 1. The score's interval follows from
    the mean over documents of the weighted number of dimensions complained of.

    Raises InputError when the weights name other dimensions than the taxonomy, or are negative or all 0.
    """
    if "servqual" not in table.taxonomy:
        return ServqualProfile(dimensions=(), score=None, notes=(note("label"),))
    ids = table.taxonomy.group("servqual").ids
    given = dict(weights) if weights is not None else dict.fromkeys(ids, 1.0)
    if set(given) != set(ids) or min(given.values()) < 0 or not sum(given.values()):
        raise InputError(
            "SERVQUAL weights {given}: one weight of 0 or more is needed for each of {labels}, not all 0",
            given=given,
            labels=", ".join(ids),
        )
    scale = np.array([given[label] for label in ids]) / sum(given.values())
    n = len(table)
    failed = table.decided[:, table.taxonomy.columns("servqual")]
    dimensions = []
    for label, column, weight in zip(ids, failed.T, scale.tolist(), strict=True):
        share = wilson(float(column.sum()), n, level=level)
        performance = Estimate(value=1 - share.value, low=1 - share.high, high=1 - share.low)
        dimensions.append(Dimension(id=label, share=share, performance=performance, weight=weight))
    if not n:
        return ServqualProfile(dimensions=tuple(dimensions), score=None, notes=(note("text"),))
    per_document = 1 - failed @ scale
    spread = z_value(level) * float(per_document.std()) / n**0.5
    mean = float(per_document.mean())
    score = Estimate(value=mean, low=max(0.0, mean - spread), high=min(1.0, mean + spread))
    return ServqualProfile(dimensions=tuple(dimensions), score=score, notes=())


def ksqi_view(table: ClassifiedTable, *, path: Path | None = None, level: float = LEVEL) -> KsqiView:
    """Place the two interpersonal causes in KSQI; all shares are of complaints."""
    entries, never = read_table("ksqi.toml", lambda found: (found["item"], found["never_event"]), path=path)
    causes = table.taxonomy.group("cause").ids if "cause" in table.taxonomy else ()
    rows = complaint_rows(table)
    total = int(rows.sum())
    inside = np.zeros(len(table), dtype=bool)
    grave = np.zeros(len(table), dtype=bool)
    items = []
    for entry in entries:
        if entry["cause"] not in causes:
            continue
        has = rows & table.has("cause", entry["cause"])
        inside |= has
        if entry["cause"] in never["causes"]:
            grave |= has
        items.append(
            KsqiItem(
                cause=entry["cause"],
                phase=entry["phase"],
                phase_ko=entry["phase_ko"],
                items_ko=tuple(entry["items_ko"]),
                share=wilson(float(has.sum()), total, level=level),
            )
        )
    if table.taxonomy.has("severity", never["severity"]):
        grave &= table.has("severity", never["severity"])
    else:
        grave[:] = False
    return KsqiView(
        items=tuple(items),
        never_rows=np.flatnonzero(grave).astype(np.int64),
        outside=wilson(float((rows & ~inside).sum()), total, level=level),
        notes=() if items else (note("label"),),
    )


@dataclass(frozen=True, kw_only=True)
class TouchpointCues:
    """A kind of touchpoint and the expression that finds it."""

    id: str
    ko: str
    en: str
    pattern: re.Pattern[str]


def load_touchpoints(path: Path | None = None) -> tuple[TouchpointCues, ...]:
    """Read the cue table; without a path the one that ships. Raises InputError when it is none."""
    return read_table(
        "touchpoints.toml",
        lambda table: tuple(
            TouchpointCues(id=entry["id"], ko=entry["ko"], en=entry["en"], pattern=re.compile("|".join(entry["cues"])))
            for entry in table["kind"]
        ),
        path=path,
    )


def touchpoint_kinds(table: ClassifiedTable, *, level: float = LEVEL) -> tuple[TouchpointShare, ...]:
    """Shares of complaints by kind of touchpoint.

    A rule over words: only the customer's turns of a dialogue are read, and a call is not a complaint about
    the telephone merely because it was made by telephone.
    """
    said = [customer_text(text) for text in table.texts[complaint_rows(table)]]
    found = []
    for kind in load_touchpoints():
        count = sum(kind.pattern.search(text) is not None for text in said)
        share = wilson(count, len(said), level=level)
        found.append(TouchpointShare(id=kind.id, ko=kind.ko, en=kind.en, count=count, share=share))
    return tuple(found)

"""Texts that were copied are one opinion told often: count them once a customer, and show them as a burst."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.text.duplicates import near_duplicate_groups

_LONG = re.compile(r"(?:[\W_]*[^\W_]){10}")
"""Texts with fewer letters and digits ("너무 비싸요") are alike by chance: many customers, not many copies."""

_FEWEST_COPIES = 3
"""Copies from which a text is shown as a burst."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyBurst:
    """One text that occurs ``copies`` times, identical or nearly so.

    ``row`` is the position of the copy that is kept: the earliest by time, else the first in the file.
    ``channels`` lists where it appeared, ``peak`` is the day with most copies and ``peak_copies`` how many fell on it.
    """

    row: int
    text: str
    copies: int
    channels: tuple[str, ...]
    peak: date | None
    peak_copies: int


@dataclass(frozen=True, kw_only=True)
class Distinct:
    """``rows`` int64: positions of the documents to count, in file order; ``bursts``: most copies first.

    ``weight`` int64 of the same length says how many documents each of them stands for. ``table`` holds the
    documents to count. ``wordings`` int64 are those of them that say something of their own: one of each group of
    copies, whoever wrote it.
    """

    table: ClassifiedTable
    rows: NDArray[np.int64]
    weight: NDArray[np.int64]
    wordings: NDArray[np.int64]
    bursts: tuple[CopyBurst, ...]

    @property
    def dropped(self) -> int:
        """How many copies are not counted."""
        return int(self.weight.sum()) - len(self.rows)


def distinct(
    table: ClassifiedTable,
    *,
    keep: Sequence[str] = (),
    groups: NDArray[np.int64] | None = None,
    known: NDArray[np.bool_] | None = None,
) -> Distinct:
    """Keep one document a customer of each group of copies.

    Copies are the near-duplicates of ``nlp.text.duplicates``; short texts are all kept. The same words of another
    known customer (an agent's set phrase, one failure that struck many) are another voice; those of nobody known may
    be anybody's, and count only where no known customer wrote them. Groups of three or more are
    returned as bursts. A document whose id is in ``keep`` (an audited row) stands for its group in place of the
    earliest one. ``groups`` ``(n,)`` are those of ``near_duplicate_groups`` where they are known already, ``known``
    ``(n,)`` marks documents whose customer is known; without it none is.
    """
    group = near_duplicate_groups(table.texts.tolist()) if groups is None else groups
    long = np.array([_LONG.match(text) is not None for text in table.texts], dtype=bool)
    times = table.times.astype(np.int64).astype(np.float64)
    times[np.isnat(table.times)] = np.inf
    wanted = set(keep)
    last_choice = np.array([identity not in wanted for identity in table.ids], dtype=bool)
    order = np.lexsort((np.arange(len(table)), times, last_choice, group))
    starts = np.flatnonzero(np.r_[True, group[order][1:] != group[order][:-1]]) if len(table) else np.array([], int)
    sizes = np.diff(np.r_[starts, len(table)])

    kept = np.zeros(len(table), dtype=bool)
    kept[order[starts]] = True
    kept |= ~long
    wordings = np.flatnonzero(kept).astype(np.int64)
    known = np.zeros(len(table), dtype=bool) if known is None else known
    weight = np.ones(len(table), dtype=np.int64)
    bursts = []
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        members = order[start : start + size]
        if long[members[0]]:
            voices = _voices(table, members, known)
            kept[members] = False
            for voice in voices:
                kept[voice[0]] = True
                weight[voice[0]] = len(voice)
        if size >= _FEWEST_COPIES:
            bursts.append(_burst(table, members))
    rows = np.flatnonzero(kept).astype(np.int64)
    bursts.sort(key=lambda burst: (-burst.copies, burst.row))
    return Distinct(table=table.take(rows), rows=rows, weight=weight[rows], wordings=wordings, bursts=tuple(bursts))


def _voices(table: ClassifiedTable, members: NDArray[np.int64], known: NDArray[np.bool_]) -> list[list[int]]:
    """Copies by who wrote them, in their order; those of nobody known join the first."""
    voices: dict[str, list[int]] = {}
    for member in members[known[members]].tolist():
        voices.setdefault(str(table.customer_ids[member]), []).append(member)
    unknown = members[~known[members]].tolist()
    if not voices:
        return [unknown]
    next(iter(voices.values())).extend(unknown)
    return list(voices.values())


def _burst(table: ClassifiedTable, members: NDArray[np.int64]) -> CopyBurst:
    times = table.times[members]
    days, counts = np.unique(times[~np.isnat(times)].astype("datetime64[D]"), return_counts=True)
    return CopyBurst(
        row=int(members[0]),
        text=str(table.texts[members[0]]),
        copies=len(members),
        channels=tuple(dict.fromkeys(name for name in table.channels[members] if name)),
        peak=days[counts.argmax()].item() if len(days) else None,
        peak_copies=int(counts.max(initial=0)),
    )

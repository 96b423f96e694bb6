"""Documents → cases: one per customer, with what the customer's texts say together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.corpus.columns import names_nobody
from nlp.recovery.readings import Readings
from nlp.text.duplicates import near_duplicate_groups
from nlp.wom.channels import channel_kinds

Stage: TypeAlias = Literal["before", "during", "after"]
Outcome: TypeAlias = Literal["unknown", "failed", "recovered", "closed"]

STAGES: Final[tuple[Stage, ...]] = ("before", "during", "after")
OUTCOMES: Final[tuple[Outcome, ...]] = ("unknown", "failed", "recovered", "closed")

_PERSON_GROUPS = ("cause", "severity")
_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Cases:
    """``n`` cases; a customer's documents are one case, a document without a customer is its own.

    Of a customer's documents those of the *episode* speak: the newest one, what came within the repeat window
    before it, and what has no date. ``episode`` ``(n_documents,)`` marks them, ``complaining`` those of all documents
    that hold a complaint. ``order`` holds the rows of the table
    sorted by case and time, ``starts`` ``(n + 1,)`` the position in ``order`` where each case begins, ``newest``
    ``(n,)`` the row of its newest document.

    ``probabilities`` ``(n, n_labels)`` in [0, 1] are the highest over the episode (a text resembles the same
    customer's other texts, so the classifier's errors do too, and a noisy-or would count them twice); in
    severity and any other one-of group they are those of the highest level reached, in the recovery group those
    of the newest document. ``decided`` ``(n, n_labels)`` is what was decided in any document of the episode.

    ``repeat`` ``(n,)`` in [0, 1] is the probability that there were two failures on different days, copies of one
    text aside, and ``gap_days`` ``(n,)`` the days between the last two (infinity where there is one).
    ``failed_at`` ``(n,)`` is the time of the newest failure, NaT where unknown; ``days`` ``(n,)`` the days from
    it until now, NaN where unknown. ``n_future`` documents are dated after now; a failure among them counts as
    one of now. ``stage`` and
    ``outcome`` ``(n,)`` are positions in ``STAGES`` and ``OUTCOMES``.
    """

    ids: NDArray[np.object_]
    known_customer: NDArray[np.bool_]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    newest: NDArray[np.int64]
    episode: NDArray[np.bool_]
    complaining: NDArray[np.bool_]
    probabilities: NDArray[np.float32]
    decided: NDArray[np.bool_]
    repeat: NDArray[np.float64]
    gap_days: NDArray[np.float64]
    failed_at: NDArray[np.datetime64]
    days: NDArray[np.float64]
    stage: NDArray[np.int8]
    outcome: NDArray[np.int8]
    abstained: NDArray[np.bool_]
    involuntary: NDArray[np.bool_]
    safety: NDArray[np.bool_]
    public: NDArray[np.bool_]
    n_future: int

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Documents per case, ``(n,)``."""
        return np.diff(self.starts)

    @cached_property
    def of_rows(self) -> NDArray[np.int64]:
        """The case of each of the table's rows, ``(n_documents,)``."""
        found = np.empty(len(self.order), dtype=np.int64)
        found[self.order] = np.repeat(np.arange(len(self)), self.sizes)
        return found

    def rows(self, case: int) -> NDArray[np.int64]:
        """The table's rows of one case, oldest first."""
        return self.order[self.starts[case] : self.starts[case + 1]]

    def episode_rows(self, case: int) -> NDArray[np.int64]:
        """Those of the episode, complaints ahead; newest first, undated ones last."""
        rows = self.rows(case)[::-1]
        rows = rows[self.episode[rows]]
        return rows[np.argsort(~self.complaining[rows], kind="stable")]

    def latest(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """The newest known number of each case ``(n,)`` from one per document; NaN where none is known."""
        return _latest(numbers, self.order, self.starts)


def group_cases(
    table: ClassifiedTable,
    *,
    now: datetime,
    window_days: float,
    closed: NDArray[np.float64] | None = None,
    readings: Readings | None = None,
) -> Cases:
    """Group documents into cases.

    ``now`` is compared with the table's times as wall-clock time. ``closed`` ``(n_documents,)`` is 1 where a
    column says that the case is closed, 0 where it says open, NaN where it says nothing. ``readings`` are those
    of the table; without them its texts are read here.
    """
    readings = readings or Readings.of(table)
    code, ids, known = _codes(table)
    seconds = table.times.astype("datetime64[s]").astype(np.int64)
    dated = ~np.isnat(table.times)
    order = np.lexsort((np.where(dated, seconds, np.iinfo(np.int64).min), code))
    starts = np.concatenate([[0], np.cumsum(np.bincount(code, minlength=len(ids)))]).astype(np.int64)
    newest = order[starts[1:] - 1]

    wall = np.datetime64(now.replace(tzinfo=None), "s")
    # A date after now is a slip; what the customer said before it still belongs to the episode.
    latest = np.minimum(seconds[newest], wall.astype(np.int64))
    cut = np.where(dated[newest], latest - window_days * _DAY, -np.inf)
    member = ~dated | (seconds >= cut[code])
    complaint = _complaint(table)
    failed_row, repeat, gap = _failures(table, code, order, complaint, seconds, dated, len(ids), readings.copies)
    failed_row = np.where(failed_row >= 0, failed_row, newest)
    failed_at = np.minimum(table.times[failed_row].astype("datetime64[s]"), wall)
    days = np.where(dated[failed_row], (wall.astype(np.int64) - seconds[failed_row]) / _DAY, np.nan)

    def any_of(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.logical_or.reduceat((flags & member)[order], starts[:-1])

    kinds = channel_kinds(table)
    nowhere = np.zeros(len(table), dtype=bool)
    public, private = (kinds.public, kinds.private) if kinds else (nowhere, nowhere)
    reached = private | _has(table, "response", "voice")
    failed, recovered = (
        _has(table, "recovery", "failed")[newest],
        _has(table, "recovery", "recovered")[newest],
    )
    # A status is that of its own ticket: what an older one says tells nothing of the newest.
    shut = np.zeros(len(ids), bool) if closed is None else closed[newest] == 1.0
    outcome = np.select([recovered, failed, shut], [2, 1, 3], 0).astype(np.int8)
    stage = np.where(outcome > 0, 2, np.where(any_of(reached), 1, 0)).astype(np.int8)
    return Cases(
        ids=ids,
        known_customer=known,
        order=order,
        starts=starts,
        newest=newest,
        episode=member,
        complaining=complaint >= 0.5,
        probabilities=_together(table, order, starts, member, newest),
        decided=np.logical_or.reduceat((table.decided & member[:, None])[order], starts[:-1], axis=0),
        repeat=repeat,
        gap_days=gap,
        failed_at=failed_at,
        days=np.maximum(days, 0.0),
        stage=stage,
        outcome=outcome,
        abstained=any_of(_abstained(table)),
        involuntary=any_of(readings.involuntary),
        safety=any_of(readings.unsafe),
        public=any_of(public),
        n_future=int((table.times > wall).sum()),
    )


def known_customers(table: ClassifiedTable) -> NDArray[np.bool_]:
    """Documents whose customer is known, ``(n,)``; a cell such as ``-``, ``비회원`` or ``N/A`` names nobody."""
    known = {cell: bool(cell) and not names_nobody(str(cell)) for cell in set(table.customer_ids)}
    return np.array([known[cell] for cell in table.customer_ids], dtype=bool)


def _codes(table: ClassifiedTable) -> tuple[NDArray[np.int64], NDArray[np.object_], NDArray[np.bool_]]:
    """Case number of each document, and the id of each case in order of first appearance."""
    numbers: dict[tuple[bool, str], int] = {}
    code = np.empty(len(table), dtype=np.int64)
    rows = zip(known_customers(table), table.customer_ids, table.ids, strict=True)
    for row, (known, customer, document) in enumerate(rows):
        key = (True, str(customer)) if known else (False, f"{row}:{document}")
        code[row] = numbers.setdefault(key, len(numbers))
    ids = np.array([name if known else name.split(":", 1)[1] for known, name in numbers], dtype=object)
    return code, ids, np.array([known for known, _ in numbers], dtype=bool)


def _has(table: ClassifiedTable, group: str, label: str) -> NDArray[np.bool_]:
    """Whether the label was decided; nowhere when the taxonomy lacks it."""
    if table.taxonomy.has(group, label):
        return table.has(group, label)
    return np.zeros(len(table), dtype=bool)


def _complaint(table: ClassifiedTable) -> NDArray[np.float32]:
    """Probability that a document holds a complaint: 1 - P(lowest severity), else the likeliest cause."""
    if "severity" in table.taxonomy:
        return 1.0 - table.probabilities[:, table.taxonomy.columns("severity").start]
    causes: NDArray[np.float32] = table.probabilities[:, table.taxonomy.columns("cause")].max(axis=1)
    return causes


def _abstained(table: ClassifiedTable) -> NDArray[np.bool_]:
    columns = [index for index, group in enumerate(table.taxonomy.groups) if group.id in _PERSON_GROUPS]
    flags: NDArray[np.bool_] = np.logical_or.reduce(table.abstained[:, columns], axis=1)
    return flags


def _together(
    table: ClassifiedTable,
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    member: NDArray[np.bool_],
    newest: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Case probabilities ``(n, n_labels)``; see ``Cases``."""
    if len(starts) - 1 == len(order):
        return table.probabilities[order]
    together = np.empty((len(starts) - 1, len(table.taxonomy.labels)), dtype=np.float32)
    for group in table.taxonomy:
        span = table.taxonomy.columns(group.id)
        scores = table.probabilities[:, span]
        if group.id == "recovery":
            together[:, span] = scores[newest]
        elif group.kind == "any-of":
            together[:, span] = np.maximum.reduceat(np.where(member[:, None], scores, 0.0)[order], starts[:-1], axis=0)
        else:
            below = np.where(member[:, None], np.cumsum(scores, axis=1), 1.0)
            lowest = np.minimum.reduceat(below[order], starts[:-1], axis=0)
            together[:, span] = np.diff(lowest, axis=1, prepend=0.0)
    return together


def _failures(
    table: ClassifiedTable,
    code: NDArray[np.int64],
    order: NDArray[np.int64],
    complaint: NDArray[np.float32],
    seconds: NDArray[np.int64],
    dated: NDArray[np.bool_],
    n: int,
    copies: NDArray[np.int64] | None,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Row of each case's newest failure (-1: none), probability of an earlier one, days between the two."""
    rows = order[complaint[order] >= 0.5]
    newest = np.full(n, -1, dtype=np.int64)
    newest[code[rows]] = rows
    repeat, gap = np.zeros(n), np.full(n, np.inf)

    rows = rows[dated[rows]]
    rows = rows[np.bincount(code[rows], minlength=n)[code[rows]] > 1]
    rows = _without_copies(rows, code, table.texts, copies)
    day = seconds[rows] // _DAY
    last_of_day = np.ones(len(rows), dtype=bool)
    last_of_day[:-1] = (code[rows][1:] != code[rows][:-1]) | (day[1:] != day[:-1])
    rows = rows[last_of_day]
    pair = np.flatnonzero(code[rows][1:] == code[rows][:-1])
    earlier, later = rows[pair], rows[pair + 1]
    # A case with three failures has two pairs; the later pair is written last and stays.
    repeat[code[later]] = np.minimum(complaint[earlier], complaint[later])
    gap[code[later]] = (seconds[later] - seconds[earlier]) / _DAY
    return newest, repeat, gap


def _without_copies(
    rows: NDArray[np.int64], code: NDArray[np.int64], texts: NDArray[np.object_], copies: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """Drop a document that repeats an earlier text of the same customer: one failure, told twice."""
    if not len(rows):
        return rows
    wording = near_duplicate_groups(list(texts[rows])) if copies is None else copies[rows]
    _, first = np.unique(np.stack([code[rows], wording]), axis=1, return_index=True)
    return rows[np.sort(first)]


def _latest(numbers: NDArray[Any], order: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    ordered = numbers[order].astype(np.float64)
    known = np.where(np.isnan(ordered), -1, np.arange(len(ordered)))
    last = np.maximum.reduceat(known, starts[:-1])
    return np.where(last >= starts[:-1], ordered[np.maximum(last, 0)], np.nan)

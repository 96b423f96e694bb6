"""From finished blocks on the disk to what the store says of a job: progress, rejected rows, documents."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from nlp.errors import InputError
from nlp.pipeline.partial import Part, PartialFolder
from nlp.serve.jobs_signals import PASSING, CancelledError, Signals
from nlp.store import Job, Progress, Store, StoredDocument
from nlp.taxonomy import Taxonomy
from nlp.types import Prediction

_EVERY = 1.0
"""Seconds between two notes in the store."""


class Teller:
    """The ``progress`` of ``classify_files``; ``job`` is the job as this attempt found it.

    Every finished block is read back once. With ``keep`` its documents go into the store, in the transaction
    that counts the block: whatever is cut off in between, a block is kept once.
    """

    def __init__(
        self,
        job: Job,
        partial: PartialFolder,
        *,
        store: Store,
        owner: str,
        signals: Signals,
        taxonomy: Taxonomy,
        keep: bool,
        max_rows: int | None,
        clock: Callable[[], float],
    ) -> None:
        self._job = job
        self._partial = partial
        self._store = store
        self._owner = owner
        self._signals = signals
        self._taxonomy = taxonomy
        self._keep = keep
        self._max_rows = max_rows
        self._clock = clock
        self._blocks = self._documents = self._rejected = 0
        self._first: tuple[float, int, int] | None = None
        self._told = float("-inf")

    def __call__(self, rows: int, done: int, total: int) -> None:
        """Called after each block; raises CancelledError, StoppingError, LostJobError, or InputError for too many."""
        self._signals.check()
        if self._max_rows is not None and rows > self._max_rows:
            raise InputError(
                "{name}: the file has more than {most:,} rows; split it", name=self._job.file_name, most=self._max_rows
            )
        now = self._clock()
        if self._first is None:
            self._first = (now, rows, done)
        if done < total and now - self._told < _EVERY:
            return
        self._told = now
        self._catch_up()
        self._tell(self._progress(rows, done, total, now), further=rows > self._first[1], must=done >= total)

    def _catch_up(self) -> None:
        for block in range(self._blocks, self._partial.count(0, known=self._blocks)):
            part = self._partial.read(0, block)
            if self._keep and block >= self._job.stored_blocks:
                documents = documents_of(part, self._taxonomy, self._job.model)
                first = self._documents
                self._signals.insist(
                    lambda: self._store.jobs.keep_block(self._job.id, self._owner, block, documents, first=first)  # noqa: B023 - called at once
                )
            self._documents += part.table.num_rows
            self._rejected += len(part.notes["rejects"])
            self._blocks = block + 1

    def _progress(self, rows: int, done: int, total: int, now: float) -> Progress:
        assert self._first is not None
        began, rows_before, bytes_before = self._first
        seconds = now - began
        rate = (rows - rows_before) / seconds if seconds > 0 and rows > rows_before else None
        speed = (done - bytes_before) / seconds if seconds > 0 else 0.0
        return Progress(
            rows=rows,
            rejected=self._rejected,
            bytes_done=done,
            bytes_total=total,
            stage="classify",
            rate=rate,
            seconds_left=(total - done) / speed if speed > 0 else None,
        )

    def _tell(self, progress: Progress, *, further: bool, must: bool) -> None:
        def tell() -> Job:
            return self._store.jobs.advance(self._job.id, self._owner, progress, further=further)

        if must:
            job = self._signals.insist(tell)
        else:
            job = self._job
            # A store that is busy now is told the next time.
            with contextlib.suppress(*PASSING):
                job = tell()
        if job.cancel_requested:
            raise CancelledError


def documents_of(part: Part, taxonomy: Taxonomy, model: str) -> list[StoredDocument]:
    """The documents of a finished block as the store keeps them; their texts are masked as in the block."""
    table = part.table
    cells = {role: table[f"cell:{at}"].to_pylist() for at, (_, role) in enumerate(part.notes["incoming"]) if role}
    decided = {group.id: table[f"label:{group.id}"].to_pylist() for group in taxonomy}
    width = len(taxonomy.labels)
    scores = table["probability"].combine_chunks().flatten().to_numpy().reshape(-1, width).tolist()
    ids, abstained, scopes = (table[name].to_pylist() for name in ("id", "abstained", "scope"))

    def cell(role: str, row: int) -> Any:
        return (cells[role][row] or None) if role in cells else None

    return [
        StoredDocument(
            id=ids[row],
            text=cell("text", row) or "",
            customer_id=cell("customer_id", row),
            time=cell("time", row) or cell("turn_time", row),
            channel=cell("channel", row),
            branch=cell("branch", row),
            product=cell("product", row),
            predictions={
                model: Prediction(
                    labels={
                        group.id: found if isinstance(found := decided[group.id][row], str) else tuple(found)
                        for group in taxonomy
                    },
                    probabilities=dict(zip(taxonomy.labels, scores[row], strict=True)),
                    abstained=tuple(abstained[row]),
                    scope=scopes[row],
                )
            },
        )
        for row in range(table.num_rows)
    ]

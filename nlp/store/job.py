"""A job as a value, and as a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

from nlp.errors import DangolError, InputError
from nlp.store.failures import unpack
from nlp.store.tables import JobRow

Kind: TypeAlias = Literal["classify", "analyze"]
State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
FINISHED: tuple[State, ...] = ("done", "failed", "cancelled")


class LostJobError(DangolError):
    """Another owner has the job now; whoever gets this stops working on it."""


class OtherJobError(InputError):
    """The idempotency key was used for another content."""


class QueueFullError(DangolError):
    """As many jobs wait as may wait; the same request is welcome later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewJob:
    """What a caller asks for. ``fingerprint`` is a SHA-256 (hex) over kind, options and file."""

    id: str
    kind: Kind
    caller: str
    file_name: str
    options: Mapping[str, Any]
    fingerprint: str
    size: int
    idempotency_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job as it stands. ``rate`` is in rows per second; ``version`` grows with every change.

    ``error`` is set when the job failed. ``attempts`` counts claims since a block was last finished.
    ``stored_blocks`` counts the blocks whose documents are in the store.
    """

    id: str
    kind: Kind
    state: State
    caller: str
    file_name: str
    options: Mapping[str, Any]
    fingerprint: str
    model: str
    stage: str
    rows: int
    rejected: int
    bytes_done: int
    bytes_total: int
    rate: float | None
    seconds_left: float | None
    stored_blocks: int
    attempts: int
    owner: str | None
    cancel_requested: bool
    error: DangolError | None = field(compare=False)
    version: int
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None

    @property
    def finished(self) -> bool:
        """Whether nothing more happens to it, unless somebody resumes it."""
        return self.state in FINISHED


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far an owner is; ``rate`` and ``seconds_left`` are None until they can be told."""

    rows: int
    rejected: int
    bytes_done: int
    bytes_total: int
    stage: str
    rate: float | None = None
    seconds_left: float | None = None


def row_of(new: NewJob, now: datetime) -> JobRow:
    """A queued job as it enters the table."""
    return JobRow(
        id=new.id,
        kind=new.kind,
        state="queued",
        caller=new.caller,
        file_name=new.file_name,
        options=dict(new.options),
        fingerprint=new.fingerprint,
        idempotency_key=new.idempotency_key,
        model="",
        stage="",
        rows=0,
        rejected=0,
        bytes_done=0,
        bytes_total=new.size,
        stored_blocks=0,
        attempts=0,
        cancel_requested=False,
        version=1,
        created_at=now,
        updated_at=now,
    )


def job_of(row: JobRow) -> Job:
    """A row as a value that outlives its session."""
    return Job(
        id=row.id,
        kind=cast(Kind, row.kind),
        state=cast(State, row.state),
        caller=row.caller,
        file_name=row.file_name,
        options=row.options,
        fingerprint=row.fingerprint,
        model=row.model,
        stage=row.stage,
        rows=row.rows,
        rejected=row.rejected,
        bytes_done=row.bytes_done,
        bytes_total=row.bytes_total,
        rate=row.rate,
        seconds_left=row.seconds_left,
        stored_blocks=row.stored_blocks,
        attempts=row.attempts,
        owner=row.owner,
        cancel_requested=row.cancel_requested,
        error=unpack(row.error) if row.error is not None else None,
        version=row.version,
        created_at=row.created_at,
        started_at=row.started_at,
        updated_at=row.updated_at,
        finished_at=row.finished_at,
    )

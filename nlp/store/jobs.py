"""File jobs: who asked for what, how far it is, and who works on it.

    queued ──claim──▶ running ──finish──▶ done | failed | cancelled
       ▲                 │                         │
       ├── release, or the lease ran out           │
       └──────────────── resume ─────── failed ◀───┘

A job is claimed with a lease that its owner renews. Every write of an owner names the owner; one that lost its
job (it was paused, or cut off from the database) finds that out instead of writing over its successor's work.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nlp.errors import DangolError
from nlp.store.audit import note
from nlp.store.database import Database
from nlp.store.documents import StoredDocument, insert_documents
from nlp.store.failures import pack
from nlp.store.job import (
    Job,
    LostJobError,
    NewJob,
    OtherJobError,
    Progress,
    QueueFullError,
    State,
    job_of,
    row_of,
)
from nlp.store.moments import Clock
from nlp.store.tables import DocumentRow, JobRow


class Jobs:
    """Create, claim, advance, finish, cancel and list jobs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, new: NewJob, *, actor: str, most_waiting: int | None = None) -> tuple[Job, bool]:
        """Queue a job; returns it and whether it is new.

        A caller that repeats an idempotency key with the same content gets the job of the first time.
        Raises OtherJobError when the content is another, QueueFullError when ``most_waiting`` jobs of this
        caller wait already.
        """
        now = self._clock()
        try:
            with self._database.writing() as session:
                known = _of_key(session, new)
                if known is not None:
                    return _same(known, new), False
                if most_waiting is not None and _waiting(session, new.caller) >= most_waiting:
                    raise QueueFullError(
                        "{waiting} of your jobs wait or run already, and no more may; try again when one is done",
                        waiting=most_waiting,
                    )
                row = row_of(new, now)
                session.add(row)
                note(session, now, actor, "job.create", new.id, kind=new.kind)
                session.flush()
                return job_of(row), True
        except IntegrityError:
            # Another request with this key came in between; PostgreSQL lets two transactions get this far.
            with self._database.reading() as session:
                known = _of_key(session, new)
                if known is None:
                    raise
                return _same(known, new), False

    def get(self, job_id: str) -> Job | None:
        """One job, None when there is none of that id."""
        with self._database.reading() as session:
            row = session.get(JobRow, job_id)
            return job_of(row) if row is not None else None

    def list(
        self, *, caller: str | None = None, state: State | None = None, limit: int = 100, offset: int = 0
    ) -> Sequence[Job]:
        """Jobs of one caller or of all, newest first."""
        query = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit).offset(offset)
        if caller is not None:
            query = query.where(JobRow.caller == caller)
        if state is not None:
            query = query.where(JobRow.state == state)
        with self._database.reading() as session:
            return [job_of(row) for row in session.scalars(query)]

    def claimable(self, *, limit: int = 20) -> Sequence[Job]:
        """Jobs that wait, oldest first, and those whose owner has let its lease run out."""
        query = select(JobRow).where(_free(self._clock())).order_by(JobRow.created_at, JobRow.id).limit(limit)
        with self._database.reading() as session:
            return [job_of(row) for row in session.scalars(query)]

    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.state == "queued")) or 0

    def running(self) -> Sequence[Job]:
        """Jobs that somebody works on, or was working on when it died."""
        with self._database.reading() as session:
            return [job_of(row) for row in session.scalars(select(JobRow).where(JobRow.state == "running"))]

    def claim(self, job_id: str, owner: str, *, lease: timedelta) -> Job | None:
        """Take a job that waits; None when somebody else was faster. Of many who ask at once one gets it."""
        now = self._clock()
        change = (
            update(JobRow)
            .where(JobRow.id == job_id, _free(now))
            .values(
                state="running",
                owner=owner,
                lease_until=now + lease,
                attempts=JobRow.attempts + 1,
                started_at=func.coalesce(JobRow.started_at, now),
                updated_at=now,
                rate=None,
                seconds_left=None,
                error=None,
                version=JobRow.version + 1,
            )
        )
        return self._changed(job_id, change)

    def renew(self, owner: str, job_ids: Collection[str], *, lease: timedelta) -> None:
        """Say that the owner still works on these."""
        if job_ids:
            with self._database.writing() as session:
                session.execute(
                    update(JobRow)
                    .where(JobRow.id.in_(job_ids), JobRow.owner == owner, JobRow.state == "running")
                    .values(lease_until=self._clock() + lease)
                )

    def release(self, job_id: str, owner: str) -> Job | None:
        """Put a running job of ``owner`` back into the queue: the owner stops, or is known to be dead."""
        change = _owned(job_id, owner).values(
            state="queued", owner=None, lease_until=None, updated_at=self._clock(), version=JobRow.version + 1
        )
        return self._changed(job_id, change)

    def begin(self, job_id: str, owner: str, *, model: str, afresh: bool) -> Job:
        """Note the model; ``afresh`` drops the progress and the documents that another model left."""
        with self._database.writing() as session:
            values: dict[str, Any] = {"model": model, "updated_at": self._clock(), "version": JobRow.version + 1}
            if afresh:
                values |= {"rows": 0, "rejected": 0, "bytes_done": 0, "stored_blocks": 0}
            self._own(session, _owned(job_id, owner).values(**values), job_id)
            if afresh:
                _drop_documents(session, job_id)
            return job_of(session.get_one(JobRow, job_id))

    def advance(self, job_id: str, owner: str, progress: Progress, *, further: bool = True) -> Job:
        """Note how far the job is; ``further`` says that this attempt got work done, so it was not in vain.

        Raises LostJobError when another owner has it.
        """
        values = self._values(progress) | ({"attempts": 0} if further else {})
        with self._database.writing() as session:
            self._own(session, _owned(job_id, owner).values(**values), job_id)
            return job_of(session.get_one(JobRow, job_id))

    def keep_block(
        self, job_id: str, owner: str, block: int, documents: Sequence[StoredDocument], *, first: int
    ) -> None:
        """Keep a block's documents and the fact that they are kept, in one transaction: once, never twice.

        ``first`` is the number of documents in the blocks before. Raises LostJobError when another owner has
        the job or the block is not the next one.
        """
        with self._database.writing() as session:
            change = _owned(job_id, owner).where(JobRow.stored_blocks == block).values(stored_blocks=block + 1)
            self._own(session, change, job_id)
            insert_documents(session, documents, at=self._clock(), job_id=job_id, first=first)

    def finish(self, job_id: str, owner: str, state: State, *, error: DangolError | None = None) -> Job:
        """End a job for good; raises LostJobError when another owner has it."""
        now = self._clock()
        values: dict[str, Any] = {
            "state": state,
            "owner": None,
            "lease_until": None,
            "cancel_requested": False,
            "seconds_left": None,
            "updated_at": now,
            "finished_at": now,
            "version": JobRow.version + 1,
        }
        if error is not None:
            values["error"] = pack(error)
        with self._database.writing() as session:
            self._own(session, _owned(job_id, owner).values(**values), job_id)
            if state == "cancelled":
                _drop_documents(session, job_id)
            job = job_of(session.get_one(JobRow, job_id))
        if state == "cancelled":
            self._database.forget()
        return job

    def cancel(self, job_id: str, *, actor: str, done: bool = False) -> Job | None:
        """End a job that waits or failed at once, ask the owner of a running one to stop; others stay as they are.

        The documents that a cancelled job had kept are removed. With ``done`` a job that is done is dropped, too.
        """
        now = self._clock()
        with self._database.writing() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is None:
                return None
            if row.state == "cancelled" or (row.state == "done" and not done) or row.cancel_requested:
                return job_of(row)
            if row.state in ("queued", "failed", "done"):
                row.state, row.finished_at, row.error = "cancelled", now, None
                _drop_documents(session, job_id)
            else:
                row.cancel_requested = True
            row.updated_at, row.version = now, row.version + 1
            note(session, now, actor, "job.cancel", job_id)
            job = job_of(row)
        self._database.forget()
        return job

    def resume(self, job_id: str, *, actor: str) -> Job | None:
        """Queue a failed job again; what it had done is kept. Others stay as they are."""
        now = self._clock()
        with self._database.writing() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is None:
                return None
            if row.state == "failed":
                row.state, row.finished_at, row.attempts, row.error = "queued", None, 0, None
                row.updated_at, row.version = now, row.version + 1
                note(session, now, actor, "job.resume", job_id)
            return job_of(row)

    def _values(self, progress: Progress) -> dict[str, Any]:
        return {
            "rows": progress.rows,
            "rejected": progress.rejected,
            "bytes_done": progress.bytes_done,
            "bytes_total": progress.bytes_total,
            "stage": progress.stage,
            "rate": progress.rate,
            "seconds_left": progress.seconds_left,
            "updated_at": self._clock(),
            "version": JobRow.version + 1,
        }

    def _changed(self, job_id: str, change: Update) -> Job | None:
        with self._database.writing() as session:
            if _count(session, change) == 0:
                return None
            return job_of(session.get_one(JobRow, job_id))

    def _own(self, session: Session, change: Update, job_id: str) -> None:
        if _count(session, change) == 0:
            raise LostJobError("job {id}: another process has it now; this one stops", id=job_id)


def _drop_documents(session: Session, job_id: str) -> None:
    session.execute(
        delete(DocumentRow).where(DocumentRow.job_id == job_id).execution_options(synchronize_session=False)
    )


def _count(session: Session, change: Update) -> int:
    result = cast("CursorResult[Any]", session.execute(change.execution_options(synchronize_session=False)))
    return result.rowcount


def _free(now: datetime) -> ColumnElement[bool]:
    abandoned = (JobRow.state == "running") & (JobRow.lease_until < now)
    return or_(JobRow.state == "queued", abandoned)


def _owned(job_id: str, owner: str) -> Update:
    return update(JobRow).where(JobRow.id == job_id, JobRow.owner == owner, JobRow.state == "running")


def _of_key(session: Session, new: NewJob) -> JobRow | None:
    if new.idempotency_key is None:
        return None
    return session.scalar(
        select(JobRow).where(JobRow.caller == new.caller, JobRow.idempotency_key == new.idempotency_key)
    )


def _same(row: JobRow, new: NewJob) -> Job:
    if row.fingerprint != new.fingerprint:
        raise OtherJobError(
            "Idempotency-Key {key}: it was used for another file or other options (job {id}); use a new key for "
            "a new job",
            key=new.idempotency_key,
            id=row.id,
        )
    return job_of(row)


def _waiting(session: Session, caller: str) -> int:
    query = select(func.count()).select_from(JobRow)
    return session.scalar(query.where(JobRow.caller == caller, JobRow.state.in_(("queued", "running")))) or 0

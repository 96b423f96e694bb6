"""The store as the rest of the program sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from sqlalchemy import ColumnElement, delete, select, text

from nlp.store.audit import Audit, note
from nlp.store.database import WAIT_SECONDS, Database, open_database
from nlp.store.documents import Documents
from nlp.store.job import FINISHED
from nlp.store.jobs import Jobs
from nlp.store.keys import Keys
from nlp.store.migrate import migrate
from nlp.store.moments import Clock, utc_now
from nlp.store.tables import DocumentRow, JobRow

_AT_ONCE = 2000
"""Rows deleted in one transaction, so that nobody waits long for the lock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """What was removed: how many documents, and the ids of the jobs, whose files are still to be removed."""

    documents: int
    jobs: tuple[str, ...]


class Store:
    """Keys, audit trail, jobs and documents in one database.

    >>> with Store.open("sqlite:///dangol.db") as store:   # doctest: +SKIP
    ...     key, secret = store.keys.create("CRM", "reader", actor="cli:kim")
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self.audit = Audit(database, clock)
        self.keys = Keys(database, clock)
        self.jobs = Jobs(database, clock)
        self.documents = Documents(database)

    @classmethod
    def open(cls, url: str, *, clock: Clock = utc_now, wait: float = WAIT_SECONDS) -> Store:
        """Connect and bring the schema up to date. ``wait`` is how many seconds a locked database is waited for.

        Raises StoreError: unreachable, locked, no database, or written by a newer version.
        """
        database = open_database(url, wait=wait)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock=clock)

    @classmethod
    def later(cls, url: str) -> Self:
        """The store of a database that was opened before and need not answer just now; nothing is migrated."""
        return cls(open_database(url))

    @property
    def place(self) -> str:
        """The file or the URL, without a password."""
        return self._database.place

    def check(self) -> None:
        """Raise StoreError unless the database answers; for a readiness probe."""
        with self._database.reading() as session:
            session.execute(text("SELECT 1"))

    def purge(self, older_than: timedelta, *, actor: str) -> Purged:
        """Remove documents with their predictions, and finished jobs, that are older; the audit trail stays.

        A job's age counts from its end. The caller removes the files of the jobs.
        """
        before = self._clock() - older_than
        documents = self._delete(DocumentRow, DocumentRow.created_at < before)
        jobs = self._delete(JobRow, JobRow.state.in_(FINISHED) & (JobRow.finished_at < before))
        with self._database.writing() as session:
            note(session, self._clock(), actor, "purge", before.isoformat(), documents=len(documents), jobs=len(jobs))
        self._database.forget()
        return Purged(documents=len(documents), jobs=tuple(str(job) for job in jobs))

    def _delete(self, table: type[DocumentRow] | type[JobRow], old: ColumnElement[bool]) -> list[object]:
        removed: list[object] = []
        while True:
            with self._database.writing() as session:
                # PostgreSQL would else let somebody resume a job between these two.
                found = select(table.id).where(old).order_by(table.id).limit(_AT_ONCE).with_for_update()
                ids = list(session.scalars(found))
                session.execute(delete(table).where(table.id.in_(ids)).execution_options(synchronize_session=False))
            removed += ids
            if len(ids) < _AT_ONCE:
                return removed

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

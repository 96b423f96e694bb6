"""The audit trail: who did what to what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.store.database import Database
from nlp.store.moments import Clock
from nlp.store.tables import AuditRow

Action: TypeAlias = Literal[
    "key.create",
    "key.revoke",
    "model.swap",
    "job.create",
    "job.cancel",
    "job.resume",
    "job.download",
    "purge",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """``actor`` did ``action`` to ``subject`` (an id); ``details`` holds no text of a customer."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, object]


class Audit:
    """Entries are added and read, never changed; purging does not touch them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, actor: str, action: Action, subject: str, **details: object) -> None:
        """Keep an entry of its own, for an act that changes nothing in the store."""
        with self._database.writing() as session:
            note(session, self._clock(), actor, action, subject, **details)

    def list(self, *, limit: int = 100, action: Action | None = None) -> list[AuditEntry]:
        """The newest entries, newest first."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if action is not None:
            query = query.where(AuditRow.action == action)
        with self._database.reading() as session:
            return [
                AuditEntry(at=row.at, actor=row.actor, action=row.action, subject=row.subject, details=row.details)
                for row in session.scalars(query)
            ]


def note(session: Session, at: datetime, actor: str, action: Action, subject: str, **details: object) -> None:
    """An entry in the transaction of the act itself: either both are kept or neither."""
    session.add(AuditRow(at=at, actor=actor[:200], action=action, subject=subject[:200], details=details))

"""API keys: who may call the server, and as what.

A secret is ``dgl_<id>_<43 characters>``; the last part carries 256 bits from the operating system's generator.
Against so much chance a slow password hash buys nothing: nobody can try 2^256 secrets, however fast the hash.
So a plain SHA-256 is kept, which costs a request microseconds (OWASP, Password Storage Cheat Sheet, speaks of
human-chosen passwords; for generated tokens see NIST SP 800-63B, 5.1.2.2, which asks for a salt and a slow hash
only below 112 bits). The id finds the row; the digests are compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, cast, get_args

from sqlalchemy import func, select

from nlp.errors import InputError
from nlp.store.audit import note
from nlp.store.database import Database
from nlp.store.moments import Clock
from nlp.store.tables import KeyRow

Role: TypeAlias = Literal["reader", "analyst", "admin"]
"""A reader asks for predictions; an analyst also starts jobs; an admin also sees others' jobs and swaps models."""

_SECRET = re.compile(r"dgl_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODY = "0" * 64


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key without its secret, which nobody has but the caller. ``id`` is no secret and stands in the audit trail."""

    id: str
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None = None


class Keys:
    """Create, check, revoke and list keys."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, role: Role, *, actor: str) -> tuple[ApiKey, str]:
        """A new key and its secret, which is not kept and cannot be shown again.

        Raises InputError for an empty name or an unknown role.
        """
        if not name.strip() or len(name) > 200:
            raise InputError("the key's name has {length} characters; give 1 to 200", length=len(name.strip()))
        if role not in get_args(Role):
            raise InputError("{role}: no such role; use one of {allowed}", role=role, allowed=", ".join(get_args(Role)))
        key = ApiKey(id=secrets.token_hex(6), name=name.strip(), role=role, created_at=self._clock())
        secret = f"dgl_{key.id}_{secrets.token_urlsafe(32)}"
        with self._database.writing() as session:
            session.add(KeyRow(id=key.id, name=key.name, role=role, digest=_digest(secret), created_at=key.created_at))
            note(session, key.created_at, actor, "key.create", key.id, name=key.name, role=role)
        return key, secret

    def verify(self, secret: str) -> ApiKey | None:
        """The key whose secret this is, None when there is none or it was revoked.

        Takes the same time for an unknown id as for a wrong secret.
        """
        shape = _SECRET.fullmatch(secret)
        row = None
        if shape is not None:
            with self._database.reading() as session:
                row = session.get(KeyRow, shape[1])
        known = hmac.compare_digest(_digest(secret), row.digest if row is not None else _NOBODY)
        return _key(row) if known and row is not None and row.revoked_at is None else None

    def revoke(self, key_id: str, *, actor: str) -> ApiKey:
        """Make a key useless from now on; one revoked before stays as it is. Raises InputError without such a key."""
        with self._database.writing() as session:
            row = session.get(KeyRow, key_id)
            if row is None:
                raise InputError("{id}: there is no such key; 'dangol keys list' shows all", id=key_id)
            if row.revoked_at is None:
                row.revoked_at = self._clock()
                note(session, row.revoked_at, actor, "key.revoke", key_id, name=row.name)
            return _key(row)

    def list(self) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        with self._database.reading() as session:
            return [_key(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id))]

    def any_active(self) -> bool:
        """Whether there is a key that would be let in."""
        with self._database.reading() as session:
            query = select(func.count()).select_from(KeyRow).where(KeyRow.revoked_at.is_(None))
            return bool(session.scalar(query))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: KeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        role=cast(Role, row.role),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )

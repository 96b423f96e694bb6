"""What can go wrong with the database, told apart by what a caller can do about it.

StoreError
├── StoreBusyError          somebody else holds it; the same call works a little later
├── StoreUnreachableError   no connection; the same call works once the server or the disk is back
└── StoreFullError          the disk is full; nothing can be kept until there is room
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from nlp.errors import DangolError


class StoreError(DangolError):
    """The database cannot be used, or its content does not fit this program."""


class StoreBusyError(StoreError):
    """The database is locked or has no connection to spare; worth another try."""


class StoreUnreachableError(StoreError):
    """There is no connection to the database."""


class StoreFullError(StoreError):
    """The disk under the database, or its quota, is full."""


_FULL = "{place}: the disk of the database is full; nothing was changed. Make room, then try again"
_BUSY = "{place}: the database is locked by another program; nothing was changed. Try again in a few seconds"
_GONE = "{place}: the database cannot be reached ({reason}); check that it runs and that its URL is right"
_READ_ONLY = "{place}: the database may be read but not written ({reason}); check the rights of the file and its folder"
_DAMAGED = "{place}: the file is damaged or no database ({reason}); restore a backup or name another file"
_OTHER = "{place}: the database refused a command ({reason}); the server's own log tells more"

_SQLITE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreBusyError, _BUSY),
    sqlite3.SQLITE_LOCKED: (StoreBusyError, _BUSY),
    sqlite3.SQLITE_FULL: (StoreFullError, _FULL),
    sqlite3.SQLITE_IOERR: (StoreUnreachableError, _GONE),
    sqlite3.SQLITE_CANTOPEN: (StoreUnreachableError, _GONE),
    sqlite3.SQLITE_READONLY: (StoreError, _READ_ONLY),
    sqlite3.SQLITE_CORRUPT: (StoreError, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (StoreError, _DAMAGED),
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest prefix decides.
_POSTGRES: dict[str, tuple[type[StoreError], str]] = {
    "53100": (StoreFullError, _FULL),
    "53": (StoreBusyError, _BUSY),
    "40": (StoreBusyError, _BUSY),
    "55P03": (StoreBusyError, _BUSY),
    "57014": (StoreBusyError, _BUSY),
    "57P": (StoreUnreachableError, _GONE),
    "08": (StoreUnreachableError, _GONE),
    "28": (StoreUnreachableError, _GONE),
    "3D": (StoreUnreachableError, _GONE),
    "25006": (StoreError, _READ_ONLY),
}


def unreachable(place: str, reason: str) -> StoreUnreachableError:
    """The error for a database that is not there."""
    return StoreUnreachableError(_GONE, place=place, reason=reason)


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Errors of the driver as StoreErrors that name ``place``; a broken constraint goes through as it is."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as error:
        raise _store_error(error, place) from error
    except exc.TimeoutError as error:
        raise StoreBusyError(_BUSY, place=place) from error


def _store_error(error: exc.DBAPIError, place: str) -> StoreError:
    original = error.orig
    reason = str(original).strip().split("\n")[0]
    kind, template = StoreError, _OTHER
    if isinstance(original, sqlite3.Error):
        # The low byte is the primary code; the rest says more, such as SQLITE_IOERR_FSYNC.
        code = getattr(original, "sqlite_errorcode", 0) & 0xFF
        kind, template = _SQLITE.get(code, (kind, template))
        # SQLite calls a write that the disk cuts short an I/O error unless the system says ENOSPC.
        if getattr(original, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:
            kind, template = StoreFullError, _FULL
    else:
        state = getattr(original, "sqlstate", None)
        if state is None and isinstance(error, exc.OperationalError):
            kind, template = StoreUnreachableError, _GONE
        for length in range(len(state or ""), 0, -1):
            if (state or "")[:length] in _POSTGRES:
                kind, template = _POSTGRES[(state or "")[:length]]
                break
    return kind(template, place=place, reason=reason)

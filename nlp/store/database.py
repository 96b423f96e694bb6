"""One database, SQLite or PostgreSQL: connections, transactions and their errors."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL, Connection
from sqlalchemy.orm import Session

from nlp.errors import MissingExtraError
from nlp.store.errors import StoreError, translated, unreachable

WAIT_SECONDS = 5.0
"""How long a call waits for a lock or a connection before it answers that the store is busy."""

_PATIENCE = 3
"""How many times longer than for a lock a server is waited for that says nothing."""


class Database:
    """Hands out sessions; ``place`` names the database in messages, without its password."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place
        self._kept: tuple[int, int] | None = None
        self._writing = engine.execution_options(dangol_begin="BEGIN IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database; raises StoreError."""
        self._check_there()
        with translated(self.place), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or not at all; raises StoreError, sqlalchemy's IntegrityError."""
        self._check_there()
        with translated(self.place), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in a transaction that writes, for changes of the schema."""
        with translated(self.place), self._writing.begin() as connection:
            driver: Any = connection.connection.driver_connection
            if not self.is_sqlite:
                driver.seconds, bound = None, driver.seconds  # a large table takes its time
            yield connection
            if not self.is_sqlite:
                driver.seconds = bound
        if self.is_sqlite:
            self._kept = _identity(Path(self.place))

    def _check_there(self) -> None:
        """SQLite goes on with a file that somebody removed or replaced; what is kept there ends with the process."""
        if self._kept is None:
            return
        try:
            found = _identity(Path(self.place))
        except FileNotFoundError:
            raise unreachable(self.place, "the file was removed") from None
        if found != self._kept:
            raise unreachable(self.place, "the file was replaced; start this program again")

    def forget(self) -> None:
        """Write what was removed out of SQLite's log, too, as far as nobody reads there just now."""
        if self.is_sqlite:
            with translated(self.place), self.engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _identity(path: Path) -> tuple[int, int]:
    """What tells a file from another of the same name."""
    found = path.stat()
    return found.st_dev, found.st_ino


def open_database(url: str, *, wait: float = WAIT_SECONDS) -> Database:
    """Connect to ``sqlite:///file`` (or a plain path) or ``postgresql://user@host/name``; nothing is read yet.

    Raises StoreError for a URL that names neither, MissingExtraError without a driver.
    """
    parsed = _parsed(url)
    place = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreError("{url}: the store is a file or a server, not memory; name a file", url=place)
        _make_private(Path(parsed.database))
        # Autocommit mode of the driver: it would begin transactions itself, too late and never for reads.
        engine = create_engine(parsed, connect_args={"timeout": wait, "isolation_level": None})
        event.listen(engine, "connect", partial(_prepare_sqlite, wait=wait))
        event.listen(engine, "begin", _begin_sqlite)
        return Database(engine, parsed.database)
    if parsed.get_backend_name() == "postgresql":
        milliseconds = int(wait * 1000)
        try:
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                pool_timeout=wait,
                connect_args={
                    "connect_timeout": max(2, int(wait)),
                    # A server that vanished (power, network, failover) says nothing; the kernel has to give it up.
                    "tcp_user_timeout": milliseconds,
                    "keepalives_idle": 5,
                    "keepalives_interval": 2,
                    "keepalives_count": 3,
                    "options": f"-c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout=60000",
                },
            )
        except ModuleNotFoundError as error:
            raise MissingExtraError("psycopg", "postgres") from error
        event.listen(engine, "do_connect", partial(_connect_postgres, seconds=_PATIENCE * wait))
        return Database(engine, place)
    raise StoreError("{url}: the store is a file (sqlite:///dangol.db) or PostgreSQL (postgresql://…)", url=place)


def _make_private(path: Path) -> None:
    """Make the file, if there is none, for its owner's eyes alone; SQLite gives its log the same rights."""
    with contextlib.suppress(OSError):  # connecting says better what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _connect_postgres(_dialect: object, _record: object, args: Any, options: Any, *, seconds: float) -> Any:
    from nlp.store.patience import BoundedConnection

    connection = BoundedConnection.connect(*args, **options)
    connection.seconds = seconds
    return connection


def _parsed(url: str) -> URL:
    if "://" not in url:
        return URL.create("sqlite", database=str(Path(url)))
    try:
        found = make_url(url)
        if "@" in (found.host or ""):  # the end of a password, which messages would show
            raise exc.ArgumentError
    except exc.ArgumentError as error:
        raise StoreError(
            "the database URL cannot be read; write sqlite:///dangol.db or postgresql://user:password@host/name, and "
            "@, / and : of the password as %40, %2F and %3A"
        ) from error
    return found


def _prepare_sqlite(connection: Any, _record: object, *, wait: float) -> None:
    _use_wal(connection, time.monotonic() + wait)
    connection.execute("PRAGMA synchronous = FULL")  # an accepted job outlives a power cut, not only a crash
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # with ``forget``, what was removed is gone


def _use_wal(connection: Any, deadline: float) -> None:
    """Readers and one writer do not wait for each other."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # SQLite itself does not wait here: two that read and both want to write would wait for ever.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer; it must ask at once.
    connection.exec_driver_sql(connection.get_execution_options().get("dangol_begin", "BEGIN"))

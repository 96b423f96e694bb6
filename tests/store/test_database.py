from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from nlp.store import Store, StoreBusyError, StoreError, StoreFullError, StoreUnreachableError
from nlp.store.database import open_database
from nlp.store.migrate import _FOLDER, HEAD
from nlp.store.patience import BoundedConnection
from nlp.store.tables import Base


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program holds the table of keys."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute("LOCK TABLE api_keys, audit IN ACCESS EXCLUSIVE MODE")
            yield


def many_keys(store: Store) -> None:
    for _ in range(1000):
        store.keys.create("이" * 200, "reader", actor="cli:kim")


def test_the_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    with store._database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_store_opened_again_holds_what_was_there(url: str) -> None:
    with Store.open(url) as store:
        key, secret = store.keys.create("CRM", "reader", actor="cli:kim")
    with Store.open(url) as store:
        assert store.keys.verify(secret) == key


def test_processes_that_open_a_new_store_at_once_all_succeed(url: str) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def begin() -> None:
        try:
            together.wait(120)
            Store.open(url, wait=30).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert failures == []


def test_a_file_that_another_program_is_just_beginning_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE first (id INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError):
        Store.open(str(path), wait=0)
    threading.Timer(0.2, other.close).start()
    Store.open(str(path), wait=30).close()


def test_the_newest_revision_is_the_one_that_counts_as_up_to_date() -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_schema_of_a_newer_version_is_left_alone(url: str) -> None:
    with Store.open(url) as store, store._database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"schema 9999, which a newer version.*Install"):
        Store.open(url)


def test_a_migration_that_fails_changes_nothing(url: str) -> None:
    database = open_database(url)
    with database.connection() as connection:
        # The name of the table that is made last is taken.
        connection.execute(text("CREATE TABLE predictions (id INTEGER)"))
    with pytest.raises(StoreError, match="predictions"):
        Store.open(url)
    with database.connection() as connection:
        connection.execute(text("DROP TABLE predictions"))
    database.close()
    with Store.open(url) as store:
        assert store.keys.list() == []


def test_a_locked_database_is_said_to_be_busy_and_works_afterwards(store: Store, url: str) -> None:
    busy = pytest.raises(StoreBusyError, match=r"locked by another program.*Try again")
    with Store.open(url, wait=0.2) as hasty, locked(url), busy:
        hasty.keys.create("CRM", "reader", actor="cli:kim")
    assert store.keys.list() == []
    store.keys.create("CRM", "reader", actor="cli:kim")
    assert len(store.keys.list()) == 1


def test_a_reader_of_sqlite_is_not_held_up_by_a_writer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url, wait=0.2) as store, locked(url):
        assert store.keys.list() == []


def test_a_database_that_may_not_grow_is_said_to_be_full(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store._database.close()
        event.listen(store._database.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1"))
        with pytest.raises(StoreFullError, match=r"store\.db: the disk of the database is full.*Make room"):
            many_keys(store)


def test_a_file_that_the_system_does_not_let_grow_is_said_to_be_full(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(str(path)).close()
    program = (
        "import sys\nfrom nlp.store import Store, StoreFullError\nstore = Store.open(sys.argv[1])\n"
        "try:\n    for _ in range(1000): store.keys.create('가' * 200, 'reader', actor='cli:kim')\n"
        "except StoreFullError as error: print('full:', error)\n"
    )

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = subprocess.run([sys.executable, "-c", program, str(path)], preexec_fn=limit, capture_output=True, text=True)
    assert done.stdout.startswith("full:"), done.stderr
    with Store.open(str(path)) as store:
        assert store.keys.create("CRM", "reader", actor="cli:kim")


@pytest.mark.parametrize(
    ("state", "kind"),
    [("53100", StoreFullError), ("55P03", StoreBusyError), ("57P01", StoreUnreachableError), ("XX000", StoreError)],
)
def test_what_postgresql_reports_is_told_apart(postgres_url: str, state: str, kind: type[StoreError]) -> None:
    with Store.open(postgres_url) as store:
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION refuse()""".encode()
            )
        with pytest.raises(kind) as caught:
            store.keys.create("CRM", "reader", actor="cli:kim")
        assert type(caught.value) is kind


def test_a_connection_that_the_server_dropped_is_made_anew(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        store.check()
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database()"
            )
        store.check()


def test_a_postgresql_that_is_there_but_says_nothing_is_given_up_and_asked_anew(postgres_url: str) -> None:
    database = open_database(postgres_url, wait=0.2)
    with database.connection() as schema:
        schema.execute(text("SELECT pg_sleep(1.5)"))  # a migration may take its time
    with pytest.raises(StoreUnreachableError, match="no answer within"), database.reading() as session:
        session.execute(text("SELECT pg_sleep(60)"))
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        ("postgresql://u:geheim@127.0.0.1:1/x", StoreUnreachableError, r"\*\*\*.*cannot be reached"),
        ("sqlite:////nowhere/at/all.db", StoreUnreachableError, "cannot be reached"),
        ("mysql://u@h/x", StoreError, "sqlite:///dangol.db"),
        ("sqlite://", StoreError, "name a file"),
        ("post gres://", StoreError, "cannot be read"),
        ("postgresql://u:pass@geheim@127.0.0.1:1/x", StoreError, "%40"),
    ],
)
def test_a_database_that_cannot_be_opened_says_why(url: str, kind: type[StoreError], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        Store.open(url, wait=1)
    assert "geheim" not in str(caught.value)


def test_a_postgresql_that_vanished_is_given_up_within_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def refuse(*_: object, **options: object) -> None:
        asked.append(options)
        raise psycopg.OperationalError("down")

    monkeypatch.setattr(BoundedConnection, "connect", refuse)
    database = open_database("postgresql://u@127.0.0.1:1/x", wait=3)
    with pytest.raises(StoreUnreachableError), database.reading() as session:
        session.connection()
    assert asked[0]["tcp_user_timeout"] == 3000
    assert {"keepalives_idle", "keepalives_interval", "keepalives_count"} <= asked[0].keys()


def test_a_file_that_somebody_removed_is_told_and_nothing_is_kept_in_its_ghost(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Store.open(str(path)) as store:
        store.check()
        path.unlink()
        with pytest.raises(StoreUnreachableError, match="removed"):
            store.check()
        with pytest.raises(StoreUnreachableError):
            store.keys.create("CRM", "reader", actor="cli:kim")


def test_a_file_that_somebody_replaced_is_told_and_neither_is_written(tmp_path: Path) -> None:
    path, backup = tmp_path / "store.db", tmp_path / "backup.db"
    with Store.open(str(backup)) as store:
        store.check()
    with Store.open(str(path)) as store:
        backup.replace(path)
        with pytest.raises(StoreUnreachableError, match="replaced; start this program again"):
            store.check()
        with pytest.raises(StoreUnreachableError):
            store.keys.create("CRM", "reader", actor="cli:kim")
    with Store.open(str(path)) as store:
        assert not store.keys.any_active()


def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"meeting notes, " * 100)
    with pytest.raises(StoreError, match=r"damaged or no database.*backup"):
        Store.open(str(path))
    assert path.read_bytes() == b"meeting notes, " * 100


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_owner_reads_a_new_database_wherever_it_lies(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Store.open(str(tmp_path / "store.db")) as store:
        store.keys.create("CRM", "reader", actor="cli:kim")
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}

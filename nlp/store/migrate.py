"""Bring the schema to the state that this version of the program knows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from nlp.store.database import Database
from nlp.store.errors import StoreError

HEAD = "0002"
"""The newest revision in ``migrations/versions``; a database that has it is ready without loading Alembic."""

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x64616E676F6C
"""Key of the advisory lock that lets one process at a time migrate a PostgreSQL database: "dangol"."""


def migrate(database: Database) -> None:
    """Apply what is missing, all or nothing; several processes may call this at once.

    Raises StoreError when a newer version of the program has written the schema.
    """
    with database.connection() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = _revisions(connection)
        if found != [HEAD]:
            _upgrade(connection, found, database.place)


def _revisions(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _upgrade(connection: Connection, found: list[str], place: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    unknown = [revision for revision in found if revision not in known]
    if unknown:
        raise StoreError(
            "{place}: the database has the schema {found}, which a newer version of Dangol wrote; this one knows "
            "up to {known}. Install the newer version, or name another database",
            place=place,
            found=", ".join(unknown),
            known=HEAD,
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

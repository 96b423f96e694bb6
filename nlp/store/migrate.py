"""Bring the schema to the state that this version of the program knows."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text

from nlp.store.database import Database
from nlp.store.errors import StoreError

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x64616E676F6C
"""Key of the advisory lock that lets one process at a time migrate a PostgreSQL database: "dangol"."""


def migrate(database: Database) -> None:
    """Apply what is missing, all or nothing; several processes may call this at once.

    Raises StoreError when a newer version of the program has written the schema.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with database.connection() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = MigrationContext.configure(connection).get_current_heads()
        if found == tuple(script.get_heads()):
            return
        unknown = [revision for revision in found if not _knows(script, revision)]
        if unknown:
            raise StoreError(
                "{place}: the database has the schema {found}, which a newer version of Dangol wrote; this one knows "
                "up to {known}. Install the newer version, or name another database",
                place=database.place,
                found=", ".join(unknown),
                known=", ".join(script.get_heads()),
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _knows(script: ScriptDirectory, revision: str) -> bool:
    try:
        return script.get_revision(revision) is not None
    except CommandError:
        return False

"""Run by Alembic, on the connection that ``nlp.store.migrate`` holds."""

from __future__ import annotations

from alembic import context

from nlp.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite rolls back changes of the schema as well, once the driver leaves transactions to us.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

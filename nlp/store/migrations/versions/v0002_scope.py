"""What a text is: a complaint, none, or nothing that the model can read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody asked of earlier texts what they are, so they count as complaints as before."""
    op.add_column("predictions", sa.Column("scope", sa.String(16), nullable=False, server_default="complaint"))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("predictions", "scope")

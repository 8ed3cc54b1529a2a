"""Trigram search, for `query:` on orders, customers and items.

Safe while the previous release runs: yes, it only adds.
"""

from alembic import op

revision = "0000"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")


def downgrade() -> None:
    op.execute("drop extension if exists pg_trgm")

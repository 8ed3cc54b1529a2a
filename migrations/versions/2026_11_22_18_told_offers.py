"""Offers that suppliers tell of themselves, and may withdraw; goods that are sold in packs.

Safe while the previous release runs: yes, it only adds columns, which have defaults. The previous release goes on counting
on offers that were withdrawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplier_offers", sa.Column("pack_size", sa.Integer(), server_default="1", nullable=False))
    op.add_column("supplier_offers", sa.Column("told", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("supplier_offers", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """What was withdrawn is offered no more: without the column that says so, it goes."""
    op.execute("delete from supplier_offers where withdrawn_at is not null")
    op.drop_column("supplier_offers", "withdrawn_at")
    op.drop_column("supplier_offers", "told")
    op.drop_column("supplier_offers", "pack_size")

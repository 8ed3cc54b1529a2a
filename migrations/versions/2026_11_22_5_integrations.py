"""Integrations that are made in the API: their sealed settings, their tokens, and when they were deleted.

Safe while the previous release runs: yes, it adds a table and empty columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("integrations", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("integrations", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "integration_tokens",
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_integration_tokens_integration_id"),
        sa.PrimaryKeyConstraint("integration_id", "name", name="pk_integration_tokens"),
    )


def downgrade() -> None:
    op.drop_table("integration_tokens")
    op.drop_column("integrations", "deleted_at")
    op.drop_column("integrations", "sealed")

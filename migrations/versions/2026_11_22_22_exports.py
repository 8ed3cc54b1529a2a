"""What accounting integrations were given of the books.

Safe while the previous release runs: yes, it only adds tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), server_default="PENDING", nullable=False),
        sa.Column("reporting_currency", sa.String(3), nullable=False),
        sa.Column("rate", sa.Numeric(18, 9), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_journal_exports_integration_id"),
        sa.PrimaryKeyConstraint("id", name="pk_journal_exports"),
    )
    op.create_index(
        "uq_journal_exports_day", "journal_exports", ["integration_id", "day", "currency", "number"], unique=True
    )
    op.create_index(
        "ix_journal_exports_pending",
        "journal_exports",
        ["integration_id", "id"],
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_table(
        "journal_export_lines",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["journal_exports.id"], name="fk_journal_export_lines_export_id"),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_accounts.id"], name="fk_journal_export_lines_account_id"),
        sa.PrimaryKeyConstraint("export_id", "account_id", name="pk_journal_export_lines"),
    )


def downgrade() -> None:
    op.drop_table("journal_export_lines")
    op.drop_table("journal_exports")

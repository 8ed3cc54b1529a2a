"""Settlements of channels, and the account that they pass through on their way to the bank.

Safe while the previous release runs: yes, it only adds tables, an account, and an index on shipments by the channel's own
name for them, whose building blocks writes to shipments for some seconds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OPEN = "state in ('UNMATCHED', 'SUSPENSE')"


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), server_default="IMPORTED", nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("payout_minor", sa.BigInteger(), nullable=False),
        sa.Column("matched_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unmatched_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("complete", sa.Boolean(), server_default="true", nullable=False),
        _moment("period_start"),
        _moment("period_end"),
        _moment("paid_at"),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_settlements_channel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_settlements"),
    )
    op.create_index("uq_settlements_external", "settlements", ["channel_id", "external_id"], unique=True)
    op.create_index("ix_settlements_period", "settlements", ["period_end", "id"])
    op.create_table(
        "settlement_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("raw_kind", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=True),
        sa.Column("refund", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("settled_minor", sa.BigInteger(), nullable=False),
        sa.Column("order_name", sa.Text(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        _moment("posted_at"),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("expected_minor", sa.BigInteger(), nullable=True),
        sa.Column("variance_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name="fk_settlement_lines_settlement_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_settlement_lines_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_settlement_lines"),
    )
    op.create_index("uq_settlement_lines_external", "settlement_lines", ["settlement_id", "external_id"], unique=True)
    op.create_index("ix_settlement_lines_order", "settlement_lines", ["order_id"])
    op.create_index("ix_settlement_lines_open", "settlement_lines", ["settlement_id"], postgresql_where=sa.text(_OPEN))
    op.create_index(
        "ix_shipments_external", "shipments", ["external_id"], postgresql_where=sa.text("external_id is not null")
    )
    op.execute("insert into ledger_accounts (code, name, kind) values ('1160', 'Settlements on their way', 'ASSET')")


def downgrade() -> None:
    op.drop_index("ix_shipments_external", table_name="shipments")
    op.drop_table("settlement_lines")
    op.drop_table("settlements")
    op.execute(
        "delete from ledger_accounts where code = '1160' and not exists ("
        "select from postings where postings.account_id = ledger_accounts.id)"
    )

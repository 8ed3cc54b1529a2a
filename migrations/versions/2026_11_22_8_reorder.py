"""Advice what to order again, kept for each item.

Safe while the previous release runs: yes, it only adds a table. It is empty until the job has run, some minutes after
the upgrade: no item is below its reorder point till then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reorder_advice",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("daily_demand", sa.Numeric(14, 4), nullable=False),
        sa.Column("demand_deviation", sa.Numeric(14, 4), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("safety_stock", sa.Integer(), nullable=False),
        sa.Column("reorder_point", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("suggested_quantity", sa.Integer(), nullable=False),
        sa.Column("days_of_cover", sa.Numeric(14, 1), nullable=True),
        sa.Column("stockout_on", sa.Date(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_reorder_advice_item_id"),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name="fk_reorder_advice_supplier_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_reorder_advice"),
    )
    op.create_index("ix_reorder_advice_below", "reorder_advice", ["item_id"], postgresql_where=sa.text("below"))


def downgrade() -> None:
    op.drop_table("reorder_advice")

"""The figures of the shop: what is measured of each order, its sums by day, and how far events were followed.

Safe while the previous release runs: yes, it only adds tables. The job that fills them begins with the first event, so
that a shop with history has its figures some minutes after the upgrade.
"""

import sqlalchemy as sa
from alembic import op

from core.events.models import TransactionId

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MEASURES = (
    "orders",
    "shipped_orders",
    "ship_seconds",
    "deliveries",
    "delivery_seconds",
    "ship_due",
    "ship_in_time",
    "delivery_due",
    "delivery_in_time",
    "wanted_units",
    "filled_units",
    "shipped_units",
    "returned_units",
    "wrong_orders",
    "touchless_orders",
    "tickets",
)


def _measures() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in _MEASURES]


def upgrade() -> None:
    op.create_table(
        "order_kpis",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        *_measures(),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_kpis_order_id"),
        sa.PrimaryKeyConstraint("order_id", name="pk_order_kpis"),
    )
    op.create_index("ix_order_kpis_day", "order_kpis", ["day", "channel_id", "customer_id"])
    op.create_table(
        "kpi_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        *_measures(),
        sa.PrimaryKeyConstraint("day", "channel_id", name="pk_kpi_days"),
    )
    op.create_table(
        "event_followers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("transaction", TransactionId(), server_default=sa.text("'0'"), nullable=False),
        sa.Column("event_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_event_followers"),
    )
    op.execute("insert into event_followers (name) values ('kpis')")


def downgrade() -> None:
    op.drop_table("event_followers")
    op.drop_table("kpi_days")
    op.drop_table("order_kpis")

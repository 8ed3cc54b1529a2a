"""Indexes by which a helpdesk finds a shopper, and the links between its tickets and orders.

Safe while the previous release runs: yes, it adds a table and indexes. Building them blocks writes to orders,
customers, shipments and returns meanwhile, some seconds for a million orders. The index on customers' email replaces one that
could never be used: it was on the word, not on the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TAIL = r"right(regexp_replace(phone, '\D', '', 'g'), 7)"
_FOLDED = "regexp_replace(upper(tracking_number), '[^0-9A-Z]', '', 'g')"
_INDEXES = [
    ("ix_orders_external_number", "orders", "lower(external_number)", "external_number is not null"),
    ("ix_orders_phone_tail", "orders", _TAIL, "phone is not null"),
    ("ix_customers_phone", "customers", _TAIL, "phone is not null"),
    ("ix_shipments_tracking_folded", "shipments", _FOLDED, "tracking_number is not null"),
    ("ix_packages_tracking_folded", "packages", _FOLDED, "tracking_number is not null"),
    ("ix_labels_tracking_folded", "labels", _FOLDED, "tracking_number is not null"),
]


def upgrade() -> None:
    op.create_table(
        "ticket_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("helpdesk", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_ticket_links_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_links"),
    )
    op.create_index("uq_ticket_links_ticket", "ticket_links", ["external_id", "helpdesk", "order_id"], unique=True)
    op.create_index("ix_ticket_links_order_id", "ticket_links", ["order_id"])
    op.create_index("ix_returns_label_id", "returns", ["label_id"])
    op.drop_index("ix_customers_email", table_name="customers")
    op.create_index("ix_customers_email", "customers", [sa.literal_column("lower(email)")])
    for name, table, expression, where in _INDEXES:
        op.create_index(name, table, [sa.literal_column(expression)], postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_index("ix_customers_email", table_name="customers")
    op.create_index("ix_customers_email", "customers", [sa.literal_column("lower('email')")])
    op.drop_index("ix_returns_label_id", table_name="returns")
    op.drop_table("ticket_links")

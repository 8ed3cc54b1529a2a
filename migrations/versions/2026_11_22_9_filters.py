"""An index for every filter and sort of the API that had none.

Safe while the previous release runs: yes, it only adds indexes, and replaces one by one that does more. Building them
blocks writes to each table for some seconds for a million rows. Where that is too long, create them beforehand with
`create index concurrently`, under the same names: those that are there already are passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INDEXES = [
    # name, table, columns, rows
    ("ix_orders_payment_status", "orders", ["payment_status"], None),
    ("ix_orders_fulfillment_status", "orders", ["fulfillment_status"], None),
    ("ix_orders_return_status", "orders", ["return_status"], None),
    ("ix_orders_country", "orders", ["country"], None),
    ("ix_orders_external_id", "orders", ["external_id"], "external_id is not null"),
    ("ix_orders_held", "orders", ["id"], "on_hold"),
    ("ix_orders_due", "orders", ["due_at", "id"], "due_at is not null"),
    ("ix_order_lines_unshipped", "order_lines", ["order_id"], "open + backordered + allocated > 0"),
    ("ix_risk_assessments_level", "risk_assessments", ["level", "order_id"], None),
    ("ix_cases_kind", "cases", ["kind"], None),
    ("ix_cases_code", "cases", ["code"], None),
    ("ix_cases_assignee", "cases", ["assignee"], "assignee is not null"),
    ("ix_items_kind", "items", ["kind"], None),
    ("ix_listings_publish_state", "listings", ["publish_state"], None),
    ("ix_listings_external_id", "listings", ["external_id"], None),
    ("ix_events_actor", "events", ["actor"], None),
    ("ix_fulfillment_orders_priority", "fulfillment_orders", ["priority", "id"], None),
    ("ix_fulfillment_orders_method", "fulfillment_orders", ["method"], None),
    ("ix_fulfillment_orders_request_state", "fulfillment_orders", ["request_state"], None),
    ("ix_fulfillment_lines_sku", "fulfillment_lines", ["sku"], None),
    ("ix_external_calls_purpose", "external_calls", ["purpose"], None),
    ("ix_external_calls_integration", "external_calls", ["integration_id", "id"], None),
    ("ix_inbox_messages_external_id", "inbox_messages", ["external_id"], "external_id is not null"),
    ("ix_failed_jobs_job", "failed_jobs", ["job"], None),
    ("ix_failed_jobs_integration", "failed_jobs", ["integration_id", "id"], None),
    ("ix_sync_runs_job", "sync_runs", ["job"], None),
    ("ix_sync_runs_state", "sync_runs", ["state"], None),
    ("ix_sync_runs_missed", "sync_runs", ["id"], "missed > 0"),
    ("ix_journal_entries_rule", "journal_entries", ["rule"], None),
    ("ix_purchase_orders_location", "purchase_orders", ["location_id"], None),
    ("ix_return_lines_sku", "return_lines", ["sku"], None),
    ("ix_return_lines_reason", "return_lines", ["reason"], None),
    ("ix_shipments_carrier", "shipments", ["carrier"], None),
    ("ix_shipments_location", "shipments", ["location_id", "id"], None),
    ("ix_labels_state", "labels", ["state"], None),
    ("ix_stock_movements_reason", "stock_movements", ["reason"], None),
    ("ix_stock_movements_location", "stock_movements", ["location_id", "id"], None),
]


def upgrade() -> None:
    for name, table, columns, rows in _INDEXES:
        where = sa.text(rows) if rows else None
        op.create_index(name, table, columns, postgresql_where=where, if_not_exists=True)
    op.create_index(
        "ix_returns_search",
        "returns",
        ["number"],
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
        if_not_exists=True,
    )
    op.drop_index("ix_orders_ship_by", "orders")  # without the orders that have no date, it could not sort them all
    op.create_index("ix_orders_ship_by", "orders", ["ship_by", "id"])


def downgrade() -> None:
    op.drop_index("ix_orders_ship_by", "orders")
    op.create_index("ix_orders_ship_by", "orders", ["ship_by", "id"], postgresql_where=sa.text("ship_by is not null"))
    op.drop_index("ix_returns_search", "returns")
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table)

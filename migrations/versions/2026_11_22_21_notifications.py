"""Notifications, and the words that every hub begins with.

Safe while the previous release runs: yes, it only adds tables, and rows to them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WORDS = [
    # key, event, subject, body
    (
        "order-received",
        "order.created",
        "Your order {order.number}",
        """
thank you for your order {order.number} of {order.placed_on}:

{order.items}

Total: {order.total}

We write again when it is on its way.
""",
    ),
    (
        "order-shipped",
        "shipment.handed_over",
        "Your order {order.number} is on its way",
        """
this has left for you:

{shipment.items}

It travels with {shipment.carrier}.
Tracking number: {shipment.tracking_number}
Follow it: {shipment.tracking_url}
It should arrive on {shipment.expected_on}.
""",
    ),
    (
        "order-cancelled",
        "order.cancelled",
        "Your order {order.number} was cancelled",
        """
your order {order.number} was cancelled:

{cancellation.items}
""",
    ),
    (
        "items-cancelled",
        "order.lines_cancelled",
        "A change to your order {order.number}",
        """
this was cancelled from your order {order.number}:

{cancellation.items}

The rest of your order is not affected.
""",
    ),
    (
        "return-approved",
        "return.approved",
        "Your return {return.number}",
        """
you may send this back to us as return {return.number}:

{return.items}

Please send it before {return.expires_on}.
""",
    ),
    (
        "refund-made",
        "refund.created",
        "Your refund for order {order.number}",
        """
{refund.amount} of your order {order.number} goes back to you, the way it came.
""",
    ),
]


def upgrade() -> None:
    op.create_table(
        "notification_templates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("medium", sa.String(32), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notification_templates"),
    )
    op.create_index(
        "uq_notification_templates_key", "notification_templates", ["key", "medium", "language"], unique=True
    )
    op.create_table(
        "notification_template_channels",
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["notification_templates.id"], name="fk_notification_template_channels_template_id"
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_notification_template_channels_channel_id"),
        sa.PrimaryKeyConstraint("template_id", "channel_id", name="pk_notification_template_channels"),
    )
    op.create_index("ix_notification_template_channels_channel_id", "notification_template_channels", ["channel_id"])
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("medium", sa.String(32), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_notifications_order_id"),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_notifications_integration_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
    )
    op.create_index(
        "uq_notifications_event",
        "notifications",
        ["event_id", "template", "medium", "recipient"],
        unique=True,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index("ix_notifications_order", "notifications", ["order_id", "id"])
    op.create_index("ix_notifications_state", "notifications", ["state", "id"])
    op.create_index("ix_notifications_medium", "notifications", ["medium", "id"])
    op.create_index("ix_notifications_recipient", "notifications", [sa.text("lower(recipient)"), "id"])
    _begin_with_words()


def downgrade() -> None:
    op.drop_table("notifications")
    op.drop_table("notification_template_channels")
    op.drop_table("notification_templates")


def _begin_with_words() -> None:
    names = ("key", "event", "medium", "language", "subject", "body")
    templates = sa.table("notification_templates", *(sa.column(name) for name in names))
    rows = [
        (key, event, "EMAIL", "en", subject, f"Hello {{order.name}},\n{body}\n{{shop.name}}")
        for key, event, subject, body in WORDS
    ]
    op.bulk_insert(templates, [dict(zip(names, row, strict=True)) for row in rows])

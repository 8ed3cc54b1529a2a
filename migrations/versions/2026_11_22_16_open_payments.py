"""Payments that are still open, by gateway: those that a payment provider is asked about.

Safe while the previous release runs: yes, it only adds. Building the index blocks writes to the payments for some
seconds for a million of them; few are open, so it is small. Where that is too long, create it beforehand with `create
index concurrently`, under the same name: it is then passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_payments_open",
        "payments",
        ["gateway", "id"],
        postgresql_where=sa.text("state in ('PENDING', 'AUTHORIZED')"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_payments_open", "payments", if_exists=True)

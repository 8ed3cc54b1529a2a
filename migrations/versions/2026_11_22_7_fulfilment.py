"""An index on counts of stock, how many units leave as a substitute, and whether a cancellation is to be told.

Safe while the previous release runs: yes, it adds an index and columns with defaults. Building the index blocks writes
to stock movements meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_stock_movements_figures",
        "stock_movements",
        ["item_id", "location_id", "occurred_at"],
        postgresql_where=sa.text("reason in ('COUNT', 'SNAPSHOT')"),
    )
    op.add_column("fulfillment_lines", sa.Column("substituted", sa.Integer(), server_default="0", nullable=False))
    op.add_column("orders", sa.Column("notify_cancelled", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("orders", "notify_cancelled")
    op.drop_column("fulfillment_lines", "substituted")
    op.drop_index("ix_stock_movements_figures", table_name="stock_movements")

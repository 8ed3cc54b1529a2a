"""A stock level remembers when it was last counted, also where the count changed nothing.

Safe while the previous release runs: yes, the column may be null, and the previous release does not know it. Counts of
before are known by the movements that they made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_levels", sa.Column("figured_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("stock_levels", "figured_at")

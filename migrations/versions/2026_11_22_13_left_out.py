"""A message that was applied in part remembers which of its lines were left out.

Safe while the previous release runs: yes, the column may be null. A document whose rows the previous release left out in
part counts as applied, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox_messages", sa.Column("left_out", sa.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox_messages", "left_out")

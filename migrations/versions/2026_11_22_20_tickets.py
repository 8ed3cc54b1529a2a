"""Links to tickets know whether their ticket is still worked on, and of which moment it is what they say of it.

Safe while the previous release runs: yes, it adds two columns, of which one has a default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket_links", sa.Column("open", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("ticket_links", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket_links", "changed_at")
    op.drop_column("ticket_links", "open")

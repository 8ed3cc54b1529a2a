"""A channel's confirmation remembers what it was told and what the channel called it, so that it can be corrected.

Safe while the previous release runs: yes, the new columns have defaults. What that release confirms meanwhile is known
by the answer that was kept with its call.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "channel_confirmations",
        sa.Column("external_ids", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("channel_confirmations", sa.Column("told", postgresql.JSONB(), nullable=True))
    op.add_column("channel_confirmations", sa.Column("corrections", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        """
        update channel_confirmations confirmation
        set external_ids = array[call.answer->>'external_id']
        from external_calls call
        where call.id = confirmation.external_call_id and call.state = 'SUCCEEDED'
            and call.answer->>'external_id' is not null
        """
    )


def downgrade() -> None:
    op.drop_column("channel_confirmations", "corrections")
    op.drop_column("channel_confirmations", "told")
    op.drop_column("channel_confirmations", "external_ids")

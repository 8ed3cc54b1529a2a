"""Manifests: what a carrier collects from a location, on one paper.

Safe while the previous release runs: yes, it only adds a table and columns. The two indexes begin empty, but building
each reads its table once, and blocks writes to it meanwhile: some seconds for a million shipments.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_NAMED = sa.text("manifest_id is not null")


def upgrade() -> None:
    op.create_table(
        "manifests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), server_default="REQUESTED", nullable=False),
        sa.Column("external_call_id", sa.BigInteger(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name="fk_manifests_location_id"),
        sa.ForeignKeyConstraint(["external_call_id"], ["external_calls.id"], name="fk_manifests_external_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_manifests"),
    )
    for table in ("shipments", "documents"):
        op.add_column(table, sa.Column("manifest_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(f"fk_{table}_manifest_id", table, "manifests", ["manifest_id"], ["id"])
        op.create_index(f"ix_{table}_manifest", table, ["manifest_id"], postgresql_where=_NAMED)


def downgrade() -> None:
    """The papers go with the manifests that they are of."""
    op.execute("delete from documents where manifest_id is not null")
    for table in ("documents", "shipments"):
        op.drop_index(f"ix_{table}_manifest", table_name=table)
        op.drop_constraint(f"fk_{table}_manifest_id", table)
        op.drop_column(table, "manifest_id")
    op.drop_table("manifests")

"""Channels, locations, integrations and suppliers by their names, as the planner may look them up.

PostgreSQL calls a stable function before it plans, so that it knows how many rows a channel has. What a subquery will
find it cannot know: it would walk a million orders by date for the ten of a channel that hardly sells.

The messages of one integration get an index too: those without an id of the other side had none.

Safe while the previous release runs: yes, it only adds. Building the index blocks writes to the inbox for some seconds
for a million messages. Where that is too long, create it beforehand with `create index concurrently`, under the same
name: it is then passed over.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NAMED = [
    # function, table, name
    ("hub_channels", "channels", "key"),
    ("hub_locations", "locations", "code"),
    ("hub_integrations", "integrations", "key"),
    ("hub_suppliers", "suppliers", "key"),
]


def upgrade() -> None:
    for function, table, name in _NAMED:
        op.execute(
            f"""
            create function {function}(names text[]) returns bigint[] stable parallel safe language plpgsql as $$
            begin
                return array(select id from {table} where {name} = any(names));
            end
            $$
            """  # noqa: S608  # names of our own
        )
        op.execute(f"comment on function {function}(text[]) is 'Numbers of {table} by {name}, known to the planner'")
    op.create_index("ix_inbox_messages_integration", "inbox_messages", ["integration_id", "id"], if_not_exists=True)


def downgrade() -> None:
    op.drop_index("ix_inbox_messages_integration", "inbox_messages", if_exists=True)
    for function, _, _ in _NAMED:
        op.execute(f"drop function {function}(text[])")

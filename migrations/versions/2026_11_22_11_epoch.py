"""A database that was restored into another PostgreSQL goes on counting transactions where it stopped.

Safe while the previous release runs: yes, until a dump is restored the new functions give what it reads by itself.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The epoch is the body of a function, so it costs nothing to read and travels with a dump. `crossdock migrate` lifts it.
FUNCTIONS = """
create function hub_epoch() returns bigint immutable parallel safe language sql as 'select 0::bigint';

create function hub_transaction() returns xid8 stable language sql as $$
    select (pg_current_xact_id()::text::bigint + hub_epoch())::text::xid8
$$;
create function hub_horizon() returns xid8 stable parallel safe language sql as $$
    select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + hub_epoch())::text::xid8
$$;
create function hub_visible(transaction xid8, snapshot pg_snapshot) returns boolean
    stable parallel safe language sql as $$
    select case when transaction::text::bigint <= hub_epoch() then true
        else pg_visible_in_snapshot((transaction::text::bigint - hub_epoch())::text::xid8, snapshot) end
$$;
comment on function hub_epoch() is 'What is added to a transaction''s number, for this PostgreSQL counts anew';
comment on function hub_transaction() is 'The number of this transaction, above that of every one before it';
comment on function hub_horizon() is 'The oldest transaction still running: what commits from now on is not below it';
comment on function hub_visible(xid8, pg_snapshot) is 'Whether a transaction had committed at a moment';
"""

JOINING = """
create or replace function postings_join_new_entries() returns trigger language plpgsql as $$
begin
    if exists (
        select from (select distinct entry_id from added) fresh
        join journal_entries on journal_entries.id = fresh.entry_id
        where journal_entries.transaction <> {now}
    ) then
        raise exception 'postings are written together with their journal entry, never later'
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
"""

_TABLES = ("events", "journal_entries")


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute(JOINING.format(now="hub_transaction()"))
    for table in _TABLES:
        op.execute(f"alter table {table} alter column transaction set default hub_transaction()")


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"alter table {table} alter column transaction set default pg_current_xact_id()")
    op.execute(JOINING.format(now="pg_current_xact_id()"))
    op.execute("drop function hub_visible(xid8, pg_snapshot)")
    for name in ("hub_horizon", "hub_transaction", "hub_epoch"):
        op.execute(f"drop function {name}()")

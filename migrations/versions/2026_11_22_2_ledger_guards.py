"""The database itself refuses an unbalanced journal entry, a changed one, and a booking into a closed period.

Safe while the previous release runs: yes; it refuses only what that release must not write either.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BALANCED = """
create function journal_entry_balanced() returns trigger language plpgsql as $$
declare unbalanced text;
begin
    select string_agg(format('%s %s', total, currency), ', ') into unbalanced
    from (select currency, sum(amount_minor) as total from postings where entry_id = new.id group by currency) sums
    where total <> 0;
    if unbalanced is not null then
        raise exception 'journal entry % does not balance: off by % (minor units)', new.number, unbalanced
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger journal_entry_balanced after insert on journal_entries
    deferrable initially deferred for each row execute function journal_entry_balanced();
"""

# A posting may join an entry only in the transaction that wrote the entry: what was balanced once stays so.
SAME_TRANSACTION = """
create function postings_join_new_entries() returns trigger language plpgsql as $$
begin
    if exists (
        select from (select distinct entry_id from added) fresh
        join journal_entries on journal_entries.id = fresh.entry_id
        where journal_entries.transaction <> pg_current_xact_id()
    ) then
        raise exception 'postings are written together with their journal entry, never later'
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger postings_join_new_entries after insert on postings
    referencing new table as added for each statement execute function postings_join_new_entries();
"""

IMMUTABLE = """
create function ledger_is_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is never changed: reverse the entry instead' using errcode = 'check_violation';
end $$;
create trigger postings_are_immutable before update or delete on postings
    for each statement execute function ledger_is_immutable();
create trigger journal_entries_are_immutable
    before update of id, number, rule, book_key, description, order_id, source, reverses_id, effective_at, recorded_at,
        transaction or delete
    on journal_entries for each statement execute function ledger_is_immutable();
create trigger postings_are_kept before truncate on postings
    for each statement execute function ledger_is_immutable();
create trigger journal_entries_are_kept before truncate on journal_entries
    for each statement execute function ledger_is_immutable();
"""

# Booking shares a lock that closing holds alone (core/ledgers/service.py): no entry slips in beside it.
CLOSED = """
create function journal_entry_in_open_period() returns trigger language plpgsql as $$
declare closed date; zone text;
begin
    perform pg_advisory_xact_lock_shared(7236002);
    select closed_through, timezone into closed, zone from settings where id = 1;
    if closed is not null and exists (select from added where (effective_at at time zone zone)::date <= closed) then
        raise exception 'the books are closed through %', closed using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger journal_entry_in_open_period after insert on journal_entries
    referencing new table as added for each statement execute function journal_entry_in_open_period();
"""


def upgrade() -> None:
    for statement in (BALANCED, SAME_TRANSACTION, IMMUTABLE, CLOSED):
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger journal_entry_in_open_period on journal_entries")
    op.execute("drop trigger journal_entries_are_kept on journal_entries")
    op.execute("drop trigger postings_are_kept on postings")
    op.execute("drop trigger journal_entries_are_immutable on journal_entries")
    op.execute("drop trigger postings_are_immutable on postings")
    op.execute("drop trigger postings_join_new_entries on postings")
    op.execute("drop trigger journal_entry_balanced on journal_entries")
    for function in (
        "journal_entry_in_open_period",
        "ledger_is_immutable",
        "postings_join_new_entries",
        "journal_entry_balanced",
    ):
        op.execute(f"drop function {function}()")

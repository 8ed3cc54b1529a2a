"""What postings and stock movements name is looked at once for all that are written together, not for each row.

Safe while the previous release runs: yes, PostgreSQL refuses what it refused before. Both are only ever added, so that
looking as they are added is enough: a trigger keeps entries for ever, and a level, which each movement now must have,
keeps its item and its location by foreign keys of its own.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

JOINING = """
create or replace function postings_join_new_entries() returns trigger language plpgsql as $$
begin
    if exists (
        select from (select distinct entry_id from added) fresh
        {join} journal_entries on journal_entries.id = fresh.entry_id
        where journal_entries.transaction {differs} hub_transaction()
    ) then
        raise exception 'postings are written together with their journal entry, never later'
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
"""

LEVELS = """
create function stock_movements_have_levels() returns trigger language plpgsql as $$
begin
    if exists (
        select from (select distinct item_id, location_id from added) fresh
        left join stock_levels using (item_id, location_id)
        where stock_levels.id is null
    ) then
        raise exception 'stock moves at a level: an item at a location' using errcode = 'foreign_key_violation';
    end if;
    return null;
end $$;
create trigger stock_movements_have_levels after insert on stock_movements
    referencing new table as added for each statement execute function stock_movements_have_levels();
"""


def upgrade() -> None:
    op.execute(JOINING.format(join="left join", differs="is distinct from"))
    op.drop_constraint("fk_postings_entry_id", "postings")
    op.execute(LEVELS)
    op.drop_constraint("fk_stock_movements_item_id", "stock_movements")
    op.drop_constraint("fk_stock_movements_location_id", "stock_movements")


def downgrade() -> None:
    op.create_foreign_key("fk_stock_movements_location_id", "stock_movements", "locations", ["location_id"], ["id"])
    op.create_foreign_key("fk_stock_movements_item_id", "stock_movements", "items", ["item_id"], ["id"])
    op.execute("drop trigger stock_movements_have_levels on stock_movements")
    op.execute("drop function stock_movements_have_levels()")
    op.create_foreign_key("fk_postings_entry_id", "postings", "journal_entries", ["entry_id"], ["id"])
    op.execute(JOINING.format(join="join", differs="<>"))

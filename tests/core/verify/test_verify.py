"""Verify finds nothing in a sound world, and each thing that is broken by force."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from core import verify
from core.stock import promise
from tests.core.verify import world


@pytest.fixture
def sound(engine: Engine) -> Engine:
    world.build(engine)
    return engine


def test_a_sound_world_has_no_findings_and_progress_is_told(sound: Engine) -> None:
    told: list[tuple[int, int, str]] = []

    assert verify.run(sound, lambda done, of, promise: told.append((done, of, promise))) == []
    assert [done for done, _, _ in told] == list(range(len(verify.CHECKS) + 1))
    assert {of for _, of, _ in told} == {len(verify.CHECKS)}
    assert told[-1][2] == ""


def test_checks_have_names_of_their_own_and_cover_every_invariant() -> None:
    names = [check.name for check in verify.CHECKS]
    assert len(names) == len(set(names))
    assert {check.invariant for check in verify.CHECKS} == set(range(12))


EXPORTED = """
with export as (
    insert into journal_exports
        (integration_id, day, currency, number, correction, state, reporting_currency, drafted_at)
    values (1, '2026-03-02', 'GBP', 1, false, 'EXPORTED', 'GBP', now() + interval '1 day') returning id
) insert into journal_export_lines (export_id, account_id, amount_minor) select id, 1, 5 from export
"""
BROKEN = {
    "line_units": "update order_lines set open = open + 1 where order_id = 3",
    "line_cancelling": "update order_lines set cancelling = 99 where order_id = 3",
    "bundle_units": "update order_lines set shipped = 0, open = 1 where sku = 'KIT' and order_id = 1",
    "order_money": "update orders set total_minor = total_minor + 1 where id = 3",
    "bundle_money": "update order_lines set tax_minor = tax_minor + 1 where bundle_line_id is not null and sku = 'RED'",
    "returned_units": "update return_lines set approved = 11, quantity = 11",
    "return_dispositions": "update line_dispositions set quantity = 2",
    "line_returned": "update order_lines set returned = 2 where returned = 3",
    "level_movements": "update stock_levels set on_hand = on_hand + 1 where item_id = 1",
    "level_reserved": "update reservations set quantity = quantity - 1 where quantity > 0",
    "level_bounds": "update stock_levels set reserved = on_hand + 1",
    "reservation_work": "update reservations set quantity = 50",
    "level_incoming": "update stock_levels set incoming = incoming + 1",
    "work_units": "update fulfillment_lines set quantity = quantity + 1",
    "allocated_work": "delete from fulfillment_lines",
    "shipped_units": "update shipment_lines set quantity = quantity + 1",
    "package_contents": "update shipment_lines set package_id = null",
    "live_labels": "insert into labels (package_id, state, carrier, service) "
    "select package_id, 'INTENT', carrier, service from labels",
    "label_intent": "update external_calls set created_at = now() + interval '1 day'",
    "entry_balance": "update postings set amount_minor = amount_minor + 1 where id = 1",
    "entry_value": "update postings set reporting_minor = reporting_minor + 1 where id = 1",
    "entry_empty": "delete from postings where entry_id = 1",
    "ledger_guards": "alter table postings disable trigger postings_are_immutable",
    "closed_period": "update settings set closed_through = current_date; insert into events "
    "(name, subject, message, actor, occurred_at, recorded_at) "
    "values ('ledger.closed', 'settings', '', 'hub', '2020-01-01', '2020-01-01')",
    "one_reversal": "update journal_entries set reverses_id = 1 where id = 2",
    "posting_names": "update postings set order_line_id = 999999 where order_line_id is not null",
    "sale_booked": "update postings set amount_minor = amount_minor - 1 where entry_id in "
    "(select id from journal_entries where rule = 'sale' and order_id = 3)",
    "payment_booked": "update payments set captured_minor = captured_minor - 1",
    "refund_booked": "delete from postings where entry_id in "
    "(select id from journal_entries where rule = 'refund_paid')",
    "label_booked": "update labels set state = 'VOIDED'",
    "account_days": "update account_days set debit_minor = debit_minor + 1",
    "order_profits": "update order_profits set revenue_minor = revenue_minor + 1",
    "profit_days": "delete from profit_days",
    "item_profit_days": "update item_profit_days set units = units + 1",
    "kpi_days": "insert into kpi_days (day, channel_id, orders) values ('2026-03-02', 1, 1)",
    "settlement_sums": "insert into settlements (channel_id, external_id, currency, payout_minor, matched_minor) "
    "values (1, 'S-1', 'GBP', 100, 99)",
    "settlement_books": "insert into settlements (channel_id, external_id, currency, payout_minor, unmatched_minor) "
    "values (1, 'S-1', 'GBP', 100, 100)",
    "export_balance": EXPORTED,
    "exported_days": EXPORTED,
    "refund_parts": "update refunds set goodwill_minor = 1",
    "refund_payments": "update refund_payments set amount_minor = amount_minor + 1",
    "payment_refunded": "update payments set refunded_minor = captured_minor + 1",
    "line_refunded": "update order_lines set refunded_minor = refunded_minor - 1 where refunded > 0",
    "order_sums": "update orders set paid_minor = paid_minor + 1",
    "pool_units": "update item_costs set quantity = quantity - 1",
    "pool_value": "update item_costs set value_minor = value_minor + 1 where item_id = 1",
    "shipped_cost": "update shipment_lines set cost_minor = null",
    "shipped_cost_booked": "update shipment_lines set cost_minor = cost_minor + 1",
    "returned_cost": "update shipment_lines set cost_returned = cost_returned + 1 where cost_returned > 0",
    "returned_units_cost": "update shipment_lines set cost_returned = quantity + 1",
    "one_order": "update orders set external_id = 'same'",
    "newest_version": "insert into inbox_messages (kind, external_id, external_version, state, payload, order_id) "
    "values ('order', 'first', '4', 'APPLIED', '', 1)",
    "event_epoch": "update events set transaction = '900000000000' where id = (select max(id) from events)",
    "order_event": "delete from events where name = 'order.created'",
    "order_completed_event": "update orders set completed_at = now() where id = 3",
    "order_cancelled_event": "update orders set cancelled_at = now() where id = 3",
    "shipment_event": "delete from events where name = 'shipment.handed_over'",
    "refund_event": "delete from events where name = 'refund.created'",
    "return_event": "delete from events where subject like 'ret%'",
    "purchase_order_event": "delete from events where name = 'purchase_order.created'",
    "case_event": "insert into cases (number, kind, code, title, message) values ('CASE-99', 'OTHER', 'x', '', '')",
    "order_event_transaction": "update events set transaction = '1' where name = 'order.created'",
    "shipment_event_transaction": "update events set transaction = '1' where name = 'shipment.handed_over'",
    "refund_event_transaction": "update events set transaction = '1' where name = 'refund.created'",
    "orphaned_jobs": "insert into jobs (name, queue, state, worker) values ('x', 'default', 'RUNNING', 'gone')",
    "twin_jobs": "insert into jobs (name, queue, same_as) values ('x', 'default', '1'), ('x', 'default', '1')",
    "stuck_orders": "delete from jobs",
    "stuck_notifications": (
        "insert into notifications (order_id, event, template, medium, language, recipient, state, body) "
        "values (1, 'order.created', 'x', 'EMAIL', 'en', 'ada@example.org', 'QUEUED', 'x')"
    ),
}
"""How to break what each check promises, by force: constraints and triggers are out of the way.

Where the hub's own sum is what could be wrong, and not a row, another test breaks the sum.
"""

_UNGUARD = """
do $$ declare guard record; begin
    for guard in
        select conrelid::regclass as place, conname as name from pg_constraint
        where contype in ('c', 'f') and connamespace = 'public'::regnamespace
    loop execute format('alter table %s drop constraint %I', guard.place, guard.name); end loop;
    for guard in
        select indexrelid::regclass as name from pg_index join pg_class on pg_class.oid = indexrelid
        where indisunique and not indisprimary and relnamespace = 'public'::regnamespace
          and not exists (select from pg_constraint where conindid = indexrelid)
    loop execute format('drop index %s', guard.name); end loop;
end $$;
alter table orders drop constraint if exists uq_orders_number;
alter table journal_entries drop constraint if exists uq_journal_entries_reverses_id;
"""


def test_every_check_finds_what_it_is_for(sound: Engine) -> None:
    missed, unready = [], []
    with sound.connect() as connection:
        for name, statement in BROKEN.items():
            with connection.begin() as attempt:
                connection.execute(text("set local session_replication_role = replica"))
                connection.execute(text(_UNGUARD))
                changed = connection.execute(text(statement)).rowcount
                found = check(name).run(connection)
                attempt.rollback()
            if changed == 0:
                unready.append(name)
            elif not found:
                missed.append(name)
    assert (unready, missed) == ([], [])


def test_every_check_is_broken_by_a_test() -> None:
    assert {each.name for each in verify.CHECKS} - BROKEN.keys() == {"available_to_promise"}


def test_a_promise_that_counts_wrong_is_found(sound: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promise._Place, "free", property(lambda place: place.on_hand))

    found = verify.run(sound)

    assert {finding.check for finding in found} == {"available_to_promise"}
    assert found[0].message == "manual is told that it may sell 47 of RED; it may sell 45."


def test_a_finding_names_the_thing_and_says_what_is_wrong_in_a_sentence(sound: Engine) -> None:
    with sound.connect() as connection, connection.begin() as attempt:
        connection.execute(text("update stock_levels set on_hand = on_hand + 1 where item_id = 1"))
        (finding,) = check("level_movements").run(connection)
        attempt.rollback()

    assert (finding.invariant, finding.subject) == (3, "lvl_1")
    assert finding.message == (
        "RED at MAIN: the level is 48 on hand, 2 reserved, 0 damaged; the movements make 47, 2, 0."
    )


def check(name: str) -> verify.Check:
    return next(each for each in verify.CHECKS if each.name == name)

"""Polls bring what webhooks did not, page by page; the sweep says what was missed; bad pieces stop nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound, NotSupported, PluginUnavailable
from core.flows import sync
from core.flows.inbox import replay
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import HealthStatus, Integration, SyncCursor, SyncRun, SyncState
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.returns.models import Return
from tests.core.flows.channels.sandbox import Shop

KEY = "main-store"


def ran(hub: Hub, session: Session, job: str) -> SyncRun:
    run_id = sync.sync(hub, KEY, job)
    session.rollback()
    return session.get_one(SyncRun, run_id)


def counts(run: SyncRun) -> tuple[int, int, int, int, int]:
    return run.seen, run.created, run.updated, run.unchanged, run.rejected


def orders(session: Session) -> list[str | None]:
    session.rollback()
    return list(session.scalars(select(Order.external_id).order_by(Order.external_id)))


def test_a_poll_reads_every_page_and_reading_again_changes_nothing(hub: Hub, session: Session, shop: Shop) -> None:
    shop.page_size = 2
    for number in range(5):
        shop.sells(f"100{number}")

    first, second = ran(hub, session, "orders"), ran(hub, session, "orders")
    run_jobs(hub)

    assert (first.state, counts(first)) == (SyncState.SUCCEEDED, (5, 5, 0, 0, 0))
    assert (second.state, counts(second)) == (SyncState.SUCCEEDED, (5, 0, 0, 5, 0))
    assert second.window_from is not None
    assert first.window_to is not None
    assert second.window_from == first.window_to - timedelta(minutes=10)
    assert len(orders(session)) == 5
    assert sorted(shop.acknowledged) == [f"100{number}" for number in range(5)]


def test_a_poll_that_breaks_off_goes_on_at_the_page_where_it_did(hub: Hub, session: Session, shop: Shop) -> None:
    shop.page_size = 2
    for number in range(6):
        shop.sells(f"100{number}")
    shop.faults["/orders"] = ["", "500"]

    with pytest.raises(PluginUnavailable):
        sync.sync(hub, KEY, "orders")
    pages = shop.asked.count(("GET", "/orders"))
    run = ran(hub, session, "orders")

    broken = session.scalars(select(SyncRun).order_by(SyncRun.id)).first()
    assert broken is not None
    assert (broken.state, counts(broken)) == (SyncState.FAILED, (2, 2, 0, 0, 0))
    assert (run.state, counts(run)) == (SyncState.SUCCEEDED, (4, 4, 0, 0, 0))
    assert shop.asked.count(("GET", "/orders")) - pages == 2


def test_what_makes_no_sense_is_set_aside_and_the_run_says_partial(hub: Hub, session: Session, shop: Shop) -> None:
    shop.sells("1001")
    shop.sells("1002", -3)
    shop.bad = ["<html>"]

    run = ran(hub, session, "orders")
    run_jobs(hub)

    assert (run.state, counts(run)) == (SyncState.PARTIAL, (3, 1, 0, 0, 2))
    assert orders(session) == ["1001"]
    bad = session.scalars(select(InboxMessage).where(InboxMessage.state == InboxState.QUARANTINED)).all()
    assert {each.external_id for each in bad} == {"1002", "orders"}
    assert any("A quantity is negative. ($.lines[*].quantity)" in (each.error or "") for each in bad)


def test_a_page_that_cannot_be_read_is_kept_and_its_window_read_again(hub: Hub, session: Session, shop: Shop) -> None:
    shop.sells("1001")
    shop.faults["/orders"] = ["html"]

    first, second = ran(hub, session, "orders"), ran(hub, session, "orders")

    assert (first.state, counts(first)) == (SyncState.PARTIAL, (1, 0, 0, 0, 1))
    assert (second.state, counts(second)) == (SyncState.SUCCEEDED, (1, 1, 0, 0, 0))
    kept = session.scalars(select(InboxMessage.payload).where(InboxMessage.state == InboxState.QUARANTINED)).all()
    assert kept == ["<html>Back soon</html>"]


def test_the_sweep_finds_what_nobody_told_of_and_says_so(hub: Hub, session: Session, shop: Shop) -> None:
    an_hour_ago = (clock.now() - timedelta(hours=1)).isoformat()
    for number in ("1001", "1002"):
        shop.sells(number)["changed"] = an_hour_ago
    shop.sells("1003")

    run = ran(hub, session, "sweep")
    run_jobs(hub)

    assert (run.missed, counts(run)) == (2, (3, 3, 0, 0, 0))
    assert orders(session) == ["1001", "1002", "1003"]
    said = session.scalar(text("select message from events where name = 'sync.gap_found'"))
    assert said == "sweep found 2 that nobody had told of: 1001, 1002."
    assert ran(hub, session, "sweep").missed == 0


def test_a_window_reads_again_what_it_covers_and_leaves_the_poll_where_it_was(
    hub: Hub, session: Session, shop: Shop
) -> None:
    ran(hub, session, "orders")
    shop.sells("1001")["changed"] = (clock.now() - timedelta(days=9)).isoformat()
    now = clock.now()

    run_id = sync.sync(hub, KEY, "orders", window_from=now - timedelta(days=10), window_to=now)

    assert session.get_one(SyncRun, run_id).created == 1
    following = ran(hub, session, "orders")
    assert following.window_from is not None
    assert following.window_from > now - timedelta(days=1)
    with pytest.raises(NotSupported):
        sync.sync(hub, KEY, "listings", window_from=now)
    with pytest.raises(NotFound):
        sync.sync(hub, KEY, "dreams")


def test_a_queue_of_notifications_is_emptied_after_it_was_kept(hub: Hub, session: Session, shop: Shop) -> None:
    shop.sells("1001")
    shop.queue = [{"receipt": "r1", "order": "1001"}, {"receipt": "r2", "order": "1001"}]

    run = ran(hub, session, "notifications")
    run_jobs(hub)

    assert counts(run) == (2, 2, 0, 0, 0)
    assert shop.queue == []
    assert orders(session) == ["1001"]


def test_a_report_that_is_written_first_is_asked_for_once_and_read_later(
    hub: Hub, session: Session, shop: Shop
) -> None:
    shop.sells("1001")
    ran(hub, session, "orders")
    run_jobs(hub)
    shop.fees = [
        {"id": "1", "kind": "fee", "pence": -150, "order": "1001"},
        {"id": "2", "kind": "storage", "pence": -99, "order": None},
    ]

    run = ran(hub, session, "settlements")
    assert run.state is SyncState.RUNNING
    session.execute(update(Job).where(Job.name == "integrations.run").values(run_at=clock.now()))
    session.commit()
    run_jobs(hub)
    session.refresh(run)

    assert (run.state, counts(run)) == (SyncState.SUCCEEDED, (1, 1, 0, 0, 0))
    assert shop.asked.count(("POST", "/reports")) == 1
    fees = "select amount_minor from postings p join ledger_accounts a on a.id = account_id where amount_minor = 150"
    assert session.scalars(text(fees)).all() == [150]


def test_listings_are_read_to_the_end_and_take_the_place_of_what_orders_named_by_sku(
    hub: Hub, session: Session, shop: Shop
) -> None:
    shop.sells("1001", sku="TEA")
    ran(hub, session, "orders")
    run_jobs(hub)
    shop.listings = [{"id": f"L{sku}", "sku": sku, "title": sku.title()} for sku in ("TEA", "MILK", "RUM")]

    run = ran(hub, session, "listings")

    assert (run.state, run.seen) == (SyncState.SUCCEEDED, 3)
    rows = session.execute(text("select external_id, external_sku, title from listings order by 1")).all()
    assert rows == [("LMILK", "MILK", "Milk"), ("LRUM", "RUM", "Rum"), ("LTEA", "TEA", "Tea")]


def wants_back(shop: Shop, number: str) -> None:
    shop.returns = [{"id": "R1", "order": number, "version": 1, "state": "REQUESTED", "lines": [(f"{number}-1", 1)]}]


def the_return(session: Session) -> InboxMessage:
    session.rollback()
    session.expire_all()
    return session.scalars(select(InboxMessage).where(InboxMessage.kind == "return")).one()


def test_a_return_brings_its_order_where_that_is_not_here(hub: Hub, session: Session, shop: Shop) -> None:
    shop.sells("1001", 2, sent=2)
    wants_back(shop, "1001")

    run = ran(hub, session, "returns")
    run_jobs(hub)

    assert (run.created, orders(session)) == (1, ["1001"])
    assert the_return(session).state is InboxState.APPLIED
    assert session.scalars(select(Return.external_id)).all() == ["R1"]


def test_a_return_whose_order_cannot_be_had_is_set_aside_and_replayed(hub: Hub, session: Session, shop: Shop) -> None:
    wants_back(shop, "1001")
    ran(hub, session, "returns")
    run_jobs(hub)

    waiting = the_return(session)
    assert waiting.state is InboxState.QUARANTINED
    assert waiting.error == "The channel does not give its order 1001: No such order."

    shop.sells("1001", 2, sent=2)
    replay(session, [waiting.id])
    session.commit()
    run_jobs(hub)
    assert the_return(session).state is InboxState.APPLIED
    assert session.scalars(select(Return.external_id)).all() == ["R1"]


def test_a_return_waits_with_the_reason_why_its_order_could_not_be_read(hub: Hub, session: Session, shop: Shop) -> None:
    shop.sells("1001", 2, sent=2)
    wants_back(shop, "1001")
    shop.faults["/orders/1001"] = ["html"]
    ran(hub, session, "returns")
    run_jobs(hub)

    waiting = the_return(session)
    assert (waiting.state, waiting.error) == (
        InboxState.QUARANTINED,
        "Its order 1001 makes no sense: Bazaar sent no JSON.",
    )


def test_a_return_is_tried_again_where_its_order_may_come_later(hub: Hub, session: Session, shop: Shop) -> None:
    shop.sells("1001", 2, sent=2)
    wants_back(shop, "1001")
    shop.faults["/orders/1001"] = ["500"]
    ran(hub, session, "returns")
    for _ in range(2):
        session.execute(update(Job).values(run_at=clock.now()))
        session.commit()
        run_jobs(hub)

    assert the_return(session).state is InboxState.APPLIED


def test_every_job_that_is_due_runs_by_itself_and_not_again_before_its_time(
    hub: Hub, session: Session, shop: Shop
) -> None:
    shop.sells("1001")

    sync.tick(hub)
    run_jobs(hub)
    asked = len(shop.asked)
    sync.tick(hub)
    run_jobs(hub)

    jobs = set(session.scalars(select(SyncRun.job)))
    assert {"orders", "sweep", "returns", "listings", "stock", "subscribe"} <= jobs
    assert shop.address == "https://hub.example.com/webhooks/main-store"
    assert len(shop.asked) == asked
    assert orders(session) == ["1001"]


def test_a_provider_names_how_often_it_bears_to_be_asked(hub: Hub, session: Session) -> None:
    loaded = hub.registry.integrations[KEY]
    (bound,) = loaded.providers
    paces = {"orders": timedelta(minutes=30), "notifications": timedelta(0), "surely_unknown": timedelta(1)}
    hub.registry.add(replace(loaded, providers=(replace(bound, paces=paces),)))
    sync.tick(hub)
    run_jobs(hub)
    began = SyncCursor.job.like("%:began")
    session.execute(update(SyncCursor).where(began).values(cursor=(clock.now() - timedelta(minutes=29)).isoformat()))
    session.commit()

    sync.tick(hub)

    known = {each.name: each.schedule for each in sync.jobs_of(hub.registry, KEY)}
    assert (known["orders"], known["notifications"]) == ("every 30 minutes", "every 15 seconds")
    due = {each.arguments["name"] for each in session.scalars(select(Job).where(Job.name == "integrations.run"))}
    assert {"notifications", "returns"} <= due
    assert "orders" not in due


def test_the_work_of_an_integration_that_does_not_run_waits_for_it(hub: Hub, session: Session, shop: Shop) -> None:
    integration_id = session.scalars(select(Integration.id).where(Integration.key == KEY)).one()
    loaded = hub.registry.integrations[KEY]
    hub.registry.remove(KEY)
    shop.sells("1001")
    sync.run_later(session, integration_id, KEY, "orders")
    session.commit()

    assert run_jobs(hub) == 1
    job = session.scalars(select(Job)).one()
    assert (job.state, job.attempts) == ("PENDING", 0)
    assert job.error == "There is no integration 'main-store'."

    hub.registry.add(loaded)
    session.execute(update(Job).values(run_at=clock.now()))
    session.commit()
    run_jobs(hub)
    assert orders(session) == ["1001"]


def test_health_says_that_it_is_well_once_it_answered(hub: Hub, session: Session, shop: Shop) -> None:
    ran(hub, session, "orders")

    assert session.scalar(select(Integration.health).where(Integration.key == KEY)) is HealthStatus.OK
    assert session.scalar(select(Integration.last_sync_at).where(Integration.key == KEY)) is not None

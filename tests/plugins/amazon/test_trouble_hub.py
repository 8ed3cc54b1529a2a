"""The hub and an account that answers nonsense, or not at all: what is sound goes on, and a person is told the rest."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, repeat

import pytest
from sqlalchemy import select

from core.errors import CrossdockError
from core.flows.channels import windows
from core.flows.inbox import replay
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import HealthStatus, SyncState
from core.orders.models import Order
from core.stock.models import Location
from crossdock import ProviderError
from plugins.amazon.sandbox import Store
from plugins.amazon.sandbox.answers import ANSWERS, Asked
from plugins.amazon.sandbox.store import Said
from tests.plugins.stores import HTML, Between, Desk

SEARCH = "/orders/2026-01-01/orders"
UNREADABLE: tuple[Callable[[bytes], bytes], ...] = (
    lambda _: HTML,
    lambda body: body[: len(body) // 2],
    lambda _: b'{"surely": "unknown"}',
)


def placed(store: Store, count: int) -> list[str]:
    """Orders that a search finds, in its order."""
    found = [store.place_order(("AMZ-1", 1)) for _ in range(count)]
    for number, order_id in enumerate(found):
        store.orders[order_id]["lastUpdatedTime"] = store.instant(timedelta(seconds=number, minutes=-5))
    return found


def in_disorder(body: bytes) -> bytes:
    """A page whose first order is in another currency than its lines, the second negative, the third no order."""
    said = json.loads(body)
    said["orders"][0]["proceeds"]["grandTotal"]["currencyCode"] = "EUR"
    said["orders"][1]["orderItems"][0]["quantityOrdered"] = -2
    said["orders"][2].clear()
    return json.dumps(said).encode()


def set_aside(desk: Desk) -> dict[int, str]:
    """Messages that wait for a person, and why."""
    desk.session.expire_all()
    rows = desk.session.scalars(select(InboxMessage).where(InboxMessage.state == InboxState.QUARANTINED))
    return {each.id: each.error or "" for each in rows}


def test_orders_that_make_no_sense_are_set_aside_and_the_others_of_the_page_are_taken(
    desk: Desk, store: Store, shelf: Location, between: Between
) -> None:
    orders = placed(store, 4)
    between.spoil(SEARCH, in_disorder)

    run = desk.sync("orders")
    aside = set_aside(desk)
    replay(desk.session, list(aside))  # nothing was mended: they wait again
    desk.session.commit()
    desk.run()

    assert (run.state, run.created, run.rejected) == (SyncState.PARTIAL, 1, 3)
    assert desk.session.scalars(select(Order.external_id)).all() == orders[3:]
    assert sorted(set_aside(desk)) == sorted(aside)
    for words in ("EUR", "quantityOrdered", "it has no id"):
        assert any(words in why for why in aside.values()), words


def test_pages_that_cannot_be_read_are_set_aside_and_read_again(
    desk: Desk, store: Store, shelf: Location, between: Between
) -> None:
    orders = placed(store, 2)
    for spoilt in UNREADABLE:
        between.spoil(SEARCH, spoilt)
        run = desk.sync("orders")
        assert (run.state, run.seen, run.created, run.rejected) == (SyncState.PARTIAL, 1, 0, 1)
    assert len(set_aside(desk)) == len(UNREADABLE)

    mended = desk.sync("orders")
    desk.run()

    assert (mended.state, mended.created) == (SyncState.SUCCEEDED, 2)
    assert set(desk.session.scalars(select(Order.external_id))) == set(orders)


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        (repeat("1"), "Its pages go round in a circle: the same cursor came twice."),
        (map(str, count(1)), "It has more than 4 pages; the next run goes on."),
    ],
)
def test_pages_without_end_are_left_and_what_was_read_of_them_is_kept(
    desk: Desk, store: Store, shelf: Location, monkeypatch: pytest.MonkeyPatch, tokens: Iterator[str], why: str
) -> None:
    orders = placed(store, 2)
    search = ANSWERS["searchOrders"]

    def endless(account: Store, asked: Asked) -> tuple[int, Said | None]:
        """The first page again and again, each time with the token of another one."""
        status, said = search(account, replace(asked, query={**asked.query, "paginationToken": ""}))
        return status, {**(said or {}), "pagination": {"nextToken": next(tokens)}}

    monkeypatch.setitem(ANSWERS, "searchOrders", endless)
    monkeypatch.setattr(windows, "MOST_PAGES", 4)
    run = desk.sync("orders")
    desk.run()

    assert (run.state, run.error, run.created) == (SyncState.PARTIAL, why, 2)
    assert set(desk.session.scalars(select(Order.external_id))) == set(orders)
    assert [name for name, _ in store.asked].count("searchOrders") <= 4
    assert set_aside(desk) == {}


def test_consent_that_was_taken_back_puts_it_down_with_what_to_do(desk: Desk, store: Store) -> None:
    store.refuses_login = {"error": "invalid_grant"}

    with contextlib.suppress(CrossdockError, ProviderError):
        desk.sync("orders")

    status, message = desk.health()
    assert status is HealthStatus.DOWN
    assert "Authorize it again" in message

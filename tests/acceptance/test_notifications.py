"""Shoppers hear what became of their orders: each of it once, and no old news."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core import clock
from core.catalog import service as catalog
from core.flows.capture import capture
from core.flows.notify import follow, send
from core.hub import Hub
from crossdock import CancellationData, Retryable
from tests.acceptance import crew, herald, shipping, steps
from tests.acceptance.sound import everything_adds_up
from tests.acceptance.telling import CANCEL, LINES, SEND, SHIP, TOLD, after, ordered, told, work
from tests.acceptance.telling import foreign_plugins as foreign_plugins
from tests.acceptance.telling import home as home
from tests.acceptance.telling import plugins_toml as plugins_toml
from tests.acceptance.telling import teas as teas
from tests.api import Api
from tests.core.flows import selling
from tests.horizon import settle


def test_a_shopper_hears_of_the_order_and_of_its_parcel(api: Api, hub: Hub, home: Path) -> None:
    order = ordered(api, hub)
    steps.shipped(api, order, "LEEDS")
    work(hub)
    work(hub)

    found = api(TOLD, id=order)["order"]
    first, second = found["notifications"]
    assert (first["template"], first["medium"], first["recipient"]) == ("order-received", "EMAIL", "ada@example.org")
    assert first["body"].startswith(f"Hello Ada,\n\nthank you for your order {found['number']} of ")
    assert "\n\n2 x TEA\n\nTotal: 20.00 GBP\n\n" in first["body"]
    assert first["order"] == {"id": order}
    assert second["subject"] == f"Your order {found['number']} is on its way"
    assert "2 x TEA\n\nIt travels with Royal Mail.\n\nCrossdock" in second["body"]  # nobody told a number: no such line
    assert [each["state"] for each in found["notifications"]] == ["SENT", "SENT"]
    assert all(each["sentAt"] for each in found["notifications"])
    assert [message["subject"] for message in herald.told(home)] == [first["subject"], second["subject"]]
    assert herald.told(home)[0]["name"] == "Ada"
    everything_adds_up(hub)


def test_who_cancels_says_whether_the_shopper_is_told(api: Api, hub: Hub, home: Path) -> None:
    loud, silent, partly = (ordered(api, hub) for _ in range(3))
    (line,) = api(LINES, id=partly)["order"]["lines"]["nodes"]
    api.done(CANCEL, id=loud, notify=True, key="loud")
    api.done(CANCEL, id=silent, notify=False, key="silent")
    api.done(CANCEL, id=partly, lines=[{"lineId": line["id"], "quantity": 1}], key="partly")
    work(hub)

    asked = "Whoever cancelled it asked that the shopper not be told."
    assert cancelled(api, loud) == [("order.cancelled", "SENT", None)]
    assert cancelled(api, silent) == [("order.cancelled", "SUPPRESSED", asked)]
    assert cancelled(api, partly) == [("order.lines_cancelled", "SENT", None)]
    whole, part = (
        [message["text"] for message in herald.told(home) if words in message["subject"]]
        for words in ("was cancelled", "A change to your order")
    )
    assert ["\n\n2 x TEA\n\nCrossdock" in each for each in whole] == [True]
    assert ["\n\n1 x TEA\n\nThe rest of your order" in each for each in part] == [True]


def cancelled(api: Api, order: str) -> list[tuple[str, str, str | None]]:
    return [each for each in told(api, order) if each[0].endswith("cancelled")]


MOODS = {
    "silent": ("SENT", None, 1),
    "busy": ("SENT", None, 1),
    "refusing": ("FAILED", "Nobody lives there.", 0),
    "forgetful": ("FAILED", "It may have arrived; nobody can say. The herald does not remember.", 1),
}


def test_a_message_is_sent_once_however_it_goes(api: Api, hub: Hub, home: Path) -> None:
    for mood, (state, reason, sent) in MOODS.items():
        before = len(herald.told(home))
        herald.in_mood(home, mood)
        order = ordered(api, hub)
        after(hub, timedelta(minutes=5))
        after(hub, timedelta(minutes=10))

        assert told(api, order) == [("order.created", state, reason)], mood
        assert len(herald.told(home)) - before == sent, mood


def test_what_cannot_be_sent_for_a_day_is_not_sent_any_more(api: Api, hub: Hub, home: Path) -> None:
    herald.in_mood(home, "busy")
    order = ordered(api, hub)
    after(hub, timedelta(days=1, minutes=1))

    too_late = "It could not be sent for a day; now it is too late. The herald is asleep."
    assert told(api, order) == [("order.created", "FAILED", too_late)]
    assert herald.told(home) == []


def test_two_workers_send_one_message(api: Api, hub: Hub, home: Path) -> None:
    order = shipping.ordered(api, hub, "TEA", 2, email="ada@example.org")
    settle(hub.engine)
    crew.at_once(*[lambda: follow.follow(hub, "herald")] * 3)
    with hub.transaction() as session:
        (number,) = session.execute(text("select id from notifications")).scalars()

    crew.at_once(*[lambda: bearing(lambda: send.send(hub, number))] * 3)
    work(hub)

    assert told(api, order) == [("order.created", "SENT", None)]
    assert len(herald.told(home)) == 1


def bearing(act: Callable[[], None]) -> None:
    """Who comes second is told to try again."""
    with suppress(Retryable):
        act()


def test_history_is_nobodys_news(api: Api, hub: Hub) -> None:
    old = clock.now() - timedelta(days=30)
    gone = CancellationData(external_id="c1", at=old, reason="changed their mind")
    with hub.transaction() as session:
        channel = catalog.channel_by_key(session, "manual")
        captured = capture(session, channel, [selling.said("1", {"TEA": 1}, placed_at=old, cancellations=(gone,))])
    work(hub)

    assert told(api, f"ord_{captured.orders[0].order_id}") == []


def test_what_happened_long_ago_is_not_told_and_what_happens_now_is(api: Api, hub: Hub) -> None:
    long_ago, order = (clock.now() - timedelta(days=30)).isoformat(), ordered(api, hub)
    (line,) = api(LINES, id=order)["order"]["lines"]["nodes"]
    for shipped_at in (long_ago, clock.now().isoformat()):
        units = [{"lineId": line["id"], "quantity": 1}]
        parcel = {"orderId": order, "location": "LEEDS", "lines": units, "shippedAt": shipped_at}
        api.done(SHIP, input=parcel, key=shipped_at)
    work(hub)

    assert [each[0] for each in told(api, order)] == ["order.created", "shipment.handed_over"]


def test_a_notifier_that_is_new_hears_what_happens_from_then_on(api: Api, hub: Hub) -> None:
    with hub.transaction() as session:
        session.execute(text("delete from sync_cursors"))

    assert told(api, ordered(api, hub)) == []
    assert len(told(api, ordered(api, hub))) == 1


UNREACHED = {
    "not an address": "The order has no e-mail address that can be written to.",
    "x1@marketplace.amazon.co.uk": "The address is lent by a marketplace, which writes to its buyers itself.",
}


def test_who_is_not_written_to_is_told_with_the_reason(api: Api, hub: Hub, home: Path) -> None:
    for email, reason in UNREACHED.items():
        assert told(api, ordered(api, hub, email=email)) == [("order.created", "SUPPRESSED", reason)]

    tried = ordered(api, hub, tags=["test"])
    assert told(api, tried) == [("order.created", "SUPPRESSED", "It is a test order.")]
    assert herald.told(home) == []


def test_a_person_has_the_shopper_told_again(api: Api, hub: Hub, home: Path) -> None:
    order = ordered(api, hub)
    asked = {"order": order, "template": "order-received"}
    sent = [api.done(SEND, **asked, key=key)["notification"] for key in ("a", "a", "b")]
    work(hub)

    assert len({each["id"] for each in sent}) == 2
    assert {each["state"] for each in sent} <= {"QUEUED", "SENT"}
    assert len(herald.told(home)) == 3
    errors = "notificationSend"
    assert api(SEND, order=order, template="order-shipped", key="c")[errors]["userErrors"] == [
        {
            "code": "ILLEGAL_STATE",
            "message": "This order has no shipment that the words could be about.",
            "path": ["template"],
        }
    ]
    assert api.refused(SEND, order=order, template="order-received", medium="SMS", key="d") == [("INVALID", ["medium"])]
    assert api.refused(SEND, order=order, template="love-letter", key="e") == [("NOT_FOUND", ["template"])]


class TestWithoutNotifier:
    """Nothing is written, and nobody is asked."""

    @pytest.fixture
    def plugins_toml(self) -> str:
        return '[integrations.routing]\nplugin = "routing"\n'

    def test_there_are_no_rows(self, api: Api, hub: Hub) -> None:
        order = ordered(api, hub)

        assert told(api, order) == []
        assert api.refused(SEND, order=order, template="order-received", key="a") == [("ILLEGAL_STATE", ["medium"])]
        with hub.transaction() as session:
            assert session.scalar(text("select count(*) from jobs where name like 'notifications.%'")) == 0

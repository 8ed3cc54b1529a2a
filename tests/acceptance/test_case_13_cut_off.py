"""Case 13: the cut-off, the sales day and two days of silence, in Berlin as the clocks change."""

from typing import Any

import pytest

from core import scheduler
from core.config import Config
from core.hub import Hub
from core.jobs import lost, registry, schedule
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.hours import Clock, berlin, utc
from tests.acceptance.market import ADDRESS
from tests.acceptance.timeline import ends_well, shown, told
from tests.api import Api

LOCATION = """
mutation ($code: String!, $cutoff: String, $workdays: [Weekday!]) {
  locationUpsert(code: $code, name: "Berlin", kind: WAREHOUSE, timezone: "Europe/Berlin", cutoff: $cutoff,
                 workdays: $workdays) { userErrors { message path } }
}
"""
SETTINGS = """
mutation ($hours: Int) {
  settingsUpdate(timezone: "Europe/Berlin", trackingSilenceHours: $hours) { userErrors { message path } }
}
"""
PREVIEW = """
query ($id: ID!, $at: DateTime) {
  routingPreview(orderId: $id, at: $at) { decidedAt assignments { location { code } shipOn } }
}
"""
ROUTED = """
query ($id: ID!) {
  order(id: $id) { routing { decidedAt assignments { shipOn } } fulfillmentOrders { shipOn } events { nodes { name } } }
}
"""
HOLD = 'mutation ($id: ID!) { orderHold(id: $id, message: "Wait.") { order { holds { id } } userErrors { message } } }'
RELEASE = "mutation ($id: ID!) { orderReleaseHold(holdId: $id) { userErrors { message } } }"
SHIP = """
mutation ($input: ShipmentInput!, $key: String!) {
  shipmentCreate(input: $input, idempotencyKey: $key) { shipment { id } userErrors { message path } }
}
"""
SCAN = """
mutation ($id: ID!, $input: TrackingEventInput!) {
  shipmentTrack(shipmentId: $id, input: $input) { userErrors { message path } }
}
"""
DAYS = """
query ($placed: DateTimeRange) {
  profitReport(groupBy: DAY, placedAt: $placed) { nodes { key orders units profit { revenue { amount } } } }
}
"""
EVERY_DAY = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
LINE = {"sku": "LAMP", "quantity": 1, "unitPrice": "10.00"}

# Clocks go from 2 to 3 on 28 March 2027, and from 3 back to 2 on 25 October 2026; both are Sundays.
CHANGES = [
    pytest.param("2027-03-27", "2027-03-28", "2027-03-29", id="spring"),
    pytest.param("2026-10-24", "2026-10-25", "2026-10-26", id="autumn"),
]


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def a_warehouse_in_berlin(api: Api) -> None:
    """It works every day, what is ready before two in the afternoon leaves the same day, and it has ten lamps."""
    api.done(LOCATION, code="berlin", cutoff="14:00", workdays=EVERY_DAY)
    steps.item(api, "LAMP")
    steps.stock(api, "LAMP", "berlin", 10, "4.00", "GBP")


def an_order(api: Api, **given: Any) -> str:
    made = steps.order(api, currency="GBP", lines=[LINE], email="ada@example.com", shippingAddress=ADDRESS, **given)
    order_id: str = made["id"]
    return order_id


def would_leave(api: Api, order_id: str, at: str) -> str:
    """The day on which a preview has it leave, as if it were that time in Berlin."""
    seen = api(PREVIEW, id=order_id, at=utc(berlin(at)))["routingPreview"]
    assert seen["decidedAt"] is None
    (assignment,) = seen["assignments"]
    day: str = assignment["shipOn"]
    return day


def leaves(api: Api, hub: Hub, clock: Clock, at: str) -> str:
    """The day on which an order leaves that is routed as a clock in Berlin shows that time."""
    clock.stops_at(berlin(at))
    order_id = an_order(api)
    run_jobs(hub)
    found = api(ROUTED, id=order_id)["order"]
    assert found["routing"]["decidedAt"] == utc(berlin(at))
    assert [event["name"] for event in found["events"]["nodes"]][-1] == "order.routed"
    (assignment,), (work,) = found["routing"]["assignments"], found["fulfillmentOrders"]
    assert assignment["shipOn"] == work["shipOn"]
    day: str = work["shipOn"]
    return day


@pytest.mark.parametrize(("before", "change", "after"), CHANGES)
def test_the_second_before_the_cut_off_leaves_today_and_the_cut_off_tomorrow(
    api: Api, hub: Hub, clock: Clock, before: str, change: str, after: str
) -> None:
    clock.stops_at(berlin(f"{before} 09:00:00"))
    a_warehouse_in_berlin(api)
    waits = an_order(api)
    api.done(HOLD, id=waits)
    day_after = {before: change, change: after, after: f"{after[:-2]}{int(after[-2:]) + 1}"}

    for day, next_day in day_after.items():
        assert would_leave(api, waits, f"{day} 13:59:59") == day
        assert would_leave(api, waits, f"{day} 14:00:00") == next_day
        assert leaves(api, hub, clock, f"{day} 13:59:59") == day
        assert leaves(api, hub, clock, f"{day} 14:00:00") == next_day
    ends_well(api, hub)


def test_what_was_held_is_measured_by_the_moment_at_which_it_is_routed(api: Api, hub: Hub, clock: Clock) -> None:
    clock.stops_at(berlin("2027-03-28 13:59:59"))
    a_warehouse_in_berlin(api)
    order_id = an_order(api)
    (hold,) = api.done(HOLD, id=order_id)["order"]["holds"]
    run_jobs(hub)

    clock.goes_on(seconds=1)
    api.done(RELEASE, id=hold["id"])
    run_jobs(hub)

    assert [work["shipOn"] for work in api(ROUTED, id=order_id)["order"]["fulfillmentOrders"]] == ["2027-03-29"]
    assert told(shown(api, order_id))[-3:] == ["order.held", "order.released", "order.routed"]
    ends_well(api, hub)


@pytest.mark.parametrize(
    ("day", "hours", "start", "end"),
    [
        pytest.param("2027-03-28", 23, "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", id="23 hours"),
        pytest.param("2026-10-25", 25, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", id="25 hours"),
    ],
)
def test_a_sales_day_is_the_day_in_the_shops_own_zone(
    api: Api, hub: Hub, clock: Clock, day: str, hours: int, start: str, end: str
) -> None:
    clock.stops_at(berlin("2027-04-01 12:00:00"))
    api.done(SETTINGS)
    a_warehouse_in_berlin(api)
    midnight, next_midnight = berlin(f"{day} 00:00:00"), berlin(f"{day[:-2]}{int(day[-2:]) + 1} 00:00:00")
    assert (utc(midnight), utc(next_midnight)) == (start, end)
    assert (next_midnight.timestamp() - midnight.timestamp()) / 3600 == hours
    day_before, day_after = f"{day[:-2]}{int(day[-2:]) - 1}", f"{day[:-2]}{int(day[-2:]) + 1}"
    placed = [
        f"{day_before}T23:59:59",
        f"{day}T00:00:00",
        f"{day}T12:00:00",
        f"{day}T23:59:59",
        f"{day_after}T00:00:00",
    ]
    for moment in placed:
        an_order(api, placedAt=utc(berlin(moment)))
    run_jobs(hub)

    for _ in ("as it was booked", "as it was rolled up"):
        rows = api(DAYS)["profitReport"]["nodes"]
        assert [(row["key"], row["orders"], row["units"]) for row in rows] == [
            (day_before, 1, 1),
            (day, 3, 3),
            (day_after, 1, 1),
        ]
        assert [row["profit"]["revenue"]["amount"] for row in rows] == ["10.00", "30.00", "10.00"]
        (only,) = api(DAYS, placed={"from": start, "to": end})["profitReport"]["nodes"]
        assert (only["key"], only["orders"], only["profit"]["revenue"]["amount"]) == (day, 3, "30.00")
        time_passes(hub, clock, minutes=30)
    ends_well(api, hub)


@pytest.mark.parametrize(
    ("shipped", "looked"),
    [
        # An hour is left out, and 48 of them end at three in the afternoon.
        pytest.param("2027-03-27 14:00:00", "2027-03-29 15:00:01", id="spring"),
        # An hour comes twice, and they end at one.
        pytest.param("2026-10-24 14:00:00", "2026-10-26 13:00:01", id="autumn"),
    ],
)
def test_two_days_without_a_scan_are_48_hours_that_passed(
    api: Api, hub: Hub, clock: Clock, shipped: str, looked: str
) -> None:
    clock.stops_at(berlin(shipped))
    api.done(SETTINGS, hours=48)
    a_warehouse_in_berlin(api)
    orders = [an_order(api) for _ in range(3)]
    run_jobs(hub)
    sent(api, orders[0])
    clock.goes_on(seconds=1)
    sent(api, orders[1])
    scanned = sent(api, orders[2])
    clock.goes_on(hours=1)
    api.done(SCAN, id=scanned, input={"status": "IN_TRANSIT", "occurredAt": utc(clock.moment)})
    run_jobs(hub)

    time_passes(hub, clock, until=looked)
    assert silences(api, orders) == [1, 0, 0]  # the second was sent 48 hours ago to the second
    time_passes(hub, clock, minutes=30)
    assert silences(api, orders) == [1, 1, 0]
    time_passes(hub, clock, minutes=30)
    assert silences(api, orders) == [1, 1, 0]  # the third was seen 48 hours ago to the second
    time_passes(hub, clock, minutes=30)
    assert silences(api, orders) == [1, 1, 1]

    (case,) = shown(api, orders[0])["cases"]
    assert (case["kind"], case["code"], case["state"]) == ("SHIPMENT", "tracking_silent", "OPEN")
    assert told(shown(api, orders[0]))[-1] == "case.opened"
    ends_well(api, hub)


def silences(api: Api, order_ids: list[str]) -> list[int]:
    """How many cases each order has."""
    return [len(shown(api, order_id)["cases"]) for order_id in order_ids]


def sent(api: Api, order_id: str) -> str:
    """All of it has left now, with a tracking number; the shipment."""
    left = {"orderId": order_id, "location": "berlin", "carrier": "DHL", "trackingNumber": f"T-{order_id}"}
    shipment: str = api.done(SHIP, input=left, key=steps.key())["shipment"]["id"]
    return shipment


def time_passes(hub: Hub, clock: Clock, *, until: str | None = None, **by: float) -> None:
    """The scheduler sees to what became due, and the work is done."""
    registry.load_all()
    with hub.transaction() as session:
        schedule.prepare(session, hub.config)
    if until is not None:
        clock.stops_at(berlin(until))
    clock.goes_on(**by)
    scheduler.tick(hub, lost.Silence())
    run_jobs(hub)

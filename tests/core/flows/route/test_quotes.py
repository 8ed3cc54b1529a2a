"""Routing with suppliers that say what an order would take: they are weighed, and never waited for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.config import Config
from core.flows.route import preview, route_orders
from core.fulfillment.models import RoutingAssignment, RoutingCandidate, RoutingDecision
from core.hub import Hub
from core.integrations.models import Integration
from core.orders.models import Order
from core.stock.models import Location
from crossdock import Lacking, Money, Quote, QuoteRequest, Rejected, Retryable
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, configured, lines_of, work_of
from tests.core.flows.route.quoting_house import QuotingHouse
from tests.hubs import a_hub

LEEDS = {"line1": "2 Dock Road", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHEAP = Quote(
    service="Slow",
    cost=Money(150, "GBP"),
    leaves_at=MONDAY + timedelta(days=1),
    arrives_at=MONDAY + timedelta(days=4),
)


@pytest.fixture
def hub(config: Config, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """It is Monday; a carrier's table of prices is at hand, and the house."""
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    configured(config, '[integrations.post]\nplugin = "table_rate"\n[integrations.house]\nplugin = "house"\n')
    with a_hub(config, database_url, house="tests.core.flows.route.quoting_house") as hub:
        yield hub


@pytest.fixture
def house(hub: Hub) -> QuotingHouse:
    found = hub.registry.bound("house", "supplier").instance
    assert isinstance(found, QuotingHouse)
    found.answer = lambda _: [CHEAP]
    return found


@pytest.fixture
def far(hub: Hub, session: Session) -> Location:
    """The house's own location, beside ours in Leeds; the best price wins."""
    a_location(session, "LEEDS", address=LEEDS)
    integration = session.scalars(select(Integration.id).where(Integration.key == "house")).one()
    return a_location(session, "FAR", integration_id=integration, address=LEEDS)


@pytest.fixture
def order(session: Session, far: Location) -> Order:
    """Three of TEA, of which there are nine at either place."""
    tea = an_item(session, "TEA", weight_grams=300)
    for location in session.scalars(select(Location)):
        a_level(session, tea, location, 9)
    channel = a_channel(session, routing_strategy="lowest_cost")
    order = a_ready_order(session, channel, {tea: 3}, placed_at=MONDAY, shipping_method="Next day")
    session.commit()
    return order


def places(session: Session, order: Order) -> list[str]:
    codes = dict(session.execute(select(Location.id, Location.code)).all())
    return [codes[work.location_id] for work in work_of(session, order)]


def candidate(session: Session, location: Location, *, of: Order | None = None) -> RoutingCandidate:
    """What was thought of a location, of one order where there are several."""
    query = select(RoutingCandidate).where(RoutingCandidate.location_id == location.id)
    if of is not None:
        query = query.join(RoutingDecision).where(RoutingDecision.order_id == of.id)
    return session.scalars(query).one()


def raising(error: Exception) -> Sequence[Quote]:
    raise error


def test_who_quotes_the_least_ships_and_the_decision_holds_the_quote(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    route_orders(hub, [order.id])

    assert places(session, order) == ["FAR"]
    (work,) = work_of(session, order)
    assigned = session.scalars(select(RoutingAssignment)).one()
    assert (assigned.cost_minor, assigned.cost_currency, assigned.eta_days) == (150, "GBP", Decimal(4))
    assert work.ship_on == assigned.ship_on == date(2026, 3, 3)
    assert assigned.reason.endswith("It offers Slow for 1.50 GBP, leaving on 2026-03-03, arriving by 2026-03-06.")


def test_it_is_asked_for_what_it_would_be_given_within_seconds_and_outside_any_transaction(
    hub: Hub, session: Session, order: Order, house: QuotingHouse
) -> None:
    held = list[int]()

    def answer(_: QuoteRequest) -> Sequence[Quote]:
        held.append(hub.engine.pool.checkedout())  # type: ignore[attr-defined]  # the pool of PostgreSQL has it
        return [CHEAP]

    house.answer = answer
    session.close()
    route_orders(hub, [order.id])

    ((ctx, request),) = house.asked
    assert held == [0]
    assert (request.location, request.shipping_method, request.ship_to.postal_code) == ("FAR", "Next day", "N1 9GU")
    assert [(line.sku, line.quantity) for line in request.lines] == [("TEA", 3)]
    assert ctx.deadline is not None
    assert ctx.deadline - MONDAY <= timedelta(seconds=3)


def test_who_quotes_more_loses_and_says_what_it_offered(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    house.answer = lambda _: [Quote(service="Slow", cost=Money(9900, "GBP"), arrives_at=CHEAP.arrives_at)]
    route_orders(hub, [order.id])

    lost = candidate(session, far)
    assert places(session, order) == ["LEEDS"]
    assert (lost.chosen, lost.cost_minor, lost.eta_days) == (False, 9900, Decimal(4))
    assert lost.rejections[0].startswith("Leeds is preferred: ")
    assert lost.rejections[1:] == ["It offers Slow for 99.00 GBP, arriving by 2026-03-06."]


def test_what_it_cannot_ship_at_the_orders_speed_is_not_given_to_it(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    house.answer = lambda _: [Quote(service="Fast", refused="Nobody goes there."), CHEAP]
    route_orders(hub, [order.id])

    assert places(session, order) == ["LEEDS"]
    assert candidate(session, far).rejections == [
        "It cannot ship this at Fast: Nobody goes there.",
        "It offers Slow for 1.50 GBP, leaving on 2026-03-03, arriving by 2026-03-06.",
    ]


def test_what_would_not_come_with_it_ships_from_elsewhere(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    def two_of_three(request: QuoteRequest) -> list[Quote]:
        (line,) = request.lines
        return [Quote(service="Slow", cost=CHEAP.cost, lacking=(Lacking(line=line.line, quantity=1, reason="Lost."),))]

    house.answer = two_of_three
    route_orders(hub, [order.id])

    assert places(session, order) == ["LEEDS"]  # which has all three
    assert "It has 2 of 3 TEA." in candidate(session, far).rejections
    assert "It would ship 2 of 3 TEA: Lost." in candidate(session, far).rejections


@pytest.mark.parametrize("error", [Retryable("It is away."), ZeroDivisionError("It is away.")])
def test_who_fails_holds_nothing_up_and_is_not_asked_again_at_once(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse, error: Exception
) -> None:
    house.answer = lambda _: raising(error)
    tea = an_item(session, "CUP")
    a_level(session, tea, far, 5)
    other = a_ready_order(session, a_channel(session), {tea: 1}, placed_at=MONDAY)
    session.commit()

    route_orders(hub, [order.id])
    route_orders(hub, [other.id])

    assert (places(session, order), places(session, other)) == (["LEEDS"], ["FAR"])
    why = candidate(session, far, of=order).rejections[-1]
    assert why.startswith("It gave no quote: ")
    assert "It is away." in why
    assert len(house.asked) == 1


@pytest.mark.parametrize(("took", "counted"), [(timedelta(seconds=4), 0), (timedelta(seconds=1), 1)])
def test_who_is_late_for_a_quote_is_not_thought_unwell(
    hub: Hub, order: Order, house: QuotingHouse, monkeypatch: pytest.MonkeyPatch, took: timedelta, counted: int
) -> None:
    def answer(_: QuoteRequest) -> Sequence[Quote]:
        monkeypatch.setattr(clock, "now", lambda: MONDAY + took)
        raise Retryable("It did not answer.")

    house.answer = answer
    preview(hub, order.id)

    assert hub.guard.circuits.look("house").failures == counted


def test_one_that_refuses_to_quote_an_order_is_asked_about_the_next(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    house.answer = lambda _: raising(Rejected("UNKNOWN", "It knows no TEA."))
    preview(hub, order.id)
    assert hub.kept.get(("quotes", "house")) is None

    route_orders(hub, [order.id])

    assert candidate(session, far).rejections[-1] == "It gave no quote: It knows no TEA."
    assert len(house.asked) == 1  # the same basket is not asked about twice


def test_the_same_basket_is_asked_about_once_in_a_few_minutes(
    hub: Hub, session: Session, order: Order, house: QuotingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = preview(hub, order.id)
    preview(hub, order.id)
    assert len(house.asked) == 1
    assert (lines_of(session, order), work_of(session, order)) == ([("TEA", 3, 0, 0, 0, 0)], [])
    assert [each.location for each in seen.plan.assignments] == ["FAR"]

    monkeypatch.setattr(clock, "now", lambda: MONDAY + timedelta(minutes=6))
    route_orders(hub, [order.id])
    assert len(house.asked) == 2


def test_who_has_nothing_of_it_or_may_not_ship_it_is_not_asked(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    cup = an_item(session, "CUP")
    none_there = a_ready_order(session, a_channel(session), {cup: 1}, placed_at=MONDAY)
    far.active = False
    session.commit()

    route_orders(hub, [order.id, none_there.id])

    assert house.asked == []


def test_a_price_in_another_currency_is_told_and_not_compared(
    hub: Hub, session: Session, order: Order, far: Location, house: QuotingHouse
) -> None:
    house.answer = lambda _: [Quote(service="Slow", cost=Money(10, "USD"))]
    route_orders(hub, [order.id])

    lost = candidate(session, far)
    assert (places(session, order), lost.cost_minor) == (["LEEDS"], None)
    assert lost.rejections[-1] == "It offers Slow for 0.10 USD."

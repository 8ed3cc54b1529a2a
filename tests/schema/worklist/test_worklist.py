"""What waits for a person, counted."""

import pytest
from sqlalchemy.orm import Session

from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import holds, replenish
from core.hub import Hub
from core.shipments.models import Shipment, ShipmentStatus
from tests.api import Api
from tests.builders import a_channel, a_level, a_listing, a_location, an_item, an_order, routed
from tests.schema.access.holders import holder

COUNTS = """query ($channel: [String!], $location: [String!]) { worklist(channel: $channel, location: $location) {
  onHold unrouted backordered toPick toPack toShip lateToShip deliveryExceptions returnsToDecide returnsToInspect
  openCases unmappedListings belowReorderPoint failedJobs quarantined unmatchedSettlementLines } }"""
OF_SHOP = {"onHold": 1, "unrouted": 1, "backordered": 1, "deliveryExceptions": 1, "openCases": 1, "unmappedListings": 1}


@pytest.fixture(autouse=True)
def day(session: Session, hub: Hub) -> None:
    """`shop` has one order of each trouble, `market` one that is unrouted; an item is short in LEEDS."""
    shop, market, leeds = a_channel(session, "shop"), a_channel(session, "market"), a_location(session, "LEEDS")
    tea = an_item(session, "TEA-1")
    level = a_level(session, tea, leeds, 5)
    held = an_order(session, shop, {tea: 1})
    holds.hold(session, held.id, message="Wait")
    an_order(session, shop, {tea: 1}, backordered=True)
    an_order(session, shop, {tea: 1})
    an_order(session, market, {tea: 1})
    gone = an_order(session, shop, {tea: 1})
    routed(session, gone, leeds)
    level.safety, level.safety_automatic = 9, False
    session.add(Shipment(order_id=gone.id, location_id=leeds.id, status=ShipmentStatus.LOST))
    open_case(session, kind=CaseKind.ORDER, code="odd", title="Odd", message="Look", order_id=gone.id)
    a_listing(session, shop, None)
    session.commit()
    replenish.advise_all(hub)


def counted(api: Api, **narrowed: list[str]) -> dict[str, int]:
    """What is not zero."""
    return {name: count for name, count in api(COUNTS, **narrowed)["worklist"].items() if count}


def test_everything_is_counted_in_one_statement(api: Api) -> None:
    api.statements.clear()

    assert counted(api) == {**OF_SHOP, "unrouted": 2, "belowReorderPoint": 1}
    assert len(api.statements) == 1


def test_the_list_of_some_channels_is_theirs(api: Api) -> None:
    assert counted(api, channel=["shop"]) == {**OF_SHOP, "belowReorderPoint": 1}
    assert counted(api, channel=["market"]) == {"unrouted": 1, "belowReorderPoint": 1}
    assert counted(holder(api, "orders:read", channels=("shop",))) == {**OF_SHOP, "belowReorderPoint": 1}

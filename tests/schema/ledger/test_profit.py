"""Profit through the API, against sums made by hand."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.flows import book
from core.flows.book.roll_up import roll_up
from core.hub import Hub
from core.ledgers import costs
from tests.api import Api
from tests.builders import a_channel, a_location, an_item
from tests.core.ledgers.build import a_sale, a_shipment, lines_of

REPORT = """
query ($group: ProfitGroup!, $sort: ProfitSort, $channel: [String!], $sku: [String!], $placedAt: DateTimeRange,
    $first: Int, $after: String) {
  profitReport(groupBy: $group, sort: $sort, channel: $channel, sku: $sku, placedAt: $placedAt, first: $first,
      after: $after) {
    totalCount pageInfo { endCursor }
    nodes { key orders units profit { revenue { amount } cogs { amount } net { amount } marginPercent } } } }"""


@pytest.fixture(params=["fresh", "rolled up"], autouse=True)
def sold(request: pytest.FixtureRequest, session: Session, hub: Hub) -> list[str]:
    """`shop` sold 2 TEA at 10.00 and 1 CUP at 5.00 to Britain, `market` 1 TEA at 12.00 to Germany.

    A TEA costs 4.00; 2 have shipped from LEEDS.
    """
    tea, cup, leeds = an_item(session, "TEA"), an_item(session, "CUP"), a_location(session, "LEEDS")
    costs.receive(session, [(tea.id, 10, 4000), (cup.id, 10, 1000)])
    first = a_sale(
        session,
        a_channel(session, "shop"),
        {"item": tea, "quantity": 2, "unit_price_minor": 1000, "total_minor": 2000},
        {"item": cup, "quantity": 1, "unit_price_minor": 500, "total_minor": 500},
        total_minor=2500,
        subtotal_minor=2500,
        country="GB",
    )
    line = {"item": tea, "quantity": 1, "unit_price_minor": 1200, "total_minor": 1200}
    market = a_channel(session, "market")
    second = a_sale(session, market, line, total_minor=1200, subtotal_minor=1200, country="DE")
    book.sales(session, [first.id, second.id])
    shipment = a_shipment(session, first, leeds, {lines_of(session, first)[0].id: 2})
    book.shipments(session, [shipment.id])
    session.commit()
    if request.param == "rolled up":
        roll_up(hub)
    return [f"ord_{first.id}", f"ord_{second.id}"]


def rows(api: Api, group: str, **variables: Any) -> list[tuple[str, int, int, str, str]]:
    """(key, orders, units, revenue, net) of each row."""
    found = api(REPORT, group=group, **variables)["profitReport"]["nodes"]
    return [
        (row["key"], row["orders"], row["units"], row["profit"]["revenue"]["amount"], row["profit"]["net"]["amount"])
        for row in found
    ]


def test_every_group_adds_up_to_the_same(api: Api, sold: list[str]) -> None:
    assert rows(api, "ORDER") == [(sold[0], 1, 3, "25.00", "17.00"), (sold[1], 1, 1, "12.00", "12.00")]
    assert rows(api, "SKU") == [("CUP", 1, 1, "5.00", "5.00"), ("TEA", 2, 3, "32.00", "24.00")]
    assert rows(api, "CHANNEL") == [("market", 1, 1, "12.00", "12.00"), ("shop", 1, 3, "25.00", "17.00")]
    assert rows(api, "COUNTRY") == [("DE", 1, 1, "12.00", "12.00"), ("GB", 1, 3, "25.00", "17.00")]
    assert rows(api, "LOCATION") == [("", 1, 1, "12.00", "12.00"), ("LEEDS", 1, 3, "25.00", "17.00")]
    assert rows(api, "SUPPLIER") == [("", 2, 4, "37.00", "29.00")]
    assert rows(api, "DAY") == [("2026-03-02", 2, 4, "37.00", "29.00")]
    assert rows(api, "WEEK") == [("2026-W10", 2, 4, "37.00", "29.00")]
    assert rows(api, "MONTH") == [("2026-03", 2, 4, "37.00", "29.00")]


def test_a_report_is_narrowed_sorted_and_paged(api: Api) -> None:
    assert [row[0] for row in rows(api, "CHANNEL", sort="NET_DESC")] == ["shop", "market"]
    assert [row[0] for row in rows(api, "CHANNEL", sort="MARGIN_ASC")] == ["shop", "market"]
    assert [row[0] for row in rows(api, "CHANNEL", channel=["market"])] == ["market"]
    assert rows(api, "CHANNEL", channel=[]) == []
    assert [row[0] for row in rows(api, "SKU", sku=["CUP"])] == ["CUP"]
    assert rows(api, "SKU", placedAt={"to": "2026-03-02T00:00:00Z"}) == []
    assert len(rows(api, "SKU", placedAt={"from": "2026-03-02T11:00:00Z", "to": "2026-03-02T13:00:00Z"})) == 2
    page = api(REPORT, group="SKU", first=1)["profitReport"]
    assert page["totalCount"] == 2
    assert [row[0] for row in rows(api, "SKU", first=1, after=page["pageInfo"]["endCursor"])] == ["TEA"]


def test_an_order_knows_its_profit(api: Api, sold: list[str]) -> None:
    asked = (
        "query ($id: ID!) { order(id: $id) { profit { revenue { amount } cogs { amount } marginPercent settled } } }"
    )

    assert api(asked, id=sold[0])["order"]["profit"] == {
        "revenue": {"amount": "25.00"},
        "cogs": {"amount": "8.00"},
        "marginPercent": "68.00",
        "settled": False,
    }

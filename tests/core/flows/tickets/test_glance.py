"""An agent asks by a ticket that nobody linked: the helpdesk is asked at once, and its troubles are its own."""

import pytest

from core.flows.tickets import live
from core.hub import Hub
from core.orders.models import Order
from crossdock import Retryable, Ticket
from tests.api import Api
from tests.core.flows.tickets.desk import Switchboard
from tests.schema.access.holders import holder

ASK = """query ($ticket: String!, $helpdesk: String) {
  helpdeskContext(ticket: $ticket, helpdesk: $helpdesk) { matchedBy explanation orders { number } }
}"""


@pytest.fixture(autouse=True)
def _open(board: Switchboard, orders: dict[str, Order]) -> None:
    assert orders
    board.opens("1", subject="Where is order CD-1?", requester_email="ada@example.com")
    board.opens("2", subject="Hello", requester_email="bob@example.com")


def test_what_stands_in_the_ticket_leads_to_the_shopper(api: Api) -> None:
    found = api(ASK, ticket="1", helpdesk="desk")["helpdeskContext"]
    assert (found["matchedBy"], found["orders"][0]["number"]) == ("ORDER_NUMBER", "CD-1")

    (only,) = api(ASK, ticket="2")["helpdeskContext"]["orders"]
    assert only["number"] == "CD-3"


def test_a_helpdesk_that_fails_or_does_not_know_it_is_as_if_nobody_knew(api: Api, board: Switchboard) -> None:
    assert api(ASK, ticket="404", helpdesk="desk")["helpdeskContext"] is None
    assert api(ASK, ticket="1", helpdesk="another")["helpdeskContext"] is None

    def fail() -> None:
        raise Retryable("Back soon.")

    for trouble in (fail, lambda: 1 // 0):
        board.before_fetch = trouble  # type: ignore[assignment]  # what it answers does not matter
        assert api(ASK, ticket="1", helpdesk="desk")["helpdeskContext"] is None


def test_nobody_stands_in_line_behind_a_helpdesk_that_hangs(hub: Hub, board: Switchboard) -> None:
    answers: list[Ticket | None] = []

    def ask_meanwhile() -> None:
        if board.asked <= 4:
            answers.append(live.glance(hub, "desk", "2"))

    board.before_fetch = ask_meanwhile

    assert live.glance(hub, "desk", "1") is not None
    assert [answer is None for answer in answers] == [True, False, False, False]


def test_it_shows_no_more_than_the_caller_may_see(api: Api) -> None:
    market = holder(api, "orders:read", channels=("market",))

    assert market(ASK, ticket="1", helpdesk="desk")["helpdeskContext"] is None
    assert [each["number"] for each in market(ASK, ticket="2")["helpdeskContext"]["orders"]] == ["CD-3"]

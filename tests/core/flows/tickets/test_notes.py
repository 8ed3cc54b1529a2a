"""Agents are told what happens to the orders of open tickets, each thing once, whatever is retried and by whomever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.external.models import CallState, ExternalCall
from core.flows import tickets
from core.flows.tickets import follow, notes, telling
from core.helpdesk.models import TicketLink
from core.hub import Hub
from core.jobs.run import run_jobs
from core.orders.models import Order
from crossdock import Rejected, Retryable
from tests.api import Api
from tests.core.flows.tickets.conftest import Send
from tests.core.flows.tickets.desk import Switchboard, lost
from tests.core.flows.tickets.desk import told as tell
from tests.horizon import settle

News = Callable[..., None]


def catch_up(hub: Hub) -> None:
    """Have notes written of all that has happened."""
    settle(hub.engine)
    follow.follow(hub)


@pytest.fixture
def order(hub: Hub, board: Switchboard, orders: dict[str, Order]) -> Order:
    """An order with an open ticket, `1`, of which the hub has been told nothing yet."""
    board.opens("1")
    catch_up(hub)  # it hears what happens from now on
    with hub.transaction() as session:
        tickets.link(session, orders["first"].id, "desk", "1", url=None, subject=None)
    return orders["first"]


def calls(session: Session) -> list[CallState]:
    session.rollback()
    return list(session.scalars(select(ExternalCall.state).where(ExternalCall.purpose == "ticket_note")))


def told(board: Switchboard) -> list[str]:
    """What has happened, of each note."""
    return [content.partition("|")[0] for _, _, content in board.notes]


def test_two_workers_who_post_the_same_note_post_it_once(
    hub: Hub, session: Session, board: Switchboard, order: Order
) -> None:
    def post(_: int) -> None:
        with suppress(Retryable):  # the other one is at it
            notes.post(hub, "desk", "1", order.id)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(post, range(8)))
    run_jobs(hub)

    assert len(board.notes) == 1
    assert calls(session) == [CallState.SUCCEEDED]


def test_a_note_whose_answer_was_lost_is_looked_for_before_it_is_posted_again(
    hub: Hub, session: Session, board: Switchboard, order: Order
) -> None:
    board.after_post = lost
    with pytest.raises(Retryable):
        notes.post(hub, "desk", "1", order.id)
    assert calls(session) == [CallState.UNKNOWN]

    done = notes.post(hub, "desk", "1", order.id)

    assert done is not None
    assert done.succeeded
    assert len(board.notes) == 1


def test_a_note_that_is_refused_is_written_down_and_not_tried_again(
    hub: Hub, session: Session, board: Switchboard, order: Order
) -> None:
    def refuse() -> None:
        raise Rejected("closed", "The ticket is closed for good.")

    board.before_post = refuse
    notes.post(hub, "desk", "1", order.id)
    notes.post(hub, "desk", "1", order.id)

    call = session.scalars(select(ExternalCall).where(ExternalCall.purpose == "ticket_note")).one()
    assert (call.state, call.attempts, call.message) == (CallState.REJECTED, 1, "The ticket is closed for good.")
    assert call.order_id == order.id


def test_what_an_agent_must_know_is_noted_once_and_the_rest_is_not(
    hub: Hub, board: Switchboard, order: Order, orders: dict[str, Order], news: News
) -> None:
    run_jobs(hub)
    board.notes.clear()
    news("shipment.handed_over", order, "It left.")
    news("shipment.tracked", order, "It moves.", status="IN_TRANSIT")
    news("shipment.tracked", order, "It is lost.", status="LOST")
    news("shipment.delivered", order, "It is there.")
    news("order.cancelled", order, "It was cancelled.")
    news("refund.created", order, "10.00 GBP goes back.", gone=False)
    news("refund.paid", order, "10.00 GBP went back.")
    news("refund.created", order, "5.00 GBP went back.", gone=True)
    news("order.updated", order, "Somebody changed a word.")
    news("shipment.delivered", orders["bobs"], "Bob has no ticket.")

    catch_up(hub)
    assert run_jobs(hub) == 6
    catch_up(hub)
    assert run_jobs(hub) == 0

    assert sorted(told(board)) == [
        "10.00 GBP went back.",
        "5.00 GBP went back.",
        "It is lost.",
        "It is there.",
        "It left.",
        "It was cancelled.",
    ]


def test_what_happened_before_the_ticket_was_linked_is_no_news(
    hub: Hub, board: Switchboard, order: Order, orders: dict[str, Order], news: News
) -> None:
    news("shipment.delivered", orders["second"], "It is there.")
    with hub.transaction() as session:
        tickets.link(session, orders["second"].id, "desk", "1", url=None, subject=None)
    catch_up(hub)
    run_jobs(hub)

    assert told(board) == ["", ""]
    assert order.id != orders["second"].id


@pytest.mark.parametrize("how", ["solved", "deleted"])
def test_nobody_waits_for_news_on_a_ticket_that_is_closed(
    how: str, hub: Hub, board: Switchboard, order: Order, news: News, send: Send
) -> None:
    if how == "solved":
        board.opens("1", open=False)
    else:
        del board.tickets["1"]
    send(tell("1", "e1"))
    news("shipment.delivered", order, "It is there.")
    run_jobs(hub)
    catch_up(hub)
    assert run_jobs(hub) == 0

    board.opens("1")
    send(tell("1", "e2"))
    run_jobs(hub)
    news("refund.paid", order, "10.00 GBP went back.")
    catch_up(hub)
    run_jobs(hub)
    assert told(board)[-1:] == ["10.00 GBP went back."]


def test_a_ticket_that_is_linked_anew_gets_no_second_note(hub: Hub, board: Switchboard, order: Order) -> None:
    run_jobs(hub)
    with hub.transaction() as session:
        tickets.unlink(session, session.scalars(select(TicketLink.id)).one())
    with hub.transaction() as session:
        tickets.link(session, order.id, "desk", "1", url=None, subject=None)
    run_jobs(hub)

    assert len(board.notes) == 1
    assert board.linked[-1] == ("1", ["CD-1"])


def test_a_helpdesk_that_does_not_take_a_link_is_not_asked_again(
    hub: Hub, board: Switchboard, orders: dict[str, Order]
) -> None:
    with hub.transaction() as session:
        tickets.link(session, orders["first"].id, "desk", "gone", url=None, subject=None)
        tickets.link(session, orders["first"].id, "somebody else's", "9", url=None, subject=None)
    run_jobs(hub)
    telling.tell(hub, "desk", "gone")

    assert (board.linked, board.notes) == ([], [])


def test_a_cancelled_order_reaches_the_agent_end_to_end(hub: Hub, api: Api, board: Switchboard, order: Order) -> None:
    run_jobs(hub)
    cancel = """mutation ($id: ID!) {
      orderCancel(id: $id, reason: CUSTOMER, idempotencyKey: "k") { order { status } userErrors { code message } }
    }"""
    assert api.done(cancel, id=f"ord_{order.id}")["order"]["status"] == "CANCELLED"
    catch_up(hub)
    run_jobs(hub)

    (_, note) = board.notes
    assert "cancelled" in note[2].partition("|")[0]
    assert note[2].partition("|")[2].startswith("Order CD-1 was cancelled")

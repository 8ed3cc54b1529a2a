"""A helpdesk's webhook becomes a link between its ticket and the order that is meant, and never a wrong one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.flows import inbox
from core.helpdesk.models import TicketLink
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.jobs.run import run_jobs
from core.orders.models import Order
from tests.api import Api
from tests.core.flows.tickets.conftest import Send
from tests.core.flows.tickets.desk import Switchboard, told

ADA = {"requester_email": "Ada@example.com"}
TICKETS = """query ($id: ID!) {
  node(id: $id) { ... on Order { tickets { id helpdesk externalId subject status url } } }
}"""
UNLINK = "mutation ($id: ID!) { ticketUnlink(id: $id) { order { number } userErrors { code } } }"


def links(api: Api, order: Order) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api(TICKETS, id=f"ord_{order.id}")["node"]["tickets"]
    return found


def states(session: Session) -> list[tuple[str, InboxState]]:
    session.rollback()
    rows = session.execute(select(InboxMessage.kind, InboxMessage.state).order_by(InboxMessage.id))
    return [(kind, state) for kind, state in rows]


def test_a_ticket_is_linked_told_and_noted_once_and_its_status_is_kept_up(
    hub: Hub, api: Api, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    board.opens("8812", subject="Where is CD-1?", **ADA)
    assert [send(told("8812", "e1")) for _ in range(2)] == [200, 200]
    run_jobs(hub)

    (link,) = links(api, orders["first"])
    url = "https://switchboard.example/8812"
    assert {**link, "id": ""} == {
        "id": "", "helpdesk": "desk", "externalId": "8812", "subject": "Where is CD-1?", "status": "new", "url": url,
    }  # fmt: skip
    assert board.linked == [("8812", ["CD-1"])]
    ((ticket, _, content),) = board.notes
    assert (ticket, content.split("|")[:2]) == ("8812", ["", "Order CD-1 is confirmed."])

    board.opens("8812", subject="Thank you", status="solved", **ADA)
    send(told("8812", "e2"))
    run_jobs(hub)
    assert [(each["subject"], each["status"]) for each in links(api, orders["first"])] == [("Thank you", "solved")]
    assert (len(board.linked), len(board.notes)) == (1, 1)


@pytest.mark.parametrize(
    ("wrote", "meant"),
    [
        ({"subject": "My order #900001", **ADA}, "first"),
        ({"text": "it is about 900002 I think", **ADA}, "second"),
        ({"text": "it is about 900002 I think", "requester_email": "bob@example.com"}, "bobs"),
        ({"text": "CD-3 please", "requester_email": "bobs-wife@example.com"}, "bobs"),
        ({"text": "Hello?", **ADA}, "second"),
        ({"text": "Hello?", "requester_phone": "07700 900123"}, "second"),
        ({"text": "900002", "order_numbers": ("CD-1",)}, "first"),
        ({"text": "it is about 900002", "requester_email": "stranger@example.com"}, None),
        ({"text": "Do you sell tea?", "requester_email": "stranger@example.com"}, None),
    ],
)  # fmt: skip
def test_the_order_that_is_meant_is_found(
    wrote: dict[str, str], meant: str | None, hub: Hub, session: Session, board: Switchboard, send: Send,
    orders: dict[str, Order],
) -> None:  # fmt: skip
    session.execute(update(Order).where(Order.id != orders["bobs"].id).values(country="GB"))
    session.commit()
    board.opens("1", **wrote)
    send(told("1", "e1"))
    run_jobs(hub)

    assert board.linked == ([("1", [orders[meant].number])] if meant else [])


def test_another_order_that_is_named_later_comes_beside_the_first(
    hub: Hub, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    board.opens("1", **ADA)
    send(told("1", "e1"))
    run_jobs(hub)
    board.opens("1", text="And where is CD-1?", **ADA)
    send(told("1", "e2"))
    run_jobs(hub)

    assert board.linked == [("1", ["CD-2"]), ("1", ["CD-1", "CD-2"])]
    assert len(board.notes) == len(orders) - 1


def test_what_a_person_has_unlinked_stays_so_and_the_helpdesk_hears_of_it(
    hub: Hub, api: Api, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    board.opens("1", subject="CD-1", **ADA)
    send(told("1", "e1"))
    run_jobs(hub)
    (link,) = links(api, orders["first"])
    api.done(UNLINK, id=link["id"])
    send(told("1", "e2"))
    run_jobs(hub)

    assert links(api, orders["first"]) == []
    assert board.linked[-1] == ("1", [])
    assert len(board.notes) == 1


def test_older_words_that_come_late_change_nothing(
    hub: Hub, api: Api, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    new = board.opens("1", subject="CD-1", status="solved", updated_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    old = replace(new, status="new", updated_at=datetime(2026, 3, 2, 11, tzinfo=UTC))
    for event, ticket in (("e2", new), ("e1", old)):
        send(told("1", event, ticket))
        run_jobs(hub)

    assert [each["status"] for each in links(api, orders["first"])] == ["solved"]


def test_many_calls_about_one_ticket_read_it_once(hub: Hub, session: Session, board: Switchboard, send: Send) -> None:
    board.opens("1")
    for _ in range(5):
        assert send(told("1", None)) == 200
    run_jobs(hub)

    assert board.asked == 1
    assert sorted(state for _, state in states(session)) == [InboxState.APPLIED, *[InboxState.STALE] * 4]


def test_only_who_knows_the_secret_is_heard(session: Session, board: Switchboard, send: Send) -> None:
    board.opens("1")

    assert send(told("1", "e1"), secret="guess") == 401
    assert send(b" " * (5 * 1024 * 1024)) == 413
    assert send(told("1", "e1"), to="another") == 404
    assert states(session) == []


def test_what_makes_no_sense_is_kept_for_a_person(hub: Hub, session: Session, send: Send) -> None:
    assert send(b"<html>") == 200
    run_jobs(hub)

    assert states(session) == [("webhook", InboxState.QUARANTINED)]


def test_a_ticket_that_nobody_knows_is_set_aside_and_can_be_replayed(
    hub: Hub, session: Session, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    assert send(told("77", "e1")) == 200
    run_jobs(hub)
    (message,) = session.scalars(select(InboxMessage)).all()
    assert (message.state, message.error) == (InboxState.QUARANTINED, "Switchboard has no ticket 77.")

    board.opens("77", subject=orders["first"].number)
    with hub.transaction() as each:
        inbox.replay(each, [message.id])
    run_jobs(hub)
    assert board.linked == [("77", ["CD-1"])]
    assert states(session) == [("ticket", InboxState.APPLIED)]


def test_whatever_characters_strangers_write_can_be_kept(
    hub: Hub, api: Api, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    odd = board.opens("1", subject="CD-1 \0 \ud800", status="\udfff", url="javascript:alert(1)")

    assert send(told("1", "e\0\ud800", odd)) == 200
    run_jobs(hub)

    (link,) = links(api, orders["first"])
    assert (link["subject"], link["status"], link["url"]) == ("CD-1  ?", "?", None)


def test_calls_that_are_attended_to_at_once_make_one_link(
    hub: Hub, session: Session, board: Switchboard, send: Send, orders: dict[str, Order]
) -> None:
    ticket = board.opens("1", subject="CD-1")
    for number in range(4):
        send(told("1", f"e{number}", ticket))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: run_jobs(hub), range(4)))

    assert session.scalars(select(TicketLink.order_id)).all() == [orders["first"].id]
    assert len(board.notes) == 1
    assert [state for _, state in states(session)] == [InboxState.APPLIED] * 4

"""Cases: opened, found, given out and resolved."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.cases.models import CaseKind
from core.cases.service import Option, open_case
from core.flows import fulfil, statuses
from core.fulfillment.models import FulfillmentLine, FulfillmentOrder, RequestState
from core.orders.lines import Shift, shift
from core.orders.models import OrderLine
from core.stock.models import StockLevel
from core.stock.service import reserve
from tests.api import Api
from tests.builders import a_channel, a_level, a_location, an_item, an_order, work_for

OPEN = """mutation ($title: String!, $subject: ID, $due: DateTime) {
  caseOpen(kind: ORDER, title: $title, message: "Look at it", subject: $subject, dueAt: $due) {
    case { id number code state subject order { number } } userErrors { code path } } }"""
ASSIGN = """mutation ($id: ID!, $whom: String) {
  caseAssign(id: $id, assignee: $whom) { case { assignee } userErrors { code path } } }"""
RESOLVE = """mutation ($id: ID!, $option: String, $key: String!) {
  caseResolve(id: $id, option: $option, note: "Seen", idempotencyKey: $key) {
    case { state resolution resolvedBy note } userErrors { code path } } }"""
FIND = "query ($filter: CaseFilter) { cases(filter: $filter) { nodes { title } } }"
READ = """query ($id: ID!) {
  node(id: $id) { ... on Case { cost { amount currency } options { key label consequence } data } } }"""


def test_a_case_about_something_of_an_order_is_a_case_of_that_order(api: Api, session: Session) -> None:
    order = an_order(session, a_channel(session), {an_item(session): 1})
    session.commit()

    made = api.done(OPEN, title="Odd", subject=f"ord_{order.id}")["case"]

    assert made == {
        "id": made["id"],
        "number": made["id"].replace("case_", "CASE-"),
        "code": "manual",
        "state": "OPEN",
        "subject": f"ord_{order.id}",
        "order": {"number": order.number},
    }
    assert api.refused(OPEN, title=" ") == [("INVALID", ["title"])]
    assert api.refused(OPEN, title="Odd", subject="ord_999") == [("NOT_FOUND", ["subject"])]


def test_a_case_is_given_out_and_resolved_once(api: Api) -> None:
    case = api.done(OPEN, title="Odd")["case"]["id"]

    assert api.done(ASSIGN, id=case, whom="bob")["case"] == {"assignee": "bob"}
    assert api.refused(RESOLVE, id=case, option="anything", key="k0") == [("INVALID", ["option"])]
    resolved = {"state": "RESOLVED", "resolution": None, "resolvedBy": "admin", "note": "Seen"}
    assert api.done(RESOLVE, id=case, option=None, key="k1")["case"] == resolved
    assert api.done(RESOLVE, id=case, option=None, key="k1")["case"] == resolved
    assert api.refused(RESOLVE, id=case, option=None, key="k2") == [("ILLEGAL_STATE", ["id"])]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["Late", "Mine"]),
        ({"overdue": True}, ["Late"]),
        ({"overdue": False}, ["Mine"]),
        ({"assignee": "bob"}, ["Mine"]),
        ({"state": ["RESOLVED"]}, []),
        ({"kind": ["ORDER"], "code": ["manual"]}, ["Late", "Mine"]),
        ({"channel": ["shop"]}, ["Mine"]),
    ],
)
def test_cases_are_found(api: Api, session: Session, wanted: dict[str, Any], found: list[str]) -> None:
    order = an_order(session, a_channel(session, "shop"), {an_item(session): 1})
    session.commit()
    mine = api.done(OPEN, title="Mine", subject=f"ord_{order.id}")["case"]["id"]
    api.done(ASSIGN, id=mine, whom="bob")
    api.done(OPEN, title="Late", due="2026-01-01T00:00:00Z")

    assert [case["title"] for case in api(FIND, filter=wanted)["cases"]["nodes"]] == found


def test_writing_off_what_left_twice_takes_it_from_stock(api: Api, session: Session) -> None:
    leeds, tea = a_location(session, "LEEDS"), an_item(session, "TEA-1")
    a_level(session, tea, leeds, 5, unit_cost_minor=100, cost_currency="GBP")
    order = an_order(session, a_channel(session), {tea: 1})
    case = open_case(
        session,
        kind=CaseKind.SHIPMENT,
        code="duplicate_shipment",
        title="Shipped twice",
        message="2 TEA-1 were reported as shipped.",
        order_id=order.id,
        data={"location": leeds.id, "lines": [{"sku": "TEA-1", "quantity": 2}]},
        cost_minor=200,
        cost_currency="GBP",
        options=(Option("same_parcel", "It is one parcel"), Option("write_off", "They left twice", "Stock goes down.")),
        due_at=clock.now(),
    )
    session.commit()
    case_id = ids.encode("case", case)
    assert api(READ, id=case_id)["node"] == {
        "cost": {"amount": "2.00", "currency": "GBP"},
        "options": [
            {"key": "same_parcel", "label": "It is one parcel", "consequence": None},
            {"key": "write_off", "label": "They left twice", "consequence": "Stock goes down."},
        ],
        "data": {"location": leeds.id, "lines": [{"sku": "TEA-1", "quantity": 2}]},
    }

    assert api.refused(RESOLVE, id=case_id, option=None, key="k0") == [("INVALID", ["option"])]
    api.done(RESOLVE, id=case_id, option="write_off", key="k1")
    api.done(RESOLVE, id=case_id, option="write_off", key="k1")

    assert session.scalars(select(StockLevel)).one().on_hand == 3


@pytest.mark.parametrize(
    ("option", "accepted", "rejected", "open_"), [("accept_substitute", 2, 0, 0), ("decline_substitute", 0, 2, 2)]
)
def test_a_substitute_is_sent_or_its_units_are_routed_anew(
    api: Api, session: Session, option: str, accepted: int, rejected: int, open_: int
) -> None:
    leeds, tea = a_location(session, "LEEDS"), an_item(session, "TEA-1")
    an_item(session, "TEA-2")
    a_level(session, tea, leeds, 5, unit_cost_minor=100, cost_currency="GBP")
    order = an_order(session, a_channel(session), {tea: 2}, validated_at=clock.now())
    (wanted,) = work_for(session, order, leeds)
    reserve(session, [wanted])
    shift(session, [Shift(wanted.order_line_id, "open", "allocated", 2)])
    task = session.get_one(FulfillmentLine, wanted.fulfillment_line_id)
    work = session.get_one(FulfillmentOrder, task.fulfillment_order_id)
    work.request_state = RequestState.SUBMITTED
    statuses.refresh(session, [order.id])
    session.commit()
    fulfil.reject(session, work.id, lines=None, reason="Out of it.", substitute_sku="TEA-2")
    session.commit()
    (case,) = api("{ cases { nodes { id code } } }")["cases"]["nodes"]
    assert case["code"] == "substitute_offered"

    api.done(RESOLVE, id=case["id"], option=option, key="k1")

    session.expire_all()
    assert (task.accepted, task.rejected) == (accepted, rejected)
    assert session.get_one(OrderLine, wanted.order_line_id).open == open_

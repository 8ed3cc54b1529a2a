"""Work that others do for us, through the API: handed over, refused, asked back, and left alone while it must wait."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.config import Config
from core.flows.route import route_orders
from core.fulfillment.models import FulfillmentOrder
from core.hub import Hub
from core.integrations.mirror import mirror
from core.jobs.run import run_jobs
from tests.api import Api
from tests.builders import a_channel, an_item
from tests.core.flows.fulfil.answers import a_supplier
from tests.core.flows.fulfilling import a_ready_order, configured

_PAYLOAD = "fulfillmentOrder { requestState workState lines { rejected } } userErrors { code path }"
SUBMIT = f"mutation ($id: ID!) {{ fulfillmentSubmit(id: $id) {{ {_PAYLOAD} }} }}"
REJECT = f"""mutation ($id: ID!, $lines: [LineQuantity!], $key: String) {{
  fulfillmentReject(id: $id, reason: "Sold out.", lines: $lines, idempotencyKey: $key) {{ {_PAYLOAD} }} }}"""
CANCEL = f'mutation ($id: ID!) {{ fulfillmentCancel(id: $id, reason: "Too slow.") {{ {_PAYLOAD} }} }}'
ANSWER = f"""mutation ($id: ID!, $yes: Boolean!) {{
  fulfillmentAnswerCancel(id: $id, accepted: $yes, reason: "Told by telephone.") {{ {_PAYLOAD} }} }}"""
HOLD = """mutation ($id: ID!) { orderHold(id: $id, message: "Wait.") {
  order { holds { id } } userErrors { code } } }"""
RELEASE = "mutation ($id: ID!) { orderReleaseHold(holdId: $id) { order { id } userErrors { code } } }"
WORK = """query ($id: ID!) { order(id: $id) { fulfillmentOrders { id requestState workState location { code }
  lines { orderLine { id } quantity } availableActions { action allowed reason } } } }"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme"


@pytest.fixture
def config(config: Config, folder: Path) -> Config:
    return configured(config, f'[integrations.acme]\nplugin = "folder_supplier"\nfolder = "{folder}"\n')


@pytest.fixture
def order(hub: Hub, session: Session) -> str:
    """Ten TEA, routed to the supplier `acme` and not handed over yet; `other` has some too."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA")
    a_supplier(session, "acme", tea, 20, priority=9)
    a_supplier(session, "other", tea, 20)
    order = a_ready_order(session, a_channel(session), {tea: 10})
    session.commit()
    route_orders(hub, [order.id])
    return f"ord_{order.id}"


def works(api: Api, order: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api(WORK, id=order)["order"]["fulfillmentOrders"]
    return found


def states(api: Api, order: str) -> list[tuple[str, str, str]]:
    return [(work["location"]["code"], work["requestState"], work["workState"]) for work in works(api, order)]


def test_work_of_a_held_order_waits_and_says_so(api: Api, hub: Hub, order: str, folder: Path) -> None:
    (work,) = works(api, order)
    (hold,) = api.done(HOLD, id=order)["order"]["holds"]

    assert api.refused(SUBMIT, id=work["id"]) == [("ILLEGAL_STATE", ["id"])]
    run_jobs(hub)
    assert states(api, order) == [("ACME", "UNSUBMITTED", "ON_HOLD")]
    reasons = {each["action"]: each["reason"] for each in works(api, order)[0]["availableActions"]}
    assert reasons["fulfillmentSubmit"] == "The order is on hold."

    api.done(RELEASE, id=hold["id"])
    run_jobs(hub)
    assert states(api, order) == [("ACME", "SUBMITTED", "OPEN")]


def test_work_is_handed_over_once(api: Api, order: str, folder: Path) -> None:
    (work,) = works(api, order)
    for _ in range(2):
        done = api.done(SUBMIT, id=work["id"])["fulfillmentOrder"]
        assert (done["requestState"], done["workState"]) == ("SUBMITTED", "OPEN")
    assert len(list((folder / "orders").iterdir())) == 1

    assert api.refused(SUBMIT, id="ful_999") == [("NOT_FOUND", ["id"])]
    assert api.refused(SUBMIT, id="ord_1") == [("NOT_FOUND", ["id"])]


def test_what_is_rejected_goes_elsewhere_once(api: Api, hub: Hub, order: str) -> None:
    (work,) = works(api, order)
    api.done(SUBMIT, id=work["id"])
    some = [{"lineId": work["lines"][0]["orderLine"]["id"], "quantity": 4}]

    assert api.refused(REJECT, id=work["id"], lines=[{**some[0], "quantity": 0}], key="r0")[0][0] == "INVALID"
    for _ in range(2):
        done = api.done(REJECT, id=work["id"], lines=some, key="r1")["fulfillmentOrder"]
        assert done == {"requestState": "SUBMITTED", "workState": "OPEN", "lines": [{"rejected": 4}]}
    run_jobs(hub)

    assert [(code, state) for code, state, _ in states(api, order)] == [("ACME", "SUBMITTED"), ("OTHER", "SUBMITTED")]
    assert [work["lines"][0]["quantity"] for work in works(api, order)] == [10, 4]


@pytest.mark.parametrize("agreed", [True, False])
def test_what_is_asked_back_stays_until_it_is_answered(api: Api, hub: Hub, order: str, agreed: bool) -> None:
    (work,) = works(api, order)
    api.done(SUBMIT, id=work["id"])

    for _ in range(2):
        assert api.done(CANCEL, id=work["id"])["fulfillmentOrder"]["requestState"] == "CANCELLATION_REQUESTED"
    api.done(ANSWER, id=work["id"], yes=agreed)
    run_jobs(hub)

    first, *others = states(api, order)
    if agreed:
        assert first == ("ACME", "CANCELLATION_ACCEPTED", "CANCELLED")
        assert [code for code, *_ in others] == ["OTHER"]
        assert api.refused(CANCEL, id=work["id"])[0][0] == "ILLEGAL_STATE"
    else:
        assert (first, others) == (("ACME", "CANCELLATION_REJECTED", "OPEN"), [])


def test_an_answer_that_nobody_asked_for_is_a_case(api: Api, order: str, session: Session) -> None:
    (work,) = works(api, order)
    api.done(SUBMIT, id=work["id"])

    done = api.done(ANSWER, id=work["id"], yes=True)["fulfillmentOrder"]

    assert (done["requestState"], done["workState"]) == ("SUBMITTED", "OPEN")
    assert session.scalars(text("select code from cases")).all() == ["unasked_cancellation"]
    assert len(session.scalars(select(FulfillmentOrder)).all()) == 1

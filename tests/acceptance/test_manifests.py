"""A carrier collects a day's parcels by one paper, which it is asked for once, whatever it answers."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import clock
from core.flows import manifest
from core.flows.manifest import outcome
from core.hub import Hub
from core.ids import number_of
from core.jobs.run import run_jobs
from tests.acceptance import courier, shipping, steps, timeline
from tests.acceptance.sound import everything_adds_up
from tests.api import Api

MAKE = """
mutation ($location: String!, $carrier: String!, $ids: [ID!]!, $key: String!) {
  manifestCreate(location: $location, carrier: $carrier, shipmentIds: $ids, idempotencyKey: $key) {
    manifest {
      id state message carrier location { code } shipments { id manifest { id } } documents { kind format url }
    }
    userErrors { code message path retryable }
  }
}
"""
VOID = "mutation ($id: ID!, $key: String!) { labelVoid(shipmentId: $id, idempotencyKey: $key) { userErrors { code } } }"
CALLS = 'query { externalCalls(first: 9, filter: {purpose: ["manifest"]}) { nodes { subject state attempts } } }'
SHOWN = "query ($id: ID!) { node(id: $id) { ... on Manifest { state message shipments { id } } } }"


@pytest.fixture
def plugins_toml() -> str:
    known = {"routing": "routing", "swift": "courier", "post": "table_rate", "leeds": "warehouse"}
    return "\n".join(f'[integrations.{key}]\nplugin = "{plugin}"' for key, plugin in known.items())


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"courier": courier.__name__}


@pytest.fixture
def home(hub: Hub) -> Path:
    return hub.context("swift").home


@pytest.fixture
def parcels(api: Api, hub: Hub) -> list[str]:
    """Three shipments of one order that are packed in Leeds, the first two with the courier's label."""
    shipping.depot(api, "LEEDS")
    steps.item(api, "CUP")
    steps.stock(api, "CUP", "LEEDS", 3, "2.00", "GBP")
    shipments = shipping.packed(api, shipping.ordered(api, hub, "CUP", 3), 1, 1, 1)
    for shipment in shipments[:2]:
        labelled(api, shipment)
    return shipments


def labelled(api: Api, shipment: str, carrier: str = "swift") -> None:
    shown = api(RATES, id=shipment)["shippingRatesFetch"]["shipment"]["rates"]
    rate = next(rate["id"] for rate in shown if rate["carrier"] == carrier)
    api.done(LABEL, id=shipment, rate=rate, key=steps.key())


RATES = "mutation ($id: ID!) { shippingRatesFetch(shipmentId: $id) { shipment { rates { id carrier } } } }"
LABEL = """
mutation ($id: ID!, $rate: ID!, $key: String!) {
  labelPurchase(shipmentId: $id, rateId: $rate, idempotencyKey: $key) { userErrors { code message } }
}
"""


def make(api: Api, *ids: str, key: str = "", location: str = "LEEDS", carrier: str = "swift") -> dict[str, Any]:
    given = {"location": location, "carrier": carrier, "ids": list(ids), "key": key or steps.key()}
    payload: dict[str, Any] = api(MAKE, **given)["manifestCreate"]
    return payload


def errors(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["userErrors"]]


def test_a_manifest_is_made_once_with_its_paper(api: Api, hub: Hub, home: Path, parcels: list[str]) -> None:
    first = make(api, *parcels[:2], key="m1")

    assert first["userErrors"] == []
    shown = first["manifest"]
    assert (shown["state"], shown["carrier"], shown["location"]["code"]) == ("MADE", "swift", "LEEDS")
    assert [each["id"] for each in shown["shipments"]] == parcels[:2]
    assert {each["manifest"]["id"] for each in shown["shipments"]} == {shown["id"]}
    ((kind, form, url),) = [tuple(each.values()) for each in shown["documents"]]
    assert (kind, form) == ("MANIFEST", "pdf")
    (paper,) = courier.papers(home)
    assert api.client.get(url).content == f"%PDF-1.4 {paper['number']}".encode()
    assert sorted(paper["labels"]) == sorted(sold["number"] for sold in courier.sales(home))

    for key in ("m1", "m2"):  # the same request again, and another for the same shipments
        assert make(api, *parcels[:2], key=key)["manifest"]["id"] == shown["id"]
    assert len(courier.papers(home)) == 1
    assert api(CALLS)["externalCalls"]["nodes"] == [{"subject": shown["id"], "state": "SUCCEEDED", "attempts": 1}]
    run_jobs(hub)
    everything_adds_up(hub)


def test_each_shipment_that_cannot_be_on_it_says_why_and_none_is(
    api: Api, hub: Hub, home: Path, parcels: list[str]
) -> None:
    ready, other, bare = parcels
    shipping.depot(api, "YORK")
    made = make(api, other)["manifest"]["id"]

    refused = make(api, ready, other, bare)
    assert errors(refused) == [("ILLEGAL_STATE", ["shipmentIds", "1"]), ("ILLEGAL_STATE", ["shipmentIds", "2"])]
    assert [error["message"].split(" ", 1)[1] for error in refused["userErrors"]] == [
        f"is on manifest {made} already.",
        "is packed: a manifest takes what is labelled or just handed over.",
    ]
    assert errors(make(api, ready, location="YORK")) == [("ILLEGAL_STATE", ["shipmentIds", "0"])]
    assert errors(make(api, ready, carrier="post")) == [("ILLEGAL_STATE", ["shipmentIds", "0"])]
    assert errors(make(api, ready, ready)) == [("INVALID", ["shipmentIds", "1"])]
    assert errors(make(api, ready, "ship_99")) == [("NOT_FOUND", ["shipmentIds", "1"])]
    assert errors(make(api)) == [("INVALID", ["shipmentIds"])]
    assert errors(make(api, ready, location="HULL")) == [("NOT_FOUND", ["location"])]
    assert errors(make(api, ready, carrier="nobody")) == [("NOT_FOUND", ["carrier"])]
    assert errors(make(api, ready, carrier="leeds")) == [("NOT_SUPPORTED", ["carrier"])]
    shipping.handed_over(api, bare)  # it left without a label
    assert make(api, bare)["userErrors"][0]["message"].endswith("is not labelled by swift throughout.")

    assert len(courier.papers(home)) == 1
    shipping.handed_over(api, ready)
    assert make(api, ready)["manifest"]["state"] == "MADE"


@pytest.mark.parametrize("mood", ["silent", "deaf"])
def test_a_manifest_whose_outcome_is_unknown_is_found_or_made_and_never_twice(
    api: Api, hub: Hub, home: Path, parcels: list[str], mood: str
) -> None:
    courier.in_mood(home, mood)
    first = make(api, *parcels[:2], key="m1")
    assert errors(first) == [("OUTCOME_UNKNOWN", ["carrier"])]
    assert (first["userErrors"][0]["retryable"], first["manifest"]["state"]) == (True, "UNKNOWN")
    assert errors(make(api, parcels[0])) == [("ILLEGAL_STATE", ["shipmentIds", "0"])]

    again = make(api, *parcels[:2], key="m1")

    assert (again["userErrors"], again["manifest"]["id"]) == ([], first["manifest"]["id"])
    assert (again["manifest"]["state"], len(again["manifest"]["documents"])) == ("MADE", 1)
    run_jobs(hub)
    assert len(courier.papers(home)) == 1
    everything_adds_up(hub)


def test_what_nobody_asks_for_again_is_found_out_by_itself(api: Api, hub: Hub, home: Path, parcels: list[str]) -> None:
    courier.in_mood(home, "silent")
    made = make(api, *parcels[:2])["manifest"]["id"]

    run_jobs(hub)

    shown = api(SHOWN, id=made)["node"]
    assert (shown["state"], shown["message"], len(shown["shipments"])) == ("MADE", None, 2)
    assert len(courier.papers(home)) == 1


def test_a_paper_that_nobody_lived_to_keep_is_asked_for_again(
    api: Api, hub: Hub, home: Path, parcels: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_given: object) -> None:
        raise SystemExit

    numbers = [number_of("ship", each) for each in parcels[:2]]
    with monkeypatch.context() as patched:
        patched.setattr(outcome, "_write", dies)
        with pytest.raises(SystemExit):
            manifest.make(hub, "LEEDS", "swift", numbers)
    on = timedelta(minutes=3)
    clock.shift(on)
    try:
        run_jobs(hub)
        made = make(api, *parcels[:2])
    finally:
        clock.shift(-on)

    assert (made["userErrors"], made["manifest"]["state"]) == ([], "MADE")
    assert [paper["kind"] for paper in made["manifest"]["documents"]] == ["MANIFEST"]
    assert len(courier.papers(home)) == 1
    assert api(CALLS)["externalCalls"]["nodes"][0]["attempts"] == 1


def test_a_carrier_that_says_no_lets_the_shipments_go(api: Api, hub: Hub, home: Path, parcels: list[str]) -> None:
    courier.in_mood(home, "refusing")
    refused = make(api, *parcels[:2], key="m1")
    assert errors(refused) == [("PLUGIN_REJECTED", ["carrier"])]
    assert (refused["manifest"]["state"], refused["manifest"]["shipments"]) == ("FAILED", [])
    assert refused["manifest"]["message"] == "The courier takes no parcels today."

    made = make(api, *parcels[:2], key="m1")

    assert (made["userErrors"], made["manifest"]["state"]) == ([], "MADE")
    assert made["manifest"]["id"] != refused["manifest"]["id"]


def test_a_parcel_whose_label_is_given_back_leaves_its_manifest(
    api: Api, hub: Hub, home: Path, parcels: list[str]
) -> None:
    first = make(api, *parcels[:2])["manifest"]["id"]
    api.done(VOID, id=parcels[0], key="v1")

    assert [each["id"] for each in api(SHOWN, id=first)["node"]["shipments"]] == [parcels[1]]
    labelled(api, parcels[0])
    assert make(api, parcels[0])["manifest"]["state"] == "MADE"


def test_the_carrier_with_a_table_draws_its_own_manifest(api: Api, hub: Hub, parcels: list[str]) -> None:
    labelled(api, parcels[2], "post")

    made = make(api, parcels[2], carrier="post")

    assert made["userErrors"] == []
    (paper,) = made["manifest"]["documents"]
    assert api.client.get(paper["url"]).content.startswith(b"%PDF-")
    story = timeline.told(timeline.shown(api, order_of(api, parcels[2])))
    assert story.count("shipment.manifested") == 1


def order_of(api: Api, shipment: str) -> str:
    found: str = api("query ($id: ID!) { node(id: $id) { ... on Shipment { order { id } } } }", id=shipment)["node"][
        "order"
    ]["id"]
    return found

"""Files behind signed, short-lived addresses."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.shipments.models import Document, DocumentKind, Shipment
from tests.api import Api
from tests.builders import a_channel, an_item, an_order

READ = "query ($id: ID!) { node(id: $id) { ... on Shipment { documents { kind format url } } } }"


@pytest.fixture
def url(api: Api, session: Session) -> str:
    order = an_order(session, a_channel(session), {an_item(session): 1})
    shipment = Shipment(order_id=order.id)
    session.add(shipment)
    session.flush()
    session.add(Document(kind=DocumentKind.LABEL, format="pdf", content=b"%PDF-1.7", shipment_id=shipment.id))
    session.commit()
    (document,) = api(READ, id=f"ship_{shipment.id}")["node"]["documents"]
    assert (document["kind"], document["format"]) == ("LABEL", "pdf")
    found: str = document["url"]
    return found


def test_whoever_has_the_address_gets_the_file_and_nothing_that_runs(api: Api, url: str) -> None:
    response = api.client.get(url)

    assert (response.status_code, response.content) == (200, b"%PDF-1.7")
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("sandbox")


def test_an_address_that_was_changed_is_refused(api: Api, url: str) -> None:
    path, _, query = url.partition("?")
    until = query.removeprefix("until=").partition("&")[0]

    for changed in (
        path,
        url[:-3],
        url.replace(path, "/documents/2"),
        url.replace(until, str(int(until) + 1)),
        url.replace(until, "9" * 5000),
        url.replace(until, "\u00b2"),
        f"{path}?until={until}&signature=\u00e4",
        f"{path}?until=&signature=",
    ):
        assert api.client.get(changed).status_code == 403


def test_an_address_wears_off(api: Api, url: str) -> None:
    clock.shift(timedelta(minutes=16))
    try:
        assert api.client.get(url).status_code == 410
    finally:
        clock.shift(timedelta(minutes=-16))

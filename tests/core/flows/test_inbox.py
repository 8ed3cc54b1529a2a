"""What remote systems send is kept as it came, applied once, and applied again whenever somebody asks."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import crossdock
from core.flows import inbox
from core.flows.import_files import take
from core.flows.inbox.apply import applier_of
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import Integration, Plugin
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.plugins.bound import BoundProvider
from core.plugins.registry import LoadedIntegration
from crossdock.channel import RawOrder
from crossdock.errors import BadData
from crossdock.orders import OrderData
from tests.builders import an_item
from tests.core.flows.selling import said

SKUS = {"A": 2}


class Shop:
    """A channel whose words are JSON: {"id", "version", "note"}; anything else is bad data or breaks the mapper."""

    def map_order(self, raw: RawOrder) -> OrderData:
        words = json.loads(raw.payload)
        if "id" not in words:
            raise BadData("The order has no id.", payload=raw.payload, where="$.id")
        return replace(said(words["id"], SKUS), version=words["version"], note=words["note"])


@pytest.fixture
def shop(hub: Hub, session: Session) -> Integration:
    provider = crossdock.Provider("shop", kind="channel", settings=crossdock.Settings, factory=lambda _: Shop())
    bound = BoundProvider(provider, Shop())
    hub.registry.integrations["main-store"] = LoadedIntegration(key="main-store", plugin="shop", providers=(bound,))
    an_item(session, "A")
    session.add(Plugin(name="shop", version="1", api_version="1.0"))
    session.flush()
    integration = Integration(key="main-store", plugin_name="shop")
    session.add(integration)
    session.commit()
    return integration


def raw(version: int, note: str = "", external_id: str = "1001") -> RawOrder:
    words = {"id": external_id, "version": version, "note": note or f"v{version}"}
    return RawOrder(external_id=external_id, payload=json.dumps(words), version=version)


def states(session: Session) -> list[InboxState]:
    session.expire_all()
    return list(session.scalars(select(InboxMessage.state).order_by(InboxMessage.id)))


def the_order(session: Session) -> Order:
    return session.scalars(select(Order).execution_options(populate_existing=True)).one()


def test_a_message_becomes_an_order_of_the_channel_that_its_integration_feeds(
    hub: Hub, session: Session, shop: Integration
) -> None:
    inbox.receive(session, shop, [raw(1)])
    session.commit()
    run_jobs(hub)

    order = the_order(session)
    message = session.scalars(select(InboxMessage)).one()
    assert (message.state, message.order_id, message.mapper) == (InboxState.APPLIED, order.id, "shop")
    assert json.loads(message.payload)["note"] == "v1"
    assert (
        session.execute(text("select key from channels where id = :id"), {"id": order.channel_id}).scalar()
        == "main-store"
    )


def test_the_same_version_is_kept_once(hub: Hub, session: Session, shop: Integration) -> None:
    first = inbox.receive(session, shop, [raw(1), raw(1)])
    second = inbox.receive(session, shop, [raw(1)])
    session.commit()
    run_jobs(hub)

    assert [kept.id for kept in (*first, *second)] == [first[0].id] * 3
    assert states(session) == [InboxState.APPLIED]


def test_out_of_order_the_newest_wins_and_the_older_is_stale(hub: Hub, session: Session, shop: Integration) -> None:
    inbox.receive(session, shop, [raw(3)])
    session.commit()
    run_jobs(hub)
    inbox.receive(session, shop, [raw(1), raw(2)])
    session.commit()
    run_jobs(hub)

    assert states(session) == [InboxState.APPLIED, InboxState.STALE, InboxState.STALE]
    assert the_order(session).note == "v3"


def test_what_cannot_be_understood_is_set_aside_and_the_rest_goes_on(
    hub: Hub, session: Session, shop: Integration
) -> None:
    bad = RawOrder(external_id="x", payload="{}")
    worse = RawOrder(external_id="y", payload="<html>")
    inbox.receive(session, shop, [bad, raw(1), worse])
    session.commit()
    run_jobs(hub)

    assert states(session) == [InboxState.QUARANTINED, InboxState.APPLIED, InboxState.QUARANTINED]
    errors = list(session.scalars(select(InboxMessage.error).order_by(InboxMessage.id)))
    assert errors[0] == "The order has no id. ($.id)"
    assert errors[2] is not None
    assert errors[2].startswith("The mapper of main-store failed: JSONDecodeError")


def test_replaying_everything_changes_nothing(hub: Hub, session: Session, shop: Integration) -> None:
    inbox.receive(session, shop, [raw(1), raw(2), raw(1, external_id="2002")])
    session.commit()
    run_jobs(hub)
    everything = (
        "select (select json_agg(o order by id) from orders o), (select json_agg(p order by id) from postings p)"
    )
    before = session.execute(text(everything)).one(), states(session)
    session.commit()

    inbox.replay(session, session.scalars(select(InboxMessage.id)).all())
    session.commit()
    run_jobs(hub)

    assert (session.execute(text(everything)).one(), states(session)) == before


def test_an_older_telling_does_not_win_by_being_replayed_where_the_channel_counts_no_versions(
    hub: Hub, session: Session, shop: Integration
) -> None:
    tellings = [RawOrder(external_id="1001", payload=raw(version).payload) for version in (1, 1, 2)]
    tellings[1] = RawOrder(external_id="1001", payload=raw(1, "better").payload)
    kept = []
    for telling in tellings:
        kept += inbox.receive(session, shop, [telling])
        session.commit()
        run_jobs(hub)
    assert the_order(session).note == "v2"

    inbox.replay(session, [kept[0].id])
    session.commit()
    run_jobs(hub)

    assert the_order(session).note == "v2"


def test_every_kind_of_message_that_is_kept_has_its_applier() -> None:
    kinds = [*take.KINDS.values()]
    assert all(applier_of(f"uk-shop/{kind}") is not None for kind in kinds)
    assert all(applier_of(kind) is not None for kind in ("order", "sample_order", "supplier_update", "supplier_row"))
    assert applier_of("supplier_figure") is not None
    assert applier_of("gossip") is applier_of("uk-shop/gossip") is None


def test_a_mended_mapper_takes_what_was_set_aside(
    hub: Hub, session: Session, shop: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = inbox.receive(session, shop, [RawOrder(external_id="x", payload="{}")])
    session.commit()
    run_jobs(hub)
    monkeypatch.setattr(Shop, "map_order", lambda _, raw: replace(said(raw.external_id, SKUS), version=1))

    inbox.replay(session, [kept.id])
    session.commit()
    run_jobs(hub)

    assert states(session) == [InboxState.APPLIED]
    assert the_order(session).external_id == "x"

"""Channels and locations by their keys."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import ShortagePolicy
from core.catalog.service import MANUAL, channel_by_key, ensure_channel, locations_of
from core.errors import CrossdockError, IllegalState, NotFound
from core.events.models import Event
from core.flows.catalog import update_channel, upsert_location
from core.jobs.models import Job
from core.stock.models import Location, LocationKind, StockAuthority, Weekday
from tests.builders import a_channel, a_level, a_listing, a_location, an_item


def test_the_channel_for_orders_entered_by_hand_is_there_from_the_start(session: Session) -> None:
    assert channel_by_key(session, MANUAL).name == "Entered by hand"


def test_a_channel_is_made_once_and_keeps_what_it_has(session: Session) -> None:
    made = ensure_channel(session, "uk-shop", name="UK shop", currency="GBP", timezone="Europe/London")
    again = ensure_channel(session, "uk-shop", currency="EUR")
    session.commit()

    assert again.id == made.id
    assert (again.name, again.currency, again.timezone) == ("UK shop", "GBP", "Europe/London")
    assert session.scalars(select(Event.message)).all() == ["Channel uk-shop (UK shop, GBP) is new."]


@pytest.mark.parametrize(
    ("key", "fields", "path"),
    [
        ("UK shop", {}, "channel"),
        ("uk", {"currency": "XXQ"}, "currency"),
        ("uk", {"timezone": "Europe/Londinium"}, "timezone"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(
    session: Session, key: str, fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(CrossdockError) as refused:
        ensure_channel(session, key, **fields)

    assert refused.value.path == (path,)


def test_a_channel_names_its_locations_or_sells_from_all(session: Session) -> None:
    channel, london = a_channel(session, "uk-shop"), a_location(session, "LONDON")
    a_location(session, "LEEDS")
    item = an_item(session)
    a_listing(session, channel, item)

    update_channel(session, "uk-shop", {"priority": 5, "shortage": ShortagePolicy.HOLD}, location_codes=["LONDON"])
    session.commit()

    assert (channel.priority, channel.shortage, locations_of(session, channel.id)) == (5, "HOLD", {london.id})
    assert session.scalars(select(Job.arguments)).all() == [{"item_ids": [item.id]}]
    update_channel(session, "uk-shop", {}, location_codes=[])
    assert locations_of(session, channel.id) == set()
    session.commit()
    told = session.scalars(select(Event.message).order_by(Event.id)).all()
    assert told == ["Channel uk-shop changed: priority, shortage, locations.", "Channel uk-shop changed: locations."]


def test_an_unknown_location_strategy_or_channel_is_refused_by_its_path(session: Session) -> None:
    a_channel(session, "uk-shop")
    a_location(session, "LONDON")

    with pytest.raises(NotFound) as refused:
        update_channel(session, "uk-shop", {}, location_codes=["LONDON", "PARIS"])
    assert refused.value.path == ("locations", "1")
    with pytest.raises(CrossdockError, match="There is no routing strategy 'luck'; there are nearest") as refused_name:
        update_channel(session, "uk-shop", {"routing_strategy": "luck"}, strategies=["nearest"])
    assert refused_name.value.path == ("routingStrategy",)
    with pytest.raises(NotFound):
        update_channel(session, "us-shop", {})
    with pytest.raises(CrossdockError):
        update_channel(session, "uk-shop", {"buffer": -1})


def test_a_location_knows_when_it_works_and_where_it_is(session: Session) -> None:
    location = upsert_location(
        session,
        "BERLIN",
        {
            "name": "Berlin depot",
            "kind": LocationKind.THIRD_PARTY,
            "address": {"line1": "Turmstr. 1", "city": "Berlin", "country": "DE", "postal_code": "10559"},
            "timezone": "Europe/Berlin",
            "cutoff": "14:00",
            "workdays": [Weekday.SATURDAY, Weekday.MONDAY],
            "closed_on": [date(2026, 12, 25), date(2026, 5, 1), date(2026, 5, 1)],
            "stock_authority": StockAuthority.LOCATION_NET_OF_ORDERS,
        },
    )
    session.commit()

    assert location.cutoff == time(14)
    assert location.workdays == ["MONDAY", "SATURDAY"]
    assert location.closed_on == [date(2026, 5, 1), date(2026, 12, 25)]
    assert location.latitude is not None
    assert 47 < location.latitude < 56
    upsert_location(session, "BERLIN", {"cutoff": None, "address": None, "workdays": None})
    session.commit()
    session.refresh(location)
    assert [location.cutoff, location.latitude, location.name] == [None, None, "Berlin depot"]
    assert location.workdays == ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
    assert session.scalars(select(Event.message).order_by(Event.id)).all() == [
        "Location BERLIN (Berlin depot) is new.",
        "Location BERLIN changed: address, cutoff, latitude, longitude, workdays.",
    ]


def test_a_new_location_has_the_tables_defaults(session: Session) -> None:
    location = upsert_location(session, "LONDON", {})

    assert (location.name, location.kind, location.timezone) == ("LONDON", "WAREHOUSE", "UTC")
    assert (location.active, location.priority, location.stock_authority) == (True, 0, "HUB")


@pytest.mark.parametrize(
    ("code", "given", "path"),
    [
        ("", {}, ("code",)),
        ("LON DON", {}, ("code",)),
        ("LONDON", {"timezone": "Europe/Londinium"}, ("timezone",)),
        ("LONDON", {"cutoff": "24:00"}, ("cutoff",)),
        ("LONDON", {"cutoff": "2pm"}, ("cutoff",)),
        ("LONDON", {"daily_capacity": -1}, ("dailyCapacity",)),
        ("LONDON", {"address": {"country": "Germany"}}, ("address", "country")),
        ("LONDON", {"integration": "nobody"}, ("integration",)),
    ],
)
def test_a_location_that_makes_no_sense_is_refused(
    session: Session, code: str, given: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(CrossdockError) as refused:
        upsert_location(session, code, given)

    assert refused.value.path == path
    assert session.scalars(select(Location)).all() == []


def test_our_stock_does_not_turn_into_a_suppliers(session: Session) -> None:
    a_level(session, an_item(session), a_location(session, "LONDON"), 1)

    with pytest.raises(IllegalState, match="LONDON has stock levels"):
        upsert_location(session, "LONDON", {"kind": LocationKind.SUPPLIER})


def test_a_key_that_nobody_has_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="No channel has the key 'nowhere'"):
        channel_by_key(session, "nowhere")

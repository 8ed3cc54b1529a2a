"""What is expected to be sold, through the API: for many items at once, whatever the forecaster does with one."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from core import clock
from core.catalog.models import Item
from core.config import Config
from core.flows import forecast as flow
from core.hub import Hub
from core.ledgers.models import ItemProfitDay
from tests.api import Api
from tests.builders import a_bundle, a_location, an_item
from tests.hubs import a_hub
from tests.schema.access.holders import holder
from tests.schema.stock import crystal_ball
from tests.statements import counted

TOML = '[integrations.{key}]\nplugin = "{plugin}"\n'
ASK = "query ($days: Int) { items { nodes { sku forecast(days: $days) { day quantity low high } } } }"


@pytest.fixture
def forecaster() -> str:
    """What runs, as plugins.toml has it."""
    return TOML.format(key="forecast", plugin="forecast")


@pytest.fixture
def hub(config: Config, database_url: str, forecaster: str) -> Iterator[Hub]:
    config.plugins_file.write_text(forecaster)
    with a_hub(config, database_url, crystal_ball=crystal_ball.__name__) as hub:
        yield hub


def sold(session: Session, item: Item, units: int) -> Item:
    """So many on each of the last 28 whole days."""
    today = clock.day_of(clock.now(), "Europe/London")
    for ago in range(1, 29):
        session.add(ItemProfitDay(item_id=item.id, day=today - timedelta(days=ago), channel_id=1, units=units))
    session.commit()
    return item


def test_each_item_has_its_own_forecast_from_today_on(api: Api, hub: Hub, session: Session) -> None:
    tea, cup = sold(session, an_item(session, "TEA-1"), 4), sold(session, an_item(session, "CUP-1"), 1)
    a_bundle(session, {tea: 1, cup: 2}, "BOX-1")
    an_item(session, "NEW-1")
    session.commit()
    today = clock.day_of(clock.now(), "Europe/London")

    with counted(hub.engine) as statements:
        found = {item["sku"]: item["forecast"] for item in api(ASK, days=2)["items"]["nodes"]}

    assert len([each for each in statements if "item_profit_days" in each]) == 1
    days = [str(today), str(today + timedelta(days=1))]
    assert found == {
        "BOX-1": [],
        "CUP-1": [{"day": day, "quantity": "1.00", "low": "1.00", "high": "1.00"} for day in days],
        "NEW-1": [{"day": day, "quantity": "0.00", "low": "0.00", "high": "0.00"} for day in days],
        "TEA-1": [{"day": day, "quantity": "4.00", "low": "4.00", "high": "4.00"} for day in days],
    }
    assert {len(item["forecast"]) for item in api(ASK)["items"]["nodes"]} == {0, 30}


@pytest.mark.parametrize("days", [0, -1, 366])
def test_days_out_of_range_are_the_caller_s_error(api: Api, session: Session, days: int) -> None:
    an_item(session, "TEA-1")
    session.commit()

    (error,) = api.body(ASK, days=days)["errors"]

    assert error["extensions"]["code"] == "INVALID"
    assert error["message"] == f"A forecast is of 1 to 365 days, not {days}."
    assert error["path"] == ["items", "nodes", 0, "forecast"]


@pytest.mark.parametrize("forecaster", [TOML.format(key="ball", plugin="crystal_ball")])
def test_an_item_that_the_forecaster_cannot_bear_costs_the_others_nothing(api: Api, session: Session) -> None:
    for sku in ("FORGETS", "LEAVES", "RAISES", "TEA-1"):
        sold(session, an_item(session, sku), 2)

    with capture_logs() as logged:
        found = {item["sku"]: len(item["forecast"]) for item in api(ASK, days=3)["items"]["nodes"]}

    assert found == {"FORGETS": 0, "LEAVES": 0, "RAISES": 0, "TEA-1": 3}
    failed = {each["item"]: each["reason"] for each in logged if each["event"] == "forecast.failed"}
    assert list(failed) == ["FORGETS", "LEAVES", "RAISES"]
    assert "It is to tell 3 days" in failed["FORGETS"]


@pytest.mark.parametrize("forecaster", [""])
def test_without_a_forecaster_nothing_is_expected(api: Api, session: Session) -> None:
    sold(session, an_item(session, "TEA-1"), 2)

    assert api(ASK)["items"]["nodes"] == [{"sku": "TEA-1", "forecast": []}]


@pytest.mark.parametrize(
    "forecaster", [TOML.format(key="z", plugin="crystal_ball") + TOML.format(key="a", plugin="forecast")]
)
def test_of_several_the_one_whose_key_comes_first_is_asked(api: Api, session: Session) -> None:
    sold(session, an_item(session, "RAISES"), 2)

    assert [Decimal(point["quantity"]) for point in api(ASK, days=1)["items"]["nodes"][0]["forecast"]] == [2]


def test_a_request_that_has_taken_too_long_answers_with_what_it_has(
    hub: Hub, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    tea = sold(session, an_item(session, "TEA-1"), 2)
    monkeypatch.setattr(flow, "_SECONDS", -1.0)

    assert flow.expect(hub, [tea.id], 3) == {}


def test_a_key_of_some_locations_sees_no_forecast_for_all_of_them(api: Api, session: Session) -> None:
    a_location(session, "LEEDS")
    sold(session, an_item(session, "TEA-1"), 2)

    partner = holder(api, "catalog:read", "stock:read", locations=("LEEDS",))

    assert partner(ASK)["items"]["nodes"] == [{"sku": "TEA-1", "forecast": []}]
    assert partner.body(ASK, days=0)["errors"]
    stranger = holder(api, "catalog:read")
    assert stranger.body(ASK)["errors"][0]["extensions"]["scope"] == "stock:read"


@pytest.mark.parametrize(
    ("given", "asked", "days"),
    [("", "", 30), ("", "(days: 4)", 4), ("($days: Int = 7)", "(days: $days)", 7), ("", "(days: 100000)", 100_000)],
)
def test_each_day_counts_like_a_row(api: Api, given: str, asked: str, days: int) -> None:
    body = api.body(f"query {given} {{ items(first: 10) {{ nodes {{ forecast{asked} {{ quantity }} }} }} }}")

    assert body["extensions"]["cost"]["rows"] == 10 * (1 + days)
    assert ("TOO_COSTLY" in str(body)) is (days > 365)

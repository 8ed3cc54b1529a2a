"""The hub's settings."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.config import Config
from core.flows import book, journal
from core.flows.book.roll_up import roll_up
from core.hub import Hub
from tests.api import Api
from tests.builders import a_channel
from tests.core.flows.fulfilling import configured
from tests.core.ledgers.build import a_sale

DAYS = "{ profitReport(groupBy: DAY) { nodes { key } } }"
UPDATE = """mutation ($name: String, $currency: String, $timezone: String, $routingStrategy: String, $days: Int) {
  settingsUpdate(name: $name, currency: $currency, timezone: $timezone, routingStrategy: $routingStrategy,
    returnWindowDays: $days) {
    settings { name currency timezone routingStrategy holdRiskAt trackingSilenceHours returnWindowDays closedThrough }
    userErrors { code path } } }"""


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, "")


def test_only_what_is_given_changes(api: Api) -> None:
    before = api.done(UPDATE)["settings"]

    after = api.done(UPDATE, name="Tea House", timezone="Europe/Berlin", days=14)["settings"]

    assert after == {**before, "name": "Tea House", "timezone": "Europe/Berlin", "returnWindowDays": 14}
    assert api("{ settings { name } }")["settings"] == {"name": "Tea House"}
    event = api("{ events(last: 1) { nodes { name subject actor } } }")["events"]["nodes"]
    assert event == [{"name": "settings.updated", "subject": "settings", "actor": "admin"}]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"currency": "XXX"}, ["currency"]),
        ({"timezone": "Mars/Base"}, ["timezone"]),
        ({"routingStrategy": "psychic"}, ["routingStrategy"]),
        ({"days": 0}, ["returnWindowDays"]),
        ({"name": ""}, ["name"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(api: Api, fields: dict[str, Any], path: list[str]) -> None:
    assert api.refused(UPDATE, **fields) == [("INVALID", path)]


def test_in_another_time_zone_sales_fall_on_other_days(api: Api, hub: Hub, session: Session) -> None:
    """Sold at half past twelve in the night by the clocks of London, which is the evening before in New York."""
    at_night = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    sale = a_sale(session, a_channel(session), {"total_minor": 900}, placed_at=at_night)
    book.sales(session, [sale.id])
    session.commit()
    roll_up(hub)
    assert [row["key"] for row in api(DAYS)["profitReport"]["nodes"]] == ["2026-07-02"]

    api.done(UPDATE, timezone="America/New_York")

    for _ in range(2):
        assert [row["key"] for row in api(DAYS)["profitReport"]["nodes"]] == ["2026-07-01"]
        roll_up(hub)


def test_the_currency_of_the_books_stays_once_they_are_begun(api: Api, session: Session) -> None:
    assert api.done(UPDATE, currency="EUR")["settings"]["currency"] == "EUR"
    lines = [journal.Posting("5900", 100, "EUR"), journal.Posting("1000", -100, "EUR")]
    journal.post(session, "Stamps", lines)
    session.commit()

    assert api.refused(UPDATE, currency="GBP") == [("ILLEGAL_STATE", ["currency"])]
    assert api.done(UPDATE, currency="EUR")["settings"]["currency"] == "EUR"

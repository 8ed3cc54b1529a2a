"""The hub's settings."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.config import Config
from core.flows import journal
from tests.api import Api
from tests.core.flows.fulfilling import configured

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


def test_the_currency_of_the_books_stays_once_they_are_begun(api: Api, session: Session) -> None:
    assert api.done(UPDATE, currency="EUR")["settings"]["currency"] == "EUR"
    lines = [journal.Posting("5900", 100, "EUR"), journal.Posting("1000", -100, "EUR")]
    journal.post(session, "Stamps", lines)
    session.commit()

    assert api.refused(UPDATE, currency="GBP") == [("ILLEGAL_STATE", ["currency"])]
    assert api.done(UPDATE, currency="EUR")["settings"]["currency"] == "EUR"

"""Integrations made in the API: settings checked by their plugin, secrets masked and sealed, health found out."""

from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, db
from core.config import Config
from core.errors import IntegrationAway
from core.external.models import CallState, ExternalCall
from core.external.service import intend
from core.flows import sync
from core.hub import Hub
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from core.plugins import load
from core.plugins.find import GROUP
from tests.api import Api
from tests.core.flows.channels.sandbox import Shop, open_shop
from tests.hubs import a_hub

FIELDS = "key fromFile enabled health healthMessage config version connectUrl webhookUrl jobs { name }"
CREATE = f"""mutation ($plugin: String!, $key: String!, $config: JSON!, $enabled: Boolean) {{
  integrationCreate(plugin: $plugin, key: $key, config: $config, enabled: $enabled) {{
    integration {{ {FIELDS} }} userErrors {{ code path message }} }} }}"""
UPDATE = f"""mutation ($key: String!, $config: JSON, $enabled: Boolean, $version: Int) {{
  integrationUpdate(key: $key, config: $config, enabled: $enabled, expectedVersion: $version) {{
    integration {{ {FIELDS} }} userErrors {{ code path message }} }} }}"""
DELETE = "mutation ($key: String!) { integrationDelete(key: $key) { id userErrors { code path } } }"
CHECK = f"""mutation ($key: String!) {{
  integrationCheck(key: $key) {{ integration {{ {FIELDS} }} userErrors {{ code path }} }} }}"""


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


@pytest.fixture
def hub(config: Config, database_url: str) -> Iterator[Hub]:
    config = config.model_copy(update={"public_url": "https://hub.example.com"})
    config.plugins_file.write_text('[integrations.post]\nplugin = "table_rate"\ntable = "uk-post"\n')
    with a_hub(config, database_url, bazaar="tests.core.flows.channels.bazaar") as hub:
        yield hub


@pytest.fixture
def made(api: Api, shop: Shop) -> dict[str, Any]:
    settings = {"url": shop.url, "client_secret": "first", "secret": "hush"}
    found: dict[str, Any] = api.done(CREATE, plugin="bazaar", key="second-store", config=settings)["integration"]
    return found


def test_one_is_made_and_works_at_once_and_its_secrets_are_never_shown(
    hub: Hub, api: Api, made: dict[str, Any], shop: Shop, session: Session
) -> None:
    shop.sells("1001")

    assert made["fromFile"] is False
    assert made["config"]["client_secret"] == "**********"
    assert made["webhookUrl"] == "https://hub.example.com/webhooks/second-store"
    assert {"orders", "sweep", "listings"} <= {job["name"] for job in made["jobs"]}
    run_jobs(hub)
    assert sync.sync(hub, "second-store", "orders")
    assert shop.address == "https://hub.example.com/webhooks/second-store"
    kept = session.execute(text("select sealed, config::text from integrations where key = 'second-store'")).one()
    assert b"first" not in kept.sealed
    assert "first" not in kept.config


def test_the_form_of_a_plugin_names_its_secrets(api: Api) -> None:
    plugins = api("{ plugins { name configSchema } }")["plugins"]
    (schema,) = [each["configSchema"] for each in plugins if each["name"] == "bazaar"]

    assert schema["required"] == ["url"]
    assert schema["properties"]["client_secret"]["writeOnly"] is True


def test_another_process_learns_of_it(hub: Hub, made: dict[str, Any], database_url: str) -> None:
    registry = load(hub.config.plugins_file, points=[EntryPoint("bazaar", "tests.core.flows.channels.bazaar", GROUP)])
    other = Hub(hub.config, db.connect(database_url), registry)

    assert other.provider("second-store", "channel")
    other.close()


def test_settings_are_merged_and_a_masked_secret_stays(hub: Hub, api: Api, made: dict[str, Any]) -> None:
    changed = api.done(
        UPDATE, key="second-store", config={"shop": "north", "client_secret": "**********"}, version=made["version"]
    )["integration"]

    assert (changed["config"]["shop"], changed["version"]) == ("north", 2)
    settings: Any = hub.registry.integration("second-store").settings
    assert (settings.shop, settings.client_secret.get_secret_value()) == ("north", "first")
    assert api.refused(UPDATE, key="second-store", config={}, version=1) == [("VERSION_CONFLICT", ["expectedVersion"])]


def test_a_masked_secret_within_a_table_stays_too(hub: Hub, api: Api) -> None:
    server = {"kind": "sftp", "host": "mill.example", "user": "us", "host_key": f"SHA256:{'x' * 43}"}
    transport = {**server, "password": "first"}
    made = api.done(CREATE, plugin="folder_supplier", key="mill", config={"transport": transport})["integration"]
    shown = made["config"]["transport"]

    api.done(UPDATE, key="mill", config={"transport": {**shown, "inbox": "out"}})

    settings: Any = hub.registry.integration("mill").settings
    assert shown["password"] == "**********"
    assert (settings.transport.inbox, settings.transport.password.get_secret_value()) == ("out", "first")


def test_a_disabled_one_does_not_run_until_it_is_enabled(hub: Hub, api: Api, made: dict[str, Any]) -> None:
    assert api.done(UPDATE, key="second-store", enabled=False)["integration"]["healthMessage"] == "It is disabled."
    with pytest.raises(IntegrationAway, match="is disabled"):
        hub.provider("second-store", "channel")

    api.done(UPDATE, key="second-store", enabled=True)
    assert hub.provider("second-store", "channel")


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        ({"config": {"url": "https://x", "colour": "red"}}, "INVALID", ["config", "colour"]),
        ({"config": {}}, "INVALID", ["config"]),
        ({"config": {"url": "https://x", "size": "big"}}, "INVALID", ["config", "size"]),
        ({"config": [1]}, "INVALID", ["config"]),
        ({"key": "No Such Key", "config": {"url": "https://x"}}, "INVALID", ["key"]),
        ({"key": "post", "config": {"url": "https://x"}}, "ALREADY_EXISTS", ["key"]),
        ({"plugin": "nobody", "config": {}}, "NOT_FOUND", ["plugin"]),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    api: Api, arguments: dict[str, Any], code: str, path: list[str]
) -> None:
    assert api.refused(CREATE, **{"plugin": "bazaar", "key": "third", **arguments}) == [(code, path)]


def test_those_of_the_file_are_changed_there(api: Api) -> None:
    assert api.refused(UPDATE, key="post", enabled=False) == [("ILLEGAL_STATE", ["key"])]
    assert api.refused(DELETE, key="post") == [("ILLEGAL_STATE", ["key"])]


def test_a_check_asks_the_other_side_and_writes_down_what_it_found(api: Api, made: dict[str, Any], shop: Shop) -> None:
    assert api.done(CHECK, key="second-store")["integration"]["health"] == "OK"

    shop.open = False
    closed = api.done(CHECK, key="second-store")["integration"]
    assert (closed["health"], closed["healthMessage"]) == ("DOWN", "The shop is closed. Open it again in Bazaar.")

    shop.open, shop.secret, shop.token = True, "second", "revoked"
    refused = api.done(CHECK, key="second-store")["integration"]
    assert (refused["health"], refused["healthMessage"]) == (
        "DOWN",
        "Bazaar refused the client secret. Give it new ones.",
    )

    api.done(UPDATE, key="second-store", config={"client_secret": "second"})
    assert api.done(CHECK, key="second-store")["integration"]["health"] == "OK"
    assert api.done(CHECK, key="post")["integration"]["health"] == "UNKNOWN"


def test_a_deleted_one_is_gone_with_its_secrets_and_its_key_may_be_used_again(
    hub: Hub, api: Api, made: dict[str, Any], shop: Shop, session: Session
) -> None:
    run_jobs(hub)
    assert api.done(DELETE, key="second-store")["id"].startswith("int_")

    assert shop.address is None
    assert [each["key"] for each in api("{ integrations { key } }")["integrations"]] == ["post"]
    assert session.scalar(text("select count(*) from integration_tokens")) == 0
    with pytest.raises(IntegrationAway):
        hub.provider("second-store", "channel")
    assert api.refused(DELETE, key="second-store") == [("NOT_FOUND", ["key"])]

    again = api.done(CREATE, plugin="bazaar", key="second-store", config={"url": shop.url})["integration"]
    assert again["version"] == 3
    assert hub.provider("second-store", "channel")


def test_one_that_others_wait_for_is_not_deleted(api: Api, made: dict[str, Any], session: Session) -> None:
    row = session.scalars(select(Integration).where(Integration.key == "second-store")).one()
    call = intend(session, purpose="cancellation", subject="ord_1", call_key="k", integration_id=row.id)
    session.get_one(ExternalCall, call).state = CallState.UNKNOWN
    session.commit()

    (said,) = api(DELETE.replace("path", "path message"), key="second-store")["integrationDelete"]["userErrors"]
    assert (said["code"], said["path"]) == ("ILLEGAL_STATE", ["key"])
    assert said["message"] == (
        "second-store still has 1 act whose outcome is unknown. Let that end, or disable the integration instead."
    )

    session.get_one(ExternalCall, call).state = CallState.SUCCEEDED
    session.commit()
    api.done(DELETE, key="second-store")


def test_the_jobs_of_a_plugin_that_is_missing_wait_until_it_is_back(
    hub: Hub, api: Api, made: dict[str, Any], shop: Shop, database_url: str
) -> None:
    waiting = "{ queues { name pending failed } }"
    without = Hub(hub.config, db.connect(database_url), load(hub.config.plugins_file))
    with pytest.raises(IntegrationAway, match="the plugin 'bazaar', which is not installed"):
        without.provider("second-store", "channel")
    before = {each["name"]: each for each in api(waiting)["queues"]}["channels"]

    run_jobs(without)
    heard_at = shop.address
    parked = {each["name"]: each for each in api(waiting)["queues"]}["channels"]

    assert heard_at is None
    assert (parked["pending"], parked["failed"]) == (before["pending"], 0)
    assert parked["pending"] >= 1
    clock.shift(timedelta(minutes=2))
    try:
        run_jobs(hub)
    finally:
        clock.shift(timedelta(minutes=-2))
    assert shop.address == "https://hub.example.com/webhooks/second-store"
    assert {each["name"]: each for each in api(waiting)["queues"]}["channels"]["pending"] == 0
    without.close()


def test_access_is_granted_on_the_other_side_s_page_and_only_by_its_own_way_back(
    hub: Hub, api: Api, made: dict[str, Any]
) -> None:
    way = made["connectUrl"].removeprefix("https://hub.example.com")
    asked = api.client.get(way, follow_redirects=False)
    state = asked.headers["location"].partition("&state=")[2]
    assert asked.status_code == 302
    assert "/consent?redirect=https://hub.example.com/connect/second-store/back" in asked.headers["location"]

    back = "/connect/second-store/back?code=abc&state="
    refused = [api.client.get(back + wrong).status_code for wrong in ("", "1.x.y", state.replace(".", "0.", 1))]
    granted = api.client.get(back + state)

    assert refused == [403, 403, 403]
    assert granted.status_code == 200
    token = hub.context("second-store").tokens.get("access", lambda _: pytest.fail("It is there."))
    assert (token.access, token.refresh) == ("granted", "abc")
    assert api.client.get(way.replace("second-store", "post")).status_code == 403

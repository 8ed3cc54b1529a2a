"""A hub with a notifier, teas on the shelf, and what the shoppers who order them are told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import clock
from core.flows.notify import follow
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import herald, shipping, steps
from tests.api import Api
from tests.horizon import settle

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.herald]
plugin = "herald"
"""
TOLD = """
query ($id: ID!) { order(id: $id) { number notifications {
  event template medium recipient state subject body reason sentAt order { id } } } }"""
CANCEL = """
mutation ($id: ID!, $lines: [LineQuantity!], $notify: Boolean, $key: String!) {
  orderCancel(id: $id, lines: $lines, reason: CUSTOMER, notify: $notify, idempotencyKey: $key) {
    userErrors { code message } } }"""
LINES = "query ($id: ID!) { order(id: $id) { lines { nodes { id } } } }"
SHIP = """
mutation ($input: ShipmentInput!, $key: String!) {
  shipmentCreate(input: $input, idempotencyKey: $key) { userErrors { code message } } }"""
SEND = """
mutation ($order: ID!, $template: String!, $medium: NotificationMedium, $key: String!) {
  notificationSend(orderId: $order, template: $template, medium: $medium, idempotencyKey: $key) {
    notification { id event template medium state recipient subject body }
    userErrors { code message path } } }"""
UPSERT = """
mutation ($key: String!, $event: String, $medium: NotificationMedium, $language: String, $subject: String,
    $body: String, $channels: [String!], $enabled: Boolean) {
  notificationTemplateUpsert(key: $key, event: $event, medium: $medium, language: $language, subject: $subject,
      body: $body, channels: $channels, enabled: $enabled) {
    notificationTemplate { key event medium language enabled subject body channels { key } }
    userErrors { code message path } } }"""
METADATA = """
mutation ($id: ID!) { metadataSet(id: $id, values: {language: "de-AT"}) { userErrors { message } } }"""


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"herald": herald.__name__}


@pytest.fixture(autouse=True)
def teas(api: Api, hub: Hub) -> None:
    shipping.depot(api, "LEEDS")
    steps.item(api, "TEA")
    steps.stock(api, "TEA", "LEEDS", 50, "2.00", "GBP")
    work(hub)  # what happens from now on is news


@pytest.fixture
def home(hub: Hub) -> Path:
    return hub.context("herald").home


def work(hub: Hub) -> None:
    run_jobs(hub)
    settle(hub.engine)
    follow.look(hub)
    run_jobs(hub)


def after(hub: Hub, span: timedelta) -> None:
    """Do what is due by then."""
    clock.shift(span)
    try:
        work(hub)
    finally:
        clock.shift(-span)


def ordered(api: Api, hub: Hub, **fields: Any) -> str:
    order = shipping.ordered(api, hub, "TEA", 2, **{"email": "ada@example.org", **fields})
    work(hub)
    return order


def told(api: Api, order: str) -> list[tuple[str, str, str | None]]:
    """Event, state and reason of each of an order's notifications."""
    return [(each["event"], each["state"], each["reason"]) for each in api(TOLD, id=order)["order"]["notifications"]]

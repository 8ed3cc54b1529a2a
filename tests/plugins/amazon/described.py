"""The published Swagger 2 descriptions: what they say of an operation, and whether an exchange fits it."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft7Validator

from tests.plugins.amazon.account import Exchange

SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "amazon-sp-api"
MODELS = {
    "orders-api-model/orders_2026-01-01.json": {"searchOrders", "getOrder"},
    "orders-api-model/ordersV0.json": {"confirmShipment"},
    "feeds-api-model/feeds_2021-06-30.json": {
        "createFeedDocument",
        "createFeed",
        "getFeed",
        "getFeeds",
        "getFeedDocument",
    },
    "listings-items-api-model/listingsItems_2021-08-01.json": {"searchListingsItems", "patchListingsItem"},
    "finances-api-model/financesV0.json": {"listFinancialEventGroups"},
    "finances-api-model/finances_2024-06-19.json": {"listTransactions"},
    "notifications-api-model/notifications.json": {
        "getDestinations",
        "createDestination",
        "getSubscription",
        "createSubscription",
        "deleteSubscriptionById",
    },
    "fulfillment-outbound-api-model/fulfillmentOutbound_2020-07-01.json": {
        "createFulfillmentOrder",
        "getFulfillmentPreview",
        "getFulfillmentOrder",
        "listAllFulfillmentOrders",
        "cancelFulfillmentOrder",
        "getPackageTrackingDetails",
    },
    "fba-inventory-api-model/fbaInventory.json": {"getInventorySummaries"},
    "reports-api-model/reports_2021-06-30.json": {"createReport", "getReport", "getReportDocument"},
    "sellers-api-model/sellers.json": {"getMarketplaceParticipations"},
}

needed = pytest.mark.skipif(not SPECS.is_dir(), reason=f"The published descriptions are not here ({SPECS}).")


class Described:
    """One operation as it is published."""

    def __init__(self, model: Any, method: str, path: str, said: Any, shared: Any) -> None:
        self.model, self.method, self.path, self.said = model, method, path, said
        parameters = [*shared, *said.get("parameters", [])]
        self.parameters = [self._resolved(each) for each in parameters]

    def problems(self, exchange: Exchange) -> Iterator[str]:
        """What of a request and its answer does not fit."""
        yield from self._of_query(exchange)
        body = next((each for each in self.parameters if each["in"] == "body"), None)
        if body is not None:
            yield from self.of_schema(body["schema"], exchange.body, "request")
        elif exchange.body is not None:
            yield "request: it takes no body"
        answer = self.said["responses"].get(str(exchange.status))
        if answer is None:
            yield f"answer: {exchange.status} is not described"
        elif "schema" in answer:
            yield from self.of_schema(answer["schema"], exchange.answer, "answer")

    def of_schema(self, schema: Any, value: Any, where: str) -> Iterator[str]:
        validator = Draft4Validator({"definitions": self.model["definitions"], **schema})
        for error in validator.iter_errors(value):
            yield f"{where} {error.json_path}: {error.message}"

    def examples(self) -> Iterator[Any]:
        """Official answers of 200: the static sandbox's, and those beside the schema."""
        answer = self.said["responses"].get("200", {})
        yield from answer.get("examples", {}).values()
        for each in answer.get("x-amzn-api-sandbox", {}).get("static", ()):
            yield each["response"]

    @property
    def usage_plan(self) -> tuple[float, float]:
        """(rate, burst) from the table in its words."""
        rows = [line.split("|")[1:3] for line in self.said["description"].splitlines() if line.startswith("|")]
        rate, burst = rows[-1]
        return float(rate), float(burst)

    def _of_query(self, exchange: Exchange) -> Iterator[str]:
        known = {each["name"]: each for each in self.parameters if each["in"] == "query"}
        for name, value in exchange.query.items():
            if name not in known:
                yield f"query: there is no parameter {name}"
                continue
            yield from self.of_schema(_shape(known[name]), _typed(known[name], value), f"query {name}")
        for name, each in known.items():
            if each.get("required") and name not in exchange.query:
                yield f"query: {name} is missing"

    def _resolved(self, parameter: Any) -> Any:
        reference = parameter.get("$ref")
        return self.model["parameters"][reference.rpartition("/")[2]] if reference else parameter


@cache
def operations() -> dict[str, Described]:
    found = {}
    for file, names in MODELS.items():
        model = json.loads((SPECS / "models" / file).read_text())
        for path, methods in model["paths"].items():
            shared = methods.get("parameters", [])
            for method, said in methods.items():
                if isinstance(said, dict) and said.get("operationId") in names:
                    found[said["operationId"]] = Described(model, method.upper(), path, said, shared)
    return found


def problems_of(schema_name: str, body: Any) -> list[str]:
    """What of a notification, or of a feed, does not fit its published schema."""
    schema = json.loads((SPECS / "schemas" / f"{schema_name}.json").read_text())
    return [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(body)]


def _shape(parameter: Any) -> Any:
    return {name: value for name, value in parameter.items() if name in {"type", "items", "enum", "minimum", "maximum",
                                                                         "minItems", "maxItems"}}  # fmt: skip


def _typed(parameter: Any, value: str) -> Any:
    if parameter["type"] == "array":
        return value.split(",")
    if parameter["type"] == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return int(value) if parameter["type"] == "integer" else value

"""eBay's published OpenAPI: whether an exchange of the plugin and its sandbox fits it.

It is read strictly: what a schema does not name is wrong, so that a misspelt field is found.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from jsonschema import Draft7Validator

FOLDER = Path(__file__).parents[4] / "shared" / "specs" / "ebay"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="The published descriptions of eBay's APIs are not here.")

_FILES = (
    "sell_fulfillment_v1",
    "sell_inventory_v1",
    "sell_finances_v1",
    "commerce_notification_v1",
    "developer_analytics_v1_beta",
    "cancellation",
    "return",
)


class Described:
    """One operation. hosts: where it is, by its server's first part: api or apiz."""

    def __init__(self, root: Any, said: Any, method: str, path: str) -> None:
        servers = [
            each["url"].replace("{basePath}", each["variables"]["basePath"]["default"]) for each in root["servers"]
        ]
        self.hosts = {(urlsplit(each).hostname or "").partition(".")[0] for each in servers}
        self.method, self.path = method, urlsplit(servers[0]).path + path
        self.root, self.said = root, said
        self.pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path))

    @property
    def scopes(self) -> list[str]:
        """Any one of these is enough."""
        return [scope for each in self.said.get("security", ()) for scope in each.get("api_auth", ())]

    def problems(self, request: httpx2.Request, answer: httpx2.Response) -> Iterator[str]:
        """What of a request and its answer does not fit; an answer that is an error is nobody's fault."""
        yield from self._of_query(request)
        yield from self._of_headers(request)
        body = self.said.get("requestBody")
        if body is not None:
            yield from self._of_schema(body["content"]["application/json"]["schema"], request.content, "request")
        elif request.content and self._has_schemas:
            yield "request: it takes no body"
        if answer.status_code < 400:
            responses = self.said["responses"]
            if str(answer.status_code) not in responses:
                yield f"answer: {answer.status_code} is not described"
            content = responses.get(str(answer.status_code), {}).get("content", {})
            if content and answer.content:
                yield from self._of_schema(content["application/json"]["schema"], answer.content, "answer")

    @property
    def _has_schemas(self) -> bool:
        """Post-Order's description names addresses only."""
        return bool(self.root.get("components"))

    def _of_query(self, request: httpx2.Request) -> Iterator[str]:
        known = {each["name"]: each for each in self.said.get("parameters", ()) if each["in"] == "query"}
        for name, value in request.url.params.items():
            if name not in known and self._has_schemas:
                yield f"query: there is no parameter {name}"
            elif name in known and known[name]["schema"].get("type") == "integer" and not value.isdecimal():
                yield f"query: {name} is no number"

    def _of_headers(self, request: httpx2.Request) -> Iterator[str]:
        for each in self.said.get("parameters", ()):
            if each["in"] == "header" and each.get("required") and each["name"].lower() not in request.headers:
                yield f"header: {each['name']} is missing"

    def _of_schema(self, schema: Any, content: bytes, where: str) -> Iterator[str]:
        validator = Draft7Validator({"components": self.root["components"], **schema})
        for error in validator.iter_errors(json.loads(content)):
            # The description calls it a text; eBay sends the object that was given.
            if not error.json_path.endswith(".deliveryConfig"):
                yield f"{where} {error.json_path}: {error.message}"


@cache
def operations() -> list[Described]:
    found = []
    for name in _FILES:
        root = json.loads((FOLDER / f"{name}_oas3.json").read_text())
        for schema in root.get("components", {}).get("schemas", {}).values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        for path, methods in root["paths"].items():
            found += [
                Described(root, said, method.upper(), path)
                for method, said in methods.items()
                if method in {"get", "put", "post", "delete"}
            ]
    return found


def operation_of(method: str, path: str) -> Described:
    """Raises LookupError where eBay has no such operation."""
    # /return/search fits /return/{returnId} as well: the one without braces is meant.
    for each in sorted(operations(), key=lambda each: each.path.count("{")):
        if each.method == method and each.pattern.fullmatch(path):
            return each
    raise LookupError(f"eBay has no {method} {path}.")

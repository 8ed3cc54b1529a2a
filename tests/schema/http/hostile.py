"""Requests meant to hurt, made up from a seed: documents, variables, bodies and headers, each a little different."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.schema.http.examples import examples


@dataclass(frozen=True, slots=True)
class Hostile:
    """One request; `body` comes in parts, so that a huge one need not be held."""

    kind: str
    body: list[bytes]
    method: str = "POST"
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


CONNECTIONS = ("orders", "items", "listings", "customers", "events", "shipments", "returns", "stockMovements", "cases")
PREFIXES = ("ord", "itm", "ship", "ful", "rma", "evt", "loc", "chn", "nope")
_NOISE = [
    "\x00",
    "\x01",
    "\x1b",
    "\x7f",
    "\u2028",
    "\ufeff",
    "\U0001f600",
    "ß",
    "\\",
    '"',
    "{",
    "}",
    "(",
    ")",
    "$",
    "...",
]


class Source:
    """Makes requests. The same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.documents = [(example.query, example.variables) for example in examples()]
        self.kinds: dict[str, tuple[int, Callable[[], Hostile]]] = {
            "mutilated": (24, self.mutilated),
            "deep": (5, self.deep),
            "wide": (1, self.wide),
            "aliases": (2, self.aliases),
            "costly": (8, self.costly),
            "cyclic": (2, self.cyclic),
            "variables": (5, self.variables),
            "texts": (14, self.texts),
            "pages": (12, self.pages),
            "cursors": (12, self.cursors),
            "ids": (14, self.ids),
            "bytes": (8, self.bytes),
            "shapes": (14, self.shapes),
            "headers": (8, self.headers),
            "addresses": (10, self.addresses),
            "huge": (1, self.huge),
        }

    def requests(self, count: int) -> Iterator[Hostile]:
        weights = [weight for weight, _ in self.kinds.values()]
        for kind in self.dice.choices(list(self.kinds), weights, k=count):
            yield self.kinds[kind][1]()

    def asked(self, kind: str, query: str, variables: Any = None) -> Hostile:
        return Hostile(kind, [json.dumps({"query": query, "variables": variables}).encode()])

    def mutilated(self) -> Hostile:
        query, variables = self.dice.choice(self.documents)
        letters = list(query)
        for _ in range(self.dice.randint(1, 6)):
            place = self.dice.randrange(len(letters))
            match self.dice.randrange(3):
                case 0:
                    del letters[place : place + self.dice.randint(1, 8)]
                case 1:
                    letters.insert(place, self.dice.choice(_NOISE))
                case _:
                    other = self.dice.randrange(len(letters))
                    letters[place], letters[other] = letters[other], letters[place]
        return self.asked("mutilated", "".join(letters).replace("mutation", "query"), variables)

    def deep(self) -> Hostile:
        depth = self.dice.choice([12, 25, 60, 200, 900, 2_500])
        inner = "{ lines { nodes { order " * depth + "{ id }" + " } } }" * depth
        return self.asked("deep", '{ order(id: "ord_1") ' + inner + " }")

    def wide(self) -> Hostile:
        count = self.dice.choice([301, 1_000, 4_000])
        return self.asked("wide", "{ orders { nodes {" + " number" * count + " } } }")

    def aliases(self) -> Hostile:
        count = self.dice.choice([151, 1_000, 10_000])
        return self.asked("aliases", "{" + "".join(f" a{number}: __typename" for number in range(count)) + " }")

    def costly(self) -> Hostile:
        sizes = [self.dice.choice([100, 200, 250]) for _ in range(4)]
        names = ("orders", "lines", "allocations", "events")
        query = "{ " + " ".join(
            f"{name}(first: {size}) {{ nodes {{" for name, size in zip(names[:2], sizes, strict=False)
        )
        return self.asked(
            "costly", query + f" order {{ events(first: {sizes[3]}) {{ nodes {{ id }} }} }}" + " } } } } }"
        )

    def cyclic(self) -> Hostile:
        length = self.dice.randint(1, 60)
        ring = " ".join(f"fragment F{number} on Order {{ id ...F{(number + 1) % length} }}" for number in range(length))
        return self.asked("cyclic", '{ order(id: "ord_1") { ...F0 } } ' + ring)

    def variables(self) -> Hostile:
        query = "query ($filter: OrderFilter, $n: Int) { orders(filter: $filter, first: $n) { nodes { id } } }"
        text = self.dice.choice(_NOISE) * self.dice.choice([1, 1_000, 100_000])
        nested: Any = 1
        for _ in range(self.dice.choice([1, 50, 150])):
            nested = [nested] if self.dice.random() < 0.5 else {"and": nested}
        value = self.dice.choice([text, nested, [text] * 20, 2**63, 1e308, -1, True, ["x"] * 20_000, {"query": text}])
        name = self.dice.choice(["query", "sku", "channel", "status", "tag", "placedAt", "nope", ""])
        return self.asked(
            "variables", query, self.dice.choice([{"filter": {name: value}}, {"n": value}, {name: value}])
        )

    def texts(self) -> Hostile:
        """Texts that reach the database as they are: whatever stands in them is a value."""
        text = "".join(self.dice.choices(_NOISE, k=self.dice.choice([1, 3, 20]))) + self.dice.choice(
            ["", "'; drop table orders; --", "%", "_" * 500, "a" * 4_000, "*", "\\"]
        )
        field = self.dice.choice(
            ["order(number: $t) { id }", "order(channel: $t, externalId: $t) { id }", "item(sku: $t) { id }",
             "item(barcode: $t) { id }", "customers(query: $t) { nodes { id } }", "suppliers(query: $t) { totalCount }",
             "orders(filter: {query: $t}) { totalCount }", "orders(filter: {channel: [$t], sku: $t}) { nodes { id } }",
             "events(filter: {name: [$t]}) { nodes { id } }", "availableToPromise(sku: $t, channel: $t) { available }",
             "worklist(channel: [$t]) { onHold }", "returns(filter: {query: $t}) { nodes { id } }"]
        )  # fmt: skip
        return self.asked("texts", f"query ($t: String!) {{ {field} }}", {"t": text})

    def pages(self) -> Hostile:
        values = ["-1", "0", "251", "2147483648", "9" * 60, "1.5", '"1"', "null", "true", "[1]"]
        chosen = self.dice.sample(["first", "last", "after", "before"], self.dice.randint(1, 4))
        arguments = ", ".join(f"{name}: {self.dice.choice(values)}" for name in chosen)
        return self.asked("pages", f"{{ {self.dice.choice(CONNECTIONS)}({arguments}) {{ nodes {{ id }} }} }}")

    def cursors(self) -> Hostile:
        letters = "ABCxyz019+/=_- \x00'\";é"
        cursor = "".join(self.dice.choices(letters, k=self.dice.choice([0, 1, 7, 40, 400])))
        good = self.dice.choice(["WyJ4Il0=", "W10=", "bnVsbA==", "WzFd", "WyI5OTIxYWVjYSIsIm51bGwiLDFd", cursor])
        query = f"query ($c: String) {{ {self.dice.choice(CONNECTIONS)}(after: $c) {{ nodes {{ id }} }} }}"
        return self.asked("cursors", query, {"c": good})

    def ids(self) -> Hostile:
        number = self.dice.choice(
            ["1", "0", "-1", "9" * 30, "1e5", "\u0661", "1 or 1=1", "", "x", "\x00", "9223372036854775808"]
        )
        name = f"{self.dice.choice(PREFIXES)}{self.dice.choice(['_', '', '-', '__'])}{number}"
        query = self.dice.choice(
            ["query ($i: ID!) { node(id: $i) { id } }", "query ($i: ID!) { nodes(ids: [$i, $i]) { id } }",
             "query ($i: ID!) { order(id: $i) { id number } }", "query ($i: ID!) { item(id: $i) { id } }"]
        )  # fmt: skip
        return self.asked("ids", query, {"i": name})

    def bytes(self) -> Hostile:
        return Hostile("bytes", [self.dice.randbytes(self.dice.choice([0, 1, 30, 3_000]))])

    def shapes(self) -> Hostile:
        parts: list[Any] = ["{ __typename }", "", 1, None, [], {}, ["{ __typename }"], True, {"a": {}}, "x", 1e300]
        names = ["query", "variables", "operationName", "extensions", "documentId"]
        body: Any = {name: self.dice.choice(parts) for name in self.dice.sample(names, self.dice.randint(0, 5))}
        persisted = self.dice.choice([1, {}, {"version": 2}, {"version": 1, "sha256Hash": self.dice.choice(parts)}])
        if self.dice.random() < 0.3:
            body["extensions"] = {"persistedQuery": persisted}
        wrapped = self.dice.choice([body, body, body, [body], body.get("query"), [[]] * 3])
        return Hostile("shapes", [json.dumps(wrapped).encode()])

    def headers(self) -> Hostile:
        kinds = ["text/plain", "application/graphql", "multipart/form-data", "", "application/json; charset=utf-16",
                 "application/x-www-form-urlencoded", "application/json;;;", "json", "application/jsonp"]  # fmt: skip
        accepts = ["*/*", "application/xml", "text/event-stream", "application/graphql-response+json", "\u00e9" * 40]
        given = {"content-type": self.dice.choice(kinds), "accept": self.dice.choice(accepts)}
        if self.dice.random() < 0.3:
            given["content-length"] = self.dice.choice(["-1", "x", "99999999999999"])
        return Hostile("headers", [b'{"query": "{ __typename }"}'], headers=given)

    def addresses(self) -> Hostile:
        texts = ["{ __typename }", "{", "", "mutation { nope }", "\x00", "a" * 5_000, '{"a":', "[]", "null", "é"]
        names = ["query", "variables", "extensions", "operationName", "documentId", "nope"]
        given = {name: self.dice.choice(texts) for name in self.dice.sample(names, self.dice.randint(1, 6))}
        return Hostile("addresses", [], self.dice.choice(["GET", "GET", "PUT", "DELETE"]), urlencode(given), {})

    def huge(self) -> Hostile:
        part = self.dice.choice([b" ", b"[", b'"', b"\xff", b'{"a":']) * 65_536
        return Hostile("huge", [part] * (20 * 1024 * 1024 // len(part)))

"""What is asked: each query with many sets of variables, so that no two requests in a row read the same rows."""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_TEXT = Path(__file__).with_name("queries.graphql").read_text()
_MANY = 300
_ORDER_CURSOR = "query ($at: DateTime) { orders(first: 1, filter: {placedAt: {to: $at}}) { pageInfo { endCursor } } }"
_ITEM_CURSOR = "query ($sku: [String!]) { items(first: 1, filter: {sku: $sku}) { pageInfo { endCursor } } }"

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Sends a query with variables to the hub; the `data` of its answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query. `plain` is whether the plain server knows its types."""

    name: str
    title: str
    query: str
    variables: list[dict[str, Any]]
    plain: bool = True

    def bodies(self) -> list[dict[str, Any]]:
        """Requests as JSON."""
        return [{"query": self.query, "variables": variables} for variables in self.variables]


def questions(database: str, orders: int, ask: Ask) -> list[Question]:
    """All of them, over random rows of the database. Their cursors are the hub's own."""
    chance = random.Random(orders)
    numbers = [chance.randint(min(orders, 100), orders) for _ in range(_MANY)]
    with psycopg.connect(database) as connection:
        found = connection.execute("select placed_at, email from orders where id = any(%s)", [numbers]).fetchall()
        skus = connection.execute("select sku from items order by sku limit 4800").fetchall()
    moments = ({"at": placed_at.isoformat()} for placed_at, _ in found)
    places = ({"sku": [sku]} for (sku,) in chance.sample(skus, _MANY))
    return [
        Question("Q1", "page of 50 orders with 3 lines", _query("Page"), _after(ask, _ORDER_CURSOR, moments)),
        Question("Q2", "one order with everything", _query("Whole"), [{"id": f"ord_{number}"} for number in numbers]),
        Question("Q3", "100 items with levels", _query("Stock"), _after(ask, _ITEM_CURSOR, places)),
        Question("Q4", "{ __typename }", _query("Typename"), [{}]),
        Question("Q5", "helpdesk context by email", _query("Helpdesk"), [{"email": e} for _, e in found], plain=False),
    ]


def _after(ask: Ask, query: str, places: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for variables in places:
        (page,) = ask(query, variables).values()
        found.append({"after": page["pageInfo"]["endCursor"]})
    return found


def _query(name: str) -> str:
    """One operation of the file, with the fragments that it uses."""
    blocks = _TEXT.strip().split("\n\n")
    (operation,) = (block for block in blocks if re.match(rf"query {name}\b", block))
    fragments = [block for block in blocks if block.startswith("fragment")]
    used = [line for block in fragments for line in block.splitlines() if f"...{line.split()[1]} " in operation]
    return "\n".join([operation, *used])

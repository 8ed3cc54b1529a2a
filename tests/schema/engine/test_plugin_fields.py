"""Fields and types that plugins add: read at any depth, computed once a request, and failing alone."""

import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from crossdock import Money
from crossdock.extensions import ComputedField, SchemaExtension
from schema.build import build_engine
from schema.engine import plugin_fields
from schema.engine.database import opened
from tests.schema.engine.conftest import Asked
from tests.schema.engine.shop import shop

pytestmark = pytest.mark.anyio

TYPES = """
    enum PigeonMood { HAPPY TIRED }
    "A bird."
    type PigeonBird { ring: String! mood: PigeonMood! price: Money hatched: Date }
"""
Rows = Sequence[Mapping[str, Any]]
Answers = Callable[[Rows], Sequence[object]]


def ring(name: str = "pigeonRing", kind: str = "String", *, compute: Answers | None = None) -> ComputedField:
    return ComputedField(
        on="Order",
        name=name,
        graphql_type=kind,
        requires=("number", "total_minor"),
        compute=compute or (lambda rows: [f"ring of {row['number']}" for row in rows]),
        description="What the pigeon wears.",
    )


@pytest.fixture
async def pigeon(shop_url: str) -> AsyncIterator[Callable[..., Asked]]:
    """An engine over the shop with a plugin's extensions."""
    async with opened(shop_url, size=3) as pool:

        def extended(*extensions: SchemaExtension, plugin: str = "pigeon", patience: float = 2.0) -> Asked:
            engine = build_engine(shop)
            plugin_fields.add_plugin_fields(engine.core, shop, [(plugin, one) for one in extensions], patience=patience)
            return Asked(engine, pool)

        yield extended


async def test_a_field_is_computed_once_however_many_places_ask_for_it(pigeon: Callable[..., Asked]) -> None:
    batches: list[list[Any]] = []

    def compute(rows: Rows) -> list[str]:
        batches.append([row["number"] for row in rows])
        return [f"ring of {row['number']}" for row in rows]

    ask = pigeon(SchemaExtension(fields=(ring(compute=compute),)))

    answer = await ask(
        """{
          orders(first: 2) { nodes { pigeonRing channel { orders(first: 1) { nodes { pigeonRing } } } } }
          order(number: "N3") { again: pigeonRing original { pigeonRing } twin { pigeonRing } }
          node(id: "ord_7") { ... on Order { pigeonRing } }
          preview { order { pigeonRing } }
        }"""
    )

    assert "errors" not in answer
    assert answer["data"]["order"] == {
        "again": "ring of N3",
        "original": {"pigeonRing": "ring of N2"},
        "twin": {"pigeonRing": "ring of N4"},
    }
    assert answer["data"]["node"] == {"pigeonRing": "ring of N7"}
    assert len(batches) == 1
    assert {"N1", "N2", "N3", "N4", "N7", "N11", "N12"} <= set(batches[0])


async def test_a_plugin_may_bring_types_of_its_own(pigeon: Callable[..., Asked]) -> None:
    def birds(rows: Rows) -> list[object]:
        return [
            [{"ring": row["number"], "mood": "TIRED", "price": Money(row["total_minor"], "KWD")}, None] for row in rows
        ]

    ask = pigeon(SchemaExtension(types=TYPES, fields=(ring("pigeonBirds", "[PigeonBird]!", compute=birds),)))

    answer = await ask(
        '{ order(number: "N1") { pigeonBirds { __typename ring mood price { amount currency } hatched } } }'
    )

    bird = {"__typename": "PigeonBird", "ring": "N1", "mood": "TIRED", "hatched": None}
    assert "errors" not in answer
    assert answer["data"]["order"] == {"pigeonBirds": [{**bird, "price": {"amount": "1.200", "currency": "KWD"}}, None]}


async def test_what_a_plugin_adds_is_in_the_schema(pigeon: Callable[..., Asked]) -> None:
    ask = pigeon(SchemaExtension(types=TYPES, fields=(ring(),)))

    answer = await ask(
        '{ a: __type(name: "PigeonMood") { kind } b: __type(name: "Order") { fields { name description } } }'
    )

    assert answer["data"]["a"] == {"kind": "ENUM"}
    assert {"name": "pigeonRing", "description": "What the pigeon wears."} in answer["data"]["b"]["fields"]


async def test_an_error_for_one_row_is_the_error_of_its_field(pigeon: Callable[..., Asked]) -> None:
    ask = pigeon(
        SchemaExtension(
            fields=(
                ring(compute=lambda rows: [ValueError("lost") if row["number"] == "N11" else "here" for row in rows]),
            )
        )
    )

    answer = await ask("{ orders(first: 2) { nodes { number pigeonRing } } }")

    assert answer["data"]["orders"]["nodes"] == [
        {"number": "N12", "pigeonRing": "here"},
        {"number": "N11", "pigeonRing": None},
    ]
    (error,) = answer["errors"]
    assert error["path"] == ["orders", "nodes", 1, "pigeonRing"]
    assert error["extensions"]["code"] == "PLUGIN_UNAVAILABLE"


def _raise(_rows: Rows) -> list[str]:
    raise RuntimeError("postgresql://user:secret@host")


def _exit(_rows: Rows) -> list[str]:
    raise SystemExit(3)


@pytest.mark.parametrize("compute", [_raise, _exit, lambda _rows: ["only one"], lambda _rows: None])
async def test_a_plugin_that_breaks_takes_only_its_own_field_along(
    pigeon: Callable[..., Asked], compute: Answers
) -> None:
    ask = pigeon(SchemaExtension(fields=(ring(compute=compute), ring("pigeonNest"))))

    answer = await ask("{ orders(first: 2) { nodes { number pigeonRing pigeonNest } } }")

    assert answer["data"]["orders"]["nodes"][0] == {"number": "N12", "pigeonRing": None, "pigeonNest": "ring of N12"}
    assert [error["message"] for error in answer["errors"]] == ["The plugin pigeon failed at this field."] * 2


async def test_a_plugin_that_hangs_is_not_waited_for_and_not_asked_again_and_again(
    pigeon: Callable[..., Asked],
) -> None:
    asleep, wake = [], threading.Event()

    def compute(rows: Rows) -> list[str]:
        asleep.append(len(rows))
        wake.wait(20)
        return ["late"] * len(rows)

    ask = pigeon(SchemaExtension(fields=(ring(compute=compute),)), patience=0.05)
    try:
        answers = [await ask('{ order(number: "N1") { number pigeonRing } }') for _ in range(plugin_fields.MOST + 2)]
    finally:
        wake.set()

    assert all(answer["data"]["order"] == {"number": "N1", "pigeonRing": None} for answer in answers)
    assert "did not answer within 0.05 s" in answers[0]["errors"][0]["message"]
    assert "still hangs" in answers[-1]["errors"][0]["message"]
    assert len(asleep) == plugin_fields.MOST


@pytest.mark.parametrize(
    ("extension", "reason"),
    [
        (SchemaExtension(types="type Bird { ring: String }"), "must begin with Pigeon"),
        (SchemaExtension(types="type PigeonBird { order: Order }"), "Order is neither a scalar"),
        (SchemaExtension(types="input PigeonInput { ring: String }"), "this is a input object"),
        (SchemaExtension(types="type PigeonBird {"), "Syntax Error"),
        (SchemaExtension(fields=(ring("ring"),)), "must begin with pigeon"),
        (SchemaExtension(fields=(ring(kind="Bird"),)), "Bird is neither a scalar"),
        (SchemaExtension(fields=(replace(ring(), on="Nothing"),)), "Nothing is no type"),
        (SchemaExtension(fields=(replace(ring(), requires=("wings",)),)), "has no column wings"),
    ],
)
async def test_an_extension_that_cannot_be_used_is_left_out_and_the_hub_starts(
    pigeon: Callable[..., Asked], extension: SchemaExtension, reason: str
) -> None:
    with capture_logs() as entries:
        ask = pigeon(extension, SchemaExtension(fields=(ring("pigeonNest"),)))

    (entry,) = [one for one in entries if one["event"] == "plugin.schema_refused"]
    assert reason in entry["reason"]
    assert (await ask('{ order(number: "N1") { pigeonNest } }'))["data"]["order"]["pigeonNest"] == "ring of N1"

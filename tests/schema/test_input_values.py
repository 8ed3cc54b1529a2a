"""Input objects are made by tables, and come out as Strawberry would make them."""

import enum
from decimal import Decimal
from typing import Any

import pytest
import strawberry
from strawberry.types.arguments import convert_argument

from schema import input_values


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"


@strawberry.input
class Part:
    sku_code: str
    price: Decimal | None = None
    note: str | None = strawberry.UNSET


@strawberry.input
class Whole:
    title: str
    parts: list[Part]
    spare: Part | None
    colour: Colour | None = None
    tags: list[str] | None = None
    renamed: int = strawberry.field(default=3, name="otherName")
    nested: list[list[Part | None]] | None = None


@strawberry.type
class Query:
    @strawberry.field
    def ask(self, whole: Whole) -> str:
        return whole.title


@pytest.mark.parametrize(
    "value",
    [
        {"title": "least", "parts": []},
        {"title": "nulls", "parts": [], "spare": None, "colour": None, "tags": None, "nested": None},
        {
            "title": "all",
            "parts": [{"skuCode": "A", "price": Decimal("1.50"), "note": "kept"}, {"skuCode": "B", "note": None}],
            "spare": {"skuCode": "C"},
            "colour": Colour.RED,
            "tags": ["x", "y"],
            "otherName": 4,
            "nested": [[{"skuCode": "D"}, None], []],
        },
    ],
    ids=lambda value: value["title"],
)
def test_an_input_object_is_what_strawberry_makes_of_it(value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    schema = strawberry.Schema(query=Query)
    for cls in (Whole, Part):
        monkeypatch.setattr(cls.__strawberry_definition__, "from_input", None)  # type: ignore[union-attr]  # added by @strawberry.input
    registry, config = schema.schema_converter.scalar_registry, schema.config

    theirs = convert_argument(value, Whole, registry, config)
    input_values.prepare(schema)
    ours = convert_argument(value, Whole, registry, config)

    assert repr(ours) == repr(theirs)
    assert Whole.__strawberry_definition__.from_input is not None  # type: ignore[attr-defined]  # see above

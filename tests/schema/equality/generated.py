"""Queries written by hypothesis-graphql, over the product's schema made easier to hit something in.

Its own values for texts and ids would nearly all name nothing, so every argument gets a scalar of its own that draws
from what is in the rows. Cursors are left out (see the walks), and each list is asked for its first or its last rows.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from graphql import (
    FieldDefinitionNode,
    GraphQLSchema,
    InputValueDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
    print_schema,
)
from graphql.language import REMOVE, Visitor, visit
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

OWN = {"String", "ID", "Int", "DateTime", "Date", "Decimal"}
PAGE = {"after", "before"}
TEXTS: dict[str, list[str]] = {
    "sku": ["SKU-1", "SKU-2", "nothing"],
    "number": ["number-1", "number-2"],
    "query": ["ann", "SKU", "1", "%", "_", "ü", "", "key"],
    "channel": ["key-1", "key-2", "manual"],
    "integration": ["key-1", "key-2"],
    "location": ["code-1", "code-2"],
    "supplier": ["supplier-1", "supplier-2"],
    "tag": ["vip", 'b"c', "ü"],
    "email": ["ann1@example.com", "ANN0@EXAMPLE.COM"],
    "country": ["ch", "GB", "JP"],
    "name": ["order.*", "order.paid", "*", "stock.moved"],
    "barcode": ["401", "402"],
    "trackingNumber": ["TRACK1", "track2", "TRACK3"],
    "base": ["EUR"],
    "quote": ["USD"],
}
ODD = ["", "plain", "%", "Zürich & <Söhne>", "'; drop table orders; --"]
PREFIXES = {"orderId": "ord", "customerId": "cus", "order": "ord", "orderLineId": "orl", "paymentId": "pay"}


def written(schema: GraphQLSchema, number: int, start: int) -> list[str]:
    """So many different queries; the same ones for the same start."""
    strategy = queries(_eased(schema, start), custom_scalars=_scalars(schema))
    found: dict[str, None] = {}

    @seed(start)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def write(query: Any) -> None:
        found[query] = None

    write()
    return list(found)


class _Ease(Visitor):
    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start
        self.objects = 0
        self.fields = 0

    def enter_field_definition(self, _node: FieldDefinitionNode, *_: Any) -> None:
        self.fields += 1

    def enter_input_value_definition(self, node: InputValueDefinitionNode, *_: Any) -> Any:
        name = node.name.value
        if name in PAGE or name == ("first", "last")[(self.fields + self.start) % 2]:
            return REMOVE
        return replace(node, type=_own(node.type, name), default_value=None)

    def leave_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        """Few types stand behind Node at a time, or little else would be written."""
        self.objects += 1
        return replace(node, interfaces=()) if node.interfaces and (self.objects + self.start) % 12 else None


def _own(kind: Any, name: str) -> Any:
    """The type of an argument, with a scalar of its own for what would be any text or number."""
    if not isinstance(kind, NamedTypeNode):
        return replace(kind, type=_own(kind.type, name))
    return replace(kind, name=NameNode(value=f"{kind.name.value}_{name}")) if kind.name.value in OWN else kind


def _eased(schema: GraphQLSchema, start: int) -> str:
    tree = visit(parse(print_schema(schema)), _Ease(start))
    names = sorted(_scalars(schema).keys() - {"JSON"})
    return print_ast(tree) + "\n" + "\n".join(f"scalar {name}" for name in names)


def _scalars(schema: GraphQLSchema) -> dict[str, Any]:
    return {"JSON": st.just(nodes.Object(fields=[]))} | {
        f"{kind}_{name}": _strategy(kind, name) for kind, name in _arguments(schema)
    }


def _arguments(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    for definition in parse(print_schema(schema)).definitions:
        for field in getattr(definition, "fields", None) or ():
            for one in [field] if isinstance(field, InputValueDefinitionNode) else field.arguments or ():
                kind: Any = one.type
                while not isinstance(kind, NamedTypeNode):
                    kind = kind.type
                if kind.name.value in OWN:
                    yield kind.name.value, one.name.value


def _strategy(kind: str, name: str) -> Any:
    match kind:
        case "Int":
            return st.sampled_from([0, 1, 2, 3, 7]).map(nodes.Int)
        case "DateTime":
            moments = ["2026-03-29T00:00:00Z", "1999-01-01T00:00:00+05:30", "2030-01-01T00:00:00.5Z"]
            return st.sampled_from(moments).map(nodes.String)
        case "Date":
            return st.sampled_from(["2026-03-29", "2024-02-29"]).map(nodes.String)
        case "Decimal":
            return st.sampled_from(["0", "1.5", "9.99"]).map(nodes.String)
        case "ID":
            prefixes = [PREFIXES[name]] if name in PREFIXES else ["ord", "itm", "ship", "evt", "ret", "po", "x"]
            return st.builds("{}_{}".format, st.sampled_from(prefixes), st.integers(1, 5)).map(nodes.String)
    return st.sampled_from(TEXTS.get(name, []) + ODD).map(nodes.String)

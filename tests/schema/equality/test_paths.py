"""Nothing is answered by a tree of resolvers: what has a table is read by the engine, wherever it is met."""

from graphql import GraphQLObjectType, get_named_type

from core.models import metadata
from schema.engine.engine import Engine
from schema.engine.registry import product

COUNTED = {"Kpis", "HelpdeskContext"}
"""Answers computed in Python whose own fields compute; where they lead to rows, they answer with references."""


def test_every_field_of_every_declared_type_is_the_engine_s(product_engine: Engine) -> None:
    for info in product.types.values():
        kind = product_engine.core.type_map.get(info.name)
        if isinstance(kind, GraphQLObjectType):
            assert set(info.specs) == set(kind.fields), info.name
            for name, field in kind.fields.items():
                own = field.extensions["strawberry-definition"].base_resolver
                assert own is None or own.wrapped_func.__qualname__ == "planned.<locals>.resolver", (info.name, name)


def test_a_type_that_is_not_declared_has_no_table_and_no_resolvers(product_engine: Engine) -> None:
    tables = {table.name for table in metadata.sorted_tables}
    core = product_engine.core
    roots = {core.query_type, core.mutation_type, core.subscription_type}
    for kind in core.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind in roots or kind.name in product.types:
            continue
        if kind.name.startswith("__") or kind.name.endswith("Connection") or kind.name in COUNTED:
            continue
        origin = kind.extensions["strawberry-definition"].origin
        assert getattr(origin, "__tablename__", None) not in tables, kind.name
        resolved = [
            n for n, f in kind.fields.items() if f.extensions["strawberry-definition"].base_resolver is not None
        ]
        assert resolved == [], kind.name


def test_mutations_and_subscriptions_answer_with_what_the_engine_reads(product_engine: Engine) -> None:
    core = product_engine.core
    assert core.mutation_type is not None
    assert core.subscription_type is not None
    for field in core.subscription_type.fields.values():
        assert get_named_type(field.type).name in product.types
    for name, field in core.mutation_type.fields.items():
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        assert payload.name.endswith("Payload"), name
        for part in payload.fields.values():
            assert part.extensions["strawberry-definition"].base_resolver is None, (name, part)

"""The schema, made from everything that was declared and registered by the modules imported so far."""

from collections.abc import Sequence

import strawberry
from strawberry.schema.config import StrawberryConfig

from crossdock.extensions import SchemaExtension
from schema import input_values
from schema.engine.documents import Limits
from schema.engine.engine import Engine
from schema.engine.finish import Node, finish_types
from schema.engine.plugin_fields import add_plugin_fields
from schema.engine.registry import Registry, product
from schema.engine.roots import root_type
from schema.scalars import SCALARS


def build_engine(
    registry: Registry = product,
    *,
    limits: Limits | None = None,
    introspection: bool = True,
    extensions: Sequence[tuple[str, SchemaExtension]] = (),
) -> Engine:
    """Build the schema and compile where its fields live; then add what plugins (by name) extend it with."""
    finish_types(registry)
    query = root_type("query", "Query", registry)
    if query is None:
        raise RuntimeError("No query is registered: import the modules that declare them first.")
    schema = strawberry.Schema(
        query=query,
        mutation=root_type("mutation", "Mutation", registry),
        subscription=root_type("subscription", "Subscription", registry),
        types=[Node, *(info.cls for info in registry.types.values() if info.prefix is not None)],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    input_values.prepare(schema)
    engine = Engine(schema, registry, limits, introspection=introspection)
    add_plugin_fields(engine.core, registry, extensions)
    return engine

"""Fields and types that plugins add to the schema: built from their SDL, computed once a request, failing alone."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog
from anyio import CapacityLimiter, to_thread
from graphql import (
    EnumTypeDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    parse,
    parse_type,
    specified_scalar_types,
)

from core.errors import PluginUnavailable
from crossdock.extensions import ComputedField as PluginField
from crossdock.extensions import SchemaExtension
from crossdock.money import Money
from schema.context import Context
from schema.engine.compile import computed_spec
from schema.engine.kinds import ComputedField
from schema.engine.plan import SPEC
from schema.engine.registry import Registry, TypeInfo
from schema.scalars import money_of

log = structlog.get_logger()

Types = Mapping[str, GraphQLNamedType]

PATIENCE = 2.0
"""Seconds that a plugin has for one field of one request."""
MOST = 4
"""Calls of one field that may run at once in a process; one that hangs takes its place for as long as it does."""


def add_plugin_fields(
    schema: GraphQLSchema,
    registry: Registry,
    extensions: Sequence[tuple[str, SchemaExtension]],
    *,
    patience: float = PATIENCE,
) -> None:
    """Add what each plugin declares to a schema. An extension that cannot be used is logged, and left out whole."""
    for plugin, extension in extensions:
        try:
            types = _types(plugin, extension, schema)
            fields = [_field(plugin, one, schema, registry, types, patience) for one in extension.fields]
        except (TypeError, GraphQLError) as problem:
            log.warning("plugin.schema_refused", plugin=plugin, reason=str(problem))
            continue
        schema.type_map.update(types)
        for parent, name, made in fields:
            parent.fields[name] = made


def _types(plugin: str, extension: SchemaExtension, schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    """The types of an extension. Their fields may lead to scalars, to Money and to one another."""
    types: dict[str, GraphQLNamedType] = {}
    known: dict[str, GraphQLNamedType] = {**specified_scalar_types, "Money": schema.type_map["Money"]}
    known |= {name: kind for name, kind in schema.type_map.items() if isinstance(kind, GraphQLScalarType)}
    for node in parse(extension.types).definitions if extension.types.strip() else ():
        if not isinstance(node, (ObjectTypeDefinitionNode, EnumTypeDefinitionNode)):
            raise TypeError(f"a plugin adds object types and enums, and this is a {node.kind.replace('_', ' ')}")
        name = node.name.value
        if not name.startswith(_pascal(plugin)):
            raise TypeError(f"the name of the type {name} must begin with {_pascal(plugin)}")
        if name in schema.type_map or name in types:
            raise TypeError(f"there is a type {name} already")
        described = node.description.value if node.description else None
        if isinstance(node, EnumTypeDefinitionNode):
            words = {one.name.value: one.name.value for one in node.values or ()}
            types[name] = GraphQLEnumType(name, words, description=described)
        else:
            types[name] = GraphQLObjectType(name, dict(_fields(node, {**known, **types})), description=described)
    return {**known, **types}


def _fields(node: ObjectTypeDefinitionNode, types: Types) -> Iterator[tuple[str, GraphQLField]]:
    for one in node.fields or ():
        described = one.description.value if one.description else None
        yield one.name.value, GraphQLField(_kind(one.type, types), description=described)


def _kind(node: TypeNode, types: Types) -> Any:
    match node:
        case NonNullTypeNode():
            return GraphQLNonNull(_kind(node.type, types))
        case ListTypeNode():
            return GraphQLList(_kind(node.type, types))
        case NamedTypeNode() if node.name.value in types:
            return types[node.name.value]
    name = node.name.value if isinstance(node, NamedTypeNode) else node.kind
    raise TypeError(f"{name} is neither a scalar, nor Money, nor a type declared before")


def _field(
    plugin: str, one: PluginField, schema: GraphQLSchema, registry: Registry, types: Types, patience: float
) -> tuple[GraphQLObjectType, str, GraphQLField]:
    info, parent = registry.types.get(one.on), schema.type_map.get(one.on)
    if info is None or not isinstance(parent, GraphQLObjectType):
        raise TypeError(f"{one.on} is no type that fields can be added to")
    prefix = _pascal(plugin)[0].lower() + _pascal(plugin)[1:]
    if not re.fullmatch(rf"{prefix}(?:[A-Z0-9]\w*)?", one.name):
        raise TypeError(f"the name of the field {one.on}.{one.name} must begin with {prefix}")
    if one.name in parent.fields:
        raise TypeError(f"there is a field {one.on}.{one.name} already")
    spec = computed_spec(
        ComputedField(function=_Caller(plugin, one, patience).answer, requires=_columns(info, one)), info
    )
    made = GraphQLField(
        _kind(parse_type(one.graphql_type), types), description=one.description or None, extensions={SPEC: spec}
    )
    return parent, one.name, made


def _columns(info: TypeInfo, one: PluginField) -> list[Any]:
    missing = [name for name in one.requires if name not in info.table.columns]
    if missing:
        raise TypeError(f"{one.on} has no column {', '.join(missing)}")
    return [info.table.columns[name] for name in one.requires]


def _pascal(plugin: str) -> str:
    return "".join(part.capitalize() for part in plugin.split("_"))


@dataclass(eq=False)
class _Caller:
    """Calls one field's function on a worker thread: nothing that it does or leaves undone reaches the request."""

    plugin: str
    declared: PluginField
    patience: float
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST))

    async def answer(self, rows: Sequence[Any], ctx: Context) -> list[Any]:
        """As `@computed` wants it."""
        return await ctx.gathering.ask(self._call, rows)

    async def _call(self, rows: Sequence[Any]) -> list[Any]:
        name = f"{self.declared.on}.{self.declared.name}"
        if not self.places.acquire(blocking=False):
            log.warning("plugin.field_stuck", plugin=self.plugin, field=name)
            return [PluginUnavailable(f"The plugin {self.plugin} still hangs from earlier requests.")] * len(rows)
        try:
            with anyio.fail_after(self.patience):
                values = await to_thread.run_sync(
                    self._compute, [vars(row) for row in rows], abandon_on_cancel=True, limiter=CapacityLimiter(1)
                )
            if len(values) != len(rows):
                raise ValueError(f"{len(values)} values for {len(rows)} rows")  # noqa: TRY301  # told like all else
        except TimeoutError:
            log.warning("plugin.field_slow", plugin=self.plugin, field=name, rows=len(rows))
            problem = PluginUnavailable(f"The plugin {self.plugin} did not answer within {self.patience:g} s.")
            return [problem] * len(rows)
        except Exception:  # a plugin may raise anything
            log.exception("plugin.field_failed", plugin=self.plugin, field=name, rows=len(rows))
            return [PluginUnavailable(f"The plugin {self.plugin} failed at this field.")] * len(rows)
        return [self._shown(value) for value in values]

    def _compute(self, rows: list[dict[str, object]]) -> Sequence[object]:
        try:
            return list(self.declared.compute(rows))
        except (SystemExit, KeyboardInterrupt) as error:
            raise RuntimeError(f"It raised {type(error).__name__}.") from error  # it is not its to end this process
        finally:
            self.places.release()

    def _shown(self, value: object) -> Any:
        """A plugin's value as the schema's: its money is ours, and its errors say whose they are."""
        match value:
            case Money():
                return money_of(value.minor, value.currency)
            case Exception():
                log.warning("plugin.field_failed", plugin=self.plugin, field=self.declared.name, error=str(value))
                return PluginUnavailable(f"The plugin {self.plugin} has no answer for this one: {value}")
            case Mapping():
                return {key: self._shown(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self._shown(inner) for inner in value]
        return value

"""Declared fields made specs: every expression compiled to SQL once, when the schema is built."""

from collections.abc import Mapping
from typing import Any, cast

from graphql import GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLSchema, get_named_type
from sqlalchemy import Table
from sqlalchemy.orm import InstrumentedAttribute, RelationshipProperty
from sqlalchemy.types import String

from schema.engine import leaves
from schema.engine.kinds import (
    ColumnField,
    ComputedField,
    ConnectionField,
    Declared,
    EmbeddedField,
    JsonField,
    MoneyField,
    RelationField,
    SameRowField,
)
from schema.engine.registry import Registry, TypeInfo
from schema.engine.specs import Computed, Embedded, FromJson, Leaf, Related, Spec, ToMany, ToOne, ToPage
from schema.engine.sql import CHILD, LINK, PARENT, Fragment, expression, literal, quoted, relation
from schema.engine.window import order


def compile_specs(schema: GraphQLSchema, registry: Registry) -> None:
    """Fill the specs of every declared type that the schema uses."""
    for mapped in {info.model.registry for info in registry.types.values()}:
        mapped.configure(cascade=True)
    for info in registry.types.values():
        object_type = schema.type_map.get(info.name)
        if isinstance(object_type, GraphQLObjectType) and not info.specs:
            _compile_type(info, object_type, registry)


def python_names(object_type: GraphQLObjectType) -> dict[str, str]:
    """The Python name of each field of a type."""
    return {
        name: field.extensions["strawberry-definition"].python_name
        for name, field in object_type.fields.items()
        if "strawberry-definition" in field.extensions
    }


def _compile_type(info: TypeInfo, object_type: GraphQLObjectType, registry: Registry) -> None:
    if info.prefix is not None:
        own = f"({literal(info.prefix + '_')} || {PARENT}.{quoted(info.key)})"
        info.specs["id"] = Leaf(nullable=False, fragment=Fragment(own))
    for name, python_name in python_names(object_type).items():
        if (declared := info.declared.get(python_name)) is not None:
            try:
                spec = _compile(info, declared, object_type.fields[name], registry)
            except Exception as problem:
                raise TypeError(f"{info.cls.__name__}.{python_name}: {problem}") from problem
            spec.scope = declared.scope
            info.specs[name] = spec


def _compile(  # noqa: PLR0911  # one return per kind
    info: TypeInfo, declared: Declared, field: GraphQLField, registry: Registry
) -> Spec:
    match declared:
        case ColumnField():
            return leaf(declared.expression, info.table, field.type)
        case MoneyField():
            return _money(declared, info.table)
        case EmbeddedField():
            return _embedded(declared, info.table, _object(field.type))
        case SameRowField():
            present = _optional(declared.present, info.table)
            return Embedded(nullable=present is not None, fields=_target(field.type, registry).specs, present=present)
        case JsonField():
            return FromJson(
                nullable=not leaves.listed(field.type),
                fragment=_own(declared.expression, info.table),
                fields=_json_specs(_object(field.type), registry, {}),
                listed=leaves.listed(field.type),
            )
        case ComputedField():
            return computed_spec(declared, info)
        case RelationField():
            return _related(info, declared, field.type, registry)
    raise TypeError(f"{type(declared).__name__} is no kind of field")


def leaf(element: Any, table: Table, kind: GraphQLOutputType) -> Leaf:
    fragment = _own(element, table)
    text = leaves.shown(fragment.text, element.type, kind, sure=leaves.fits_int(element))
    return Leaf(nullable=_nullable(element), fragment=Fragment(text))


def _own(element: Any, table: Table) -> Fragment:
    if isinstance(element, InstrumentedAttribute) and element.class_.__table__ is not table:
        raise TypeError(f"{element} is not a column of {table.name}")
    return expression(element, table)


def _optional(element: Any, table: Table) -> Fragment | None:
    return None if element is None else expression(element, table)


def _nullable(element: Any) -> bool:
    """Whether an expression may give null, as far as one can know without asking the database."""
    return not leaves.never_null(element)


def money_spec(minor: str, currency: str, *, nullable: bool) -> Embedded:
    fields = {
        "amount": Leaf(nullable=False, fragment=Fragment(leaves.amount(minor, currency))),
        "currency": Leaf(nullable=False, fragment=Fragment(currency)),
    }
    present = Fragment(f"{minor} is not null and {currency} is not null") if nullable else None
    return Embedded(nullable=nullable, fields=fields, present=present)


def _money(declared: MoneyField, table: Table) -> Embedded:
    minor = f"({_own(declared.minor, table).text})"
    constant = isinstance(declared.currency, str)
    currency = f"{literal(declared.currency)}::text" if constant else f"({_own(declared.currency, table).text})"
    nullable = _nullable(declared.minor) or (not constant and _nullable(declared.currency))
    return money_spec(minor, currency, nullable=nullable)


def _embedded(declared: EmbeddedField, table: Table, object_type: GraphQLObjectType) -> Embedded:
    names = python_names(object_type)
    if unknown := set(declared.columns) - set(names.values()):
        raise TypeError(f"{object_type.name} has no field {', '.join(sorted(unknown))}")
    fields: dict[str, Spec] = {}
    for name, python_name in names.items():
        element = declared.columns.get(python_name)
        fields[name] = Leaf() if element is None else leaf(element, table, object_type.fields[name].type)
    present = _optional(declared.present, table)
    return Embedded(nullable=present is not None, fields=fields, present=present)


def computed_spec(declared: ComputedField, info: TypeInfo) -> Computed:
    """What a computed field asks of the database: the columns that it requires."""
    inputs, loaders, names = [], [], []
    for element in declared.requires:
        cast, load = leaves.loader(element.type)
        inputs.append(Fragment(f"({expression(element, info.table).text}){cast}"))
        loaders.append(load)
        names.append(element.key)
    return Computed(declared=declared, inputs=tuple(inputs), loaders=tuple(loaders), names=tuple(names))


def _object(kind: GraphQLOutputType) -> GraphQLObjectType:
    named = get_named_type(kind)
    if not isinstance(named, GraphQLObjectType):
        raise TypeError(f"{named} is not an object type")
    return named


def _target(kind: GraphQLOutputType, registry: Registry) -> TypeInfo:
    named = _object(kind)
    if "nodes" in named.fields and "pageInfo" in named.fields:
        named = _object(named.fields["nodes"].type)
    info = registry.types.get(named.name)
    if info is None:
        raise TypeError(f"{named.name} is not a type declared with @node")
    return info


def _related(info: TypeInfo, declared: RelationField, kind: GraphQLOutputType, registry: Registry) -> Related:
    target = _target(kind, registry)
    join, link, sure = _join(info, declared, target)
    common: dict[str, Any] = {
        "target": target,
        "join": join,
        "link": link,
        "where": tuple(expression(element, target.table) for element in declared.where),
    }
    if declared.single:
        sorting = order(target.table, declared.order_by) if declared.order_by else None
        return ToOne(nullable=not sure or target.visible is not None, order=sorting, **common)
    common["order"] = order(target.table, declared.order_by)
    if isinstance(declared, ConnectionField):
        return ToPage(nullable=False, declared=declared, **common)
    return ToMany(nullable=False, expect=declared.expect, **common)


def _join(info: TypeInfo, declared: RelationField, target: TypeInfo) -> tuple[Fragment, str | None, bool]:
    """The condition that joins, the link table if there is one, and whether a row is sure to be there."""
    if declared.on is not None:
        return relation(declared.on, info.table, target.table), None, False
    if isinstance(declared.target, InstrumentedAttribute) and isinstance(
        declared.target.property, RelationshipProperty
    ):
        return _by_relationship(info, declared.target.property, target)
    own = declared.target.property.columns[0]
    child, parent = f"{CHILD}.{quoted(target.key)}", f"{PARENT}.{quoted(info.key)}"
    if declared.through is not None:
        link = declared.through.property.columns[0]
        text = f"{LINK}.{quoted(own.name)} = {parent} and {LINK}.{quoted(link.name)} = {child}"
        return Fragment(text), quoted(link.table.name), False
    if declared.single and own.table is info.table:
        return Fragment(f"{child} = {PARENT}.{quoted(own.name)}"), None, not own.nullable
    if own.table is not target.table:
        raise TypeError(f"{own} is neither a column of {info.table.name} nor of {target.table.name}")
    return Fragment(f"{CHILD}.{quoted(own.name)} = {parent}"), None, False


def _by_relationship(
    info: TypeInfo, found: RelationshipProperty[Any], target: TypeInfo
) -> tuple[Fragment, str | None, bool]:
    if found.mapper.local_table is not target.table or found.parent.local_table is not info.table:
        raise TypeError(f"{found} leads from {found.parent.local_table} to {found.mapper.local_table}")
    condition = found.primaryjoin if found.secondaryjoin is None else found.primaryjoin & found.secondaryjoin
    link = found.secondary
    join = relation(condition, info.table, target.table, cast("Table | None", link))
    sure = found.direction.name == "MANYTOONE" and not any(column.nullable for column in found.local_columns)
    return join, quoted(link.name) if isinstance(link, Table) else None, sure


def _json_specs(
    object_type: GraphQLObjectType, registry: Registry, known: dict[str, dict[str, Spec]]
) -> Mapping[str, Spec]:
    """Fields of an object kept as JSON: the keys are the fields' Python names. `known` ends types that nest."""
    if object_type.name in known:
        return known[object_type.name]
    specs = known[object_type.name] = {}
    for name, python_name in python_names(object_type).items():
        specs[name] = _json_field(python_name, object_type.fields[name].type, registry, known)
    return specs


def _json_field(key: str, kind: GraphQLOutputType, registry: Registry, known: dict[str, dict[str, Spec]]) -> Spec:
    value, text = f"({PARENT}.value -> {literal(key)})", f"({PARENT}.value ->> {literal(key)})"
    named, listed = get_named_type(kind), leaves.listed(kind)
    if isinstance(named, GraphQLObjectType):
        if named.name == "Money" and not listed:
            minor = f"({PARENT}.value ->> {literal(key + '_minor')})::bigint"
            return money_spec(minor, f"({PARENT}.value ->> 'currency')", nullable=True)
        if (target := registry.types.get(named.name)) is not None and not listed:
            join = f"{CHILD}.{quoted(target.key)} = ({PARENT}.value ->> {literal(key + '_id')})::bigint"
            return ToOne(nullable=True, target=target, join=Fragment(join))
        return FromJson(
            nullable=not listed, fragment=Fragment(value), fields=_json_specs(named, registry, known), listed=listed
        )
    if listed or named.name in {"Int", "Float", "Boolean", "JSON"}:
        return Leaf(fragment=Fragment(f"nullif({value}, 'null')"))
    if named.name == "DateTime":
        return Leaf(fragment=Fragment(leaves.moment(f"{text}::timestamptz")))
    return Leaf(fragment=Fragment(leaves.shown(text, String(), kind)))

"""What an operation needs and costs, settled on its text before anything runs: scopes, rows, depth, fields.

A fragment is measured once for each type it is spread on, so that the measure of a document that unfolds to
millions of fields takes no longer than its text.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from schema.engine.documents import Document, Limits
from schema.engine.registry import Registry
from schema.engine.specs import Computed, ToMany, ToPage
from schema.pagination import DEFAULT, MOST

EXPECTED_LIST = 10
"""Rows that a plain list of unknown length counts for."""
INTROSPECTION = ("__schema", "__type", "__typename")


@dataclass(slots=True)
class Measure:
    rows: int = 0
    fields: int = 0
    depth: int = 0

    def add(self, other: "Measure") -> None:
        self.rows += other.rows
        self.fields += other.fields
        self.depth = max(self.depth, other.depth)


@dataclass(slots=True)
class Analysis:
    """One operation with one set of page sizes. `scopes` maps each scope it needs to the first field that does."""

    rows: int = 0
    scopes: dict[str, FieldNode] = field(default_factory=dict)
    errors: list[GraphQLError] = field(default_factory=list)


class Analyst:
    """Measures operations against a schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, registry: Registry) -> None:
        self.schema = schema
        self.limits = limits
        self.types = registry.types
        self.scopes = _field_scopes(schema, registry)

    def analyse(self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Analysis:
        sizes = tuple((name, value) for name, value in variables.items() if type(value) is int)
        key = (id(operation), sizes)
        if (known := document.costs.get(key)) is None:
            known = _Walk(self, document, operation, dict(sizes)).run()
            if len(document.costs) < 64:  # noqa: PLR2004  # page sizes are few; a caller who tries all gains nothing
                document.costs[key] = known
        return known


class _Walk:
    def __init__(
        self, analyst: Analyst, document: Document, operation: OperationDefinitionNode, sizes: dict[str, int]
    ) -> None:
        self.analyst = analyst
        self.schema = analyst.schema
        self.document = document
        self.operation = operation
        self.sizes = {**_defaults(operation), **sizes}
        self.known: dict[tuple[str, str], Measure] = {}
        self.found = Analysis()

    def run(self) -> Analysis:
        limits, root = self.analyst.limits, self.schema.get_root_type(self.operation.operation)
        assert root is not None
        total = self._set(self.operation.selection_set, root)
        self.found.rows = min(total.rows, 10**15)
        for name, value, most in (
            ("fields", total.fields, limits.fields),
            ("levels", total.depth, limits.depth),
            ("rows", total.rows, limits.rows),
        ):
            if value > most:
                message = f"The query asks for {value if value < 10**9 else 'far too many'} {name}; {most} are allowed."
                self.found.errors.append(GraphQLError(message, extensions={"code": "TOO_COSTLY"}))
        return self.found

    def _set(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> Measure:
        total = Measure()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                total.add(self._field(selection, parent))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self.schema.type_map[condition.name.value] if condition else parent
                total.add(self._set(selection.selection_set, inner))
            elif isinstance(selection, FragmentSpreadNode):
                total.add(self._fragment(selection.name.value))
        return total

    def _fragment(self, name: str) -> Measure:
        definition = self.document.fragments[name]
        on = definition.type_condition.name.value
        if (known := self.known.get((name, on))) is None:
            known = self.known[name, on] = self._set(definition.selection_set, self.schema.type_map[on])
        return known

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Measure:
        name = node.name.value
        if name in INTROSPECTION:
            return Measure(fields=1)
        definition = cast("GraphQLObjectType", parent).fields[name]
        named = get_named_type(definition.type)
        for scope in (
            *self.analyst.scopes.get((parent.name, name), ()),
            *self.analyst.scopes.get((named.name, ""), ()),
        ):
            self.found.scopes.setdefault(scope, node)
        if node.selection_set is None:
            return Measure(fields=1, depth=1)
        inner = self._set(node.selection_set, named)
        size = self._size(node, parent, definition, named)
        return Measure(
            rows=size * (1 + inner.rows) if size else inner.rows, fields=1 + inner.fields, depth=1 + inner.depth
        )

    def _size(self, node: FieldNode, parent: GraphQLNamedType, definition: Any, named: GraphQLNamedType) -> int:
        """How many rows a field may give: none of their own for objects that only structure (edges, money)."""
        info = self.analyst.types.get(parent.name)
        spec = info.specs.get(node.name.value) if info is not None else None
        if isinstance(spec, ToMany):
            return spec.expect
        if isinstance(spec, Computed) and spec.declared.rows is not None:
            return self._asked(node, definition, spec.declared.rows)
        if isinstance(named, GraphQLObjectType) and "pageInfo" in named.fields:
            default = spec.declared.default_first if isinstance(spec, ToPage) else DEFAULT
            return self._page(node, default)
        if parent.name.endswith(("Connection", "Edge")) or named.name not in self.analyst.types:
            return 0
        kind = definition.type.of_type if is_non_null_type(definition.type) else definition.type
        return self._page(node, EXPECTED_LIST) if is_list_type(kind) else 1

    def _page(self, node: FieldNode, default: int) -> int:
        """The size that is asked for. One that no page may have costs no more: it is the field's own error."""
        return max((max(0, min(size, MOST)) for size in self._numbers(node, {"first", "last"})), default=default)

    def _asked(self, node: FieldNode, definition: GraphQLField, argument: str) -> int:
        """How many objects this argument asks for; the field itself says which numbers it takes."""
        default = definition.args[argument].default_value
        return max(0, *(self._numbers(node, {argument}) or (default,)))

    def _numbers(self, node: FieldNode, names: Collection[str]) -> list[int]:
        """The values of these arguments, as far as they are given and known."""
        found = []
        for argument in node.arguments or ():
            if argument.name.value in names:
                value = argument.value
                if isinstance(value, IntValueNode):
                    found.append(int(value.value))
                elif isinstance(value, VariableNode) and (size := self.sizes.get(value.name.value)) is not None:
                    found.append(size)
        return found


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }


def _field_scopes(schema: GraphQLSchema, registry: Registry) -> dict[tuple[str, str], tuple[str, ...]]:
    """Scopes by (type, field); those of a type as a whole under an empty field name."""
    scopes: dict[tuple[str, str], tuple[str, ...]] = {}
    for info in registry.types.values():
        if info.scope is not None:
            scopes[info.name, ""] = (info.scope,)
        for name, spec in info.specs.items():
            if spec.scope is not None:
                scopes[info.name, name] = (spec.scope,)
    for kind, operation_type in (
        ("query", schema.query_type),
        ("mutation", schema.mutation_type),
        ("subscription", schema.subscription_type),
    ):
        for name, definition in (operation_type.fields if operation_type is not None else {}).items():
            python_name = definition.extensions["strawberry-definition"].python_name
            root = registry.roots[kind].get(python_name)
            if root is not None and root.scope is not None:
                assert operation_type is not None
                scopes[operation_type.name, name] = (root.scope,)
    return scopes

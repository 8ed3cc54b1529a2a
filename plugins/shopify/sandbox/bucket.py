"""The points of an app: what a query costs before it runs, and the bucket that it is taken from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MOST = 1000
"""A single query may not cost more."""
_SECONDS = 20
_MUTATION = 10


class Bucket:
    """`left` points of `size`, refilled by `rate` a second."""

    def __init__(self, rate: float) -> None:
        self.rate, self.size = rate, rate * _SECONDS
        self.left, self._at = self.size, None  # type: float, datetime | None

    def take(self, cost: float, now: datetime) -> bool:
        """Whether there were as many."""
        if self._at is not None:
            self.left = min(self.size, self.left + max(0.0, (now - self._at).total_seconds()) * self.rate)
        self._at = now
        if cost > self.left:
            return False
        self.left -= cost
        return True

    def give_back(self, points: float) -> None:
        """What turned out to cost less than was asked for."""
        self.left = min(self.size, self.left + points)

    def status(self, cost: float, actual: float | None) -> dict[str, Any]:
        """What answers say of it."""
        return {
            "requestedQueryCost": cost,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self.size,
                "currentlyAvailable": self.left,
                "restoreRate": self.rate,
            },
        }


def cost_of(document: DocumentNode, schema: GraphQLSchema, variables: Mapping[str, Any]) -> int:
    """An object is one point, a page as many as it asks for, an act ten. Every selection is paid for."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    acts = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if acts else schema.query_type
    cost = _Counter(schema, fragments, variables).inside(operation.selection_set, root)
    return max(1, cost) + (_MUTATION if acts else 0)


def actual_cost(data: Any) -> int:
    """What was there to be found: a point for every object."""
    if isinstance(data, dict):
        return sum(actual_cost(value) for name, value in data.items() if name != "pageInfo") + ("nodes" not in data)
    return sum(actual_cost(each) for each in data) if isinstance(data, list) else 0


class _Counter:
    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self.schema, self.fragments, self.variables = schema, fragments, variables

    def inside(self, selection: SelectionSetNode | None, parent: Any) -> int:
        cost = 0
        for each in selection.selections if selection is not None else ():
            if isinstance(each, FieldNode):
                cost += self.field(each, parent)
            elif isinstance(each, FragmentSpreadNode):
                cost += self.inside(self.fragments[each.name.value].selection_set, parent)
            elif isinstance(each, InlineFragmentNode):
                on = each.type_condition
                cost += self.inside(each.selection_set, self.schema.get_type(on.name.value) if on else parent)
        return cost

    def field(self, field: FieldNode, parent: Any) -> int:
        if field.name.value.startswith("__"):
            return 0
        kind = get_named_type(parent.fields[field.name.value].type)
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        if kind.name == "PageInfo":
            return 0
        inner = self.inside(field.selection_set, kind)
        if kind.name.endswith("Connection"):
            return self.first(field) * max(1, inner)
        return 1 + inner if field.name.value == "nodes" else self.first(field) * (1 + inner)

    def first(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, IntValueNode):
                    return int(value.value)
                if isinstance(value, VariableNode):
                    return int(self.variables.get(value.name.value) or 1)
        return 1

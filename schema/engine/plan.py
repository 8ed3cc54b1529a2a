"""What a query selects, collected once per document: a tree of fields with where each of them lives.

The specification's own algorithm (graphql-core's `collect_subfields`) settles fragments, aliases, merging and
directives, so a plan holds for one set of values of the variables in `@skip` and `@include`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetails, collect_subfields
from graphql.type import GraphQLOutputType

from schema.engine.registry import TypeInfo
from schema.engine.specs import Computed, Part, Related, Spec

if TYPE_CHECKING:
    from schema.engine.executor import ReadExecutor
    from schema.engine.sites import Site

SPEC = "read-engine"
"""In the extensions of a field that a plugin added: where it lives."""
LONGEST = 63
"""PostgreSQL cuts longer names: a response key beyond it travels under another."""


@dataclass(eq=False, slots=True)
class Selected:
    """One field of a selection set.

    `column` is what the SQL calls it. `site` numbers the fields with arguments; `always` is what these come to where
    they are the same for every request.
    """

    key: str
    column: str
    name: str
    details: list[FieldDetails]
    definition: GraphQLField
    spec: Spec | None
    children: "Selection | None" = None
    site: int | None = None
    always: "Site | None" = None

    @property
    def child(self) -> "Selection":
        assert self.children is not None
        return self.children

    @property
    def required(self) -> bool:
        return is_non_null_type(self.definition.type)


@dataclass(eq=False, slots=True)
class Selection:
    """The fields selected of one object type, in the order of the response."""

    type: GraphQLObjectType
    fields: list[Selected]


@dataclass(eq=False, slots=True)
class Plan:
    """A selection below a reference, with its argument sites and the types whose rows may be hidden.

    `pure` plans need nothing of Python: the database's bytes are the response. `statements` keeps the SQL text by
    the shape of the arguments.
    """

    selection: Selection
    sites: list[Selected] = field(default_factory=list)
    restricted: list[TypeInfo] = field(default_factory=list)
    computed: list[Selected] = field(default_factory=list)
    pure: bool = True
    statements: dict[Any, Any] = field(default_factory=dict)


def make(
    executor: "ReadExecutor",
    object_type: GraphQLObjectType,
    details: list[FieldDetails],
    specs: Mapping[str, Spec],
    target: TypeInfo,
) -> Plan:
    plan = Plan(Selection(object_type, []))
    _restrict(plan, target)
    plan.selection = _collect(executor, plan, object_type, details, specs)
    return plan


def _collect(
    executor: "ReadExecutor",
    plan: Plan,
    object_type: GraphQLObjectType,
    details: list[FieldDetails],
    specs: Mapping[str, Spec],
) -> Selection:
    grouped = collect_subfields(
        executor.schema, executor.fragments, executor.variable_values, executor.operation, object_type, details
    ).grouped_field_set
    selection = Selection(object_type, [])
    for number, (key, nodes) in enumerate(grouped.items()):
        name = nodes[0].node.name.value
        definition = executor.schema.get_field(object_type, name)
        if definition is None:
            continue
        long = len(key) > LONGEST
        plan.pure = plan.pure and not long
        spec = specs.get(name) or definition.extensions.get(SPEC)
        selected = Selected(key, f"c{number}." if long else key, name, nodes, definition, spec)
        selection.fields.append(selected)
        if name != "__typename":
            _describe(executor, plan, selected, definition.type)
    return selection


def _describe(executor: "ReadExecutor", plan: Plan, selected: Selected, kind: GraphQLOutputType) -> None:
    spec = selected.spec
    if spec is None:
        raise TypeError(f"The field {selected.name} is not declared to the read engine.")
    if selected.definition.args and not isinstance(spec, Computed):
        selected.site = len(plan.sites)
        plan.sites.append(selected)
    if isinstance(spec, Computed):
        plan.pure = False
        plan.computed.append(selected)
        return
    named = get_named_type(kind)
    if isinstance(named, GraphQLObjectType):
        target = spec.target if isinstance(spec, (Related, Part)) else None
        if target is not None:
            _restrict(plan, target)
        selected.children = _collect(executor, plan, named, selected.details, spec.children())


def _restrict(plan: Plan, target: TypeInfo) -> None:
    if target.visible is not None and target not in plan.restricted:
        plan.restricted.append(target)


def walk(selection: Selection) -> Iterator[Selected]:
    """Every field of a selection and of those below it."""
    for selected in selection.fields:
        yield selected
        if selected.children is not None:
            yield from walk(selected.children)

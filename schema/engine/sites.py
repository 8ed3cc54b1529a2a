"""What the arguments of a field below a reference come to: a page, how far to count, or what is wrong with them."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import VariableNode
from graphql.execution.values import get_argument_values

from schema.engine.plan import Selected
from schema.engine.specs import ToPage
from schema.engine.window import Window, window
from schema.pagination import Slice, count_limit

if TYPE_CHECKING:
    from schema.engine.executor import ReadExecutor


@dataclass(slots=True)
class Count:
    """How far `totalCount` goes: the one value."""

    values: list[Any]

    @property
    def shape(self) -> Hashable:
        return "count"


@dataclass(slots=True)
class Failed:
    """What the caller got wrong. It is the error of each place where the field stands, and nothing is read for it."""

    error: Exception
    values: tuple[()] = ()

    @property
    def shape(self) -> Hashable:
        return "failed"


Site = Window | Count | Failed


def site(executor: "ReadExecutor", selected: Selected) -> Site:
    """What a field's own arguments ask for. What no variable can change is kept with the plan."""
    if selected.always is not None:
        return selected.always
    spec, found = selected.spec, _asked(executor, selected)
    filtered = isinstance(spec, ToPage) and spec.declared.filter is not None  # it may look at more than its arguments
    given = selected.details[0].node.arguments or ()
    if not filtered and not any(isinstance(one.value, VariableNode) for one in given):
        selected.always = found
    return found


def _asked(executor: "ReadExecutor", selected: Selected) -> Site:
    try:
        given = get_argument_values(selected.definition, selected.details[0].node, executor.variable_values)
        if isinstance(selected.spec, ToPage):
            return _window(selected.spec, given)
        return Count([count_limit(given.get("limit"))])
    except Exception as problem:  # noqa: BLE001  # whatever it is, it is the field's own error and no other's
        return Failed(problem)


def _window(spec: ToPage, given: dict[str, Any]) -> Window:
    first, last = given.pop("first", None), given.pop("last", None)
    if first is None and last is None:
        first = spec.declared.default_first
    page = Slice(first=first, after=given.pop("after", None), last=last, before=given.pop("before", None))
    where = spec.declared.filter(**given) if spec.declared.filter is not None else ()
    assert spec.order is not None
    return window(spec.target.table, page, where, spec.order)

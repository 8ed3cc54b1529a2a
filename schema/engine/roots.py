"""Root fields: functions that answer with references. `ctx` comes first; the other parameters are arguments."""

import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import strawberry

from core.errors import CrossdockError
from core.ids import number_of
from schema import guard
from schema.context import Context
from schema.engine.finish import resolve
from schema.engine.references import Reference
from schema.engine.registry import Registry, Root, product
from schema.errors import Payload, user_error
from schema.ids import Prefix
from schema.pagination import Slice

F = TypeVar("F", bound=Callable[..., Any])


def query(
    *, scope: str | None = None, name: str | None = None, description: str | None = None, into: Registry = product
) -> Callable[[F], F]:
    """A field of Query: `def orders(ctx: Context, page: Slice, ...) -> Connection[Order]`, sync or async."""
    return _register("query", scope, name, description, into)


def mutation(
    *, scope: str, name: str | None = None, description: str | None = None, into: Registry = product
) -> Callable[[F], F]:
    """A field of Mutation, answering with a Payload. An error of the core becomes its `userErrors`."""
    return _register("mutation", scope, name, description, into)


def subscription(
    *, scope: str, name: str | None = None, description: str | None = None, into: Registry = product
) -> Callable[[F], F]:
    """A field of Subscription: an async generator of references."""
    return _register("subscription", scope, name, description, into)


def _register(
    kind: str, scope: str | None, name: str | None, description: str | None, into: Registry
) -> Callable[[F], F]:
    def register(function: F) -> F:
        into.roots[kind][function.__name__] = Root(function, name, scope, description or inspect.getdoc(function))
        return function

    return register


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a root function: the arguments it makes in the schema, and how they become its value."""

    name: str
    arguments: tuple[inspect.Parameter, ...]
    take: Callable[[dict[str, Any]], Any]


def root_type(kind: str, name: str, registry: Registry) -> type | None:
    """The Query, Mutation or Subscription type, from everything registered; None where nothing is."""
    fields = registry.roots[kind]
    if not fields:
        return None
    namespace: dict[str, Any] = {"__annotations__": {}}
    for python_name, root in fields.items():
        namespace[python_name] = _field(kind, root, registry)
    return strawberry.type(type(name, (), namespace))


def _field(kind: str, root: Root, registry: Registry) -> Any:
    function = root.function
    names = {**registry.names(), **function.__globals__}
    signature = inspect.signature(function)
    parameters = [_parameter(one, names) for one in list(signature.parameters.values())[1:]]
    returns = resolve(signature.return_annotation, names)
    call = {"query": _query, "mutation": _mutation, "subscription": _subscription}[kind](
        function, parameters, returns, registry
    )
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info)
    listed = [argument for parameter in parameters for argument in parameter.arguments]
    call.__signature__ = inspect.Signature([info, *listed], return_annotation=returns)
    call.__annotations__ = {one.name: one.annotation for one in (info, *listed)} | {"return": returns}
    call.__name__ = function.__name__
    make: Any = strawberry.subscription if kind == "subscription" else strawberry.field
    return make(resolver=call, name=root.name, description=root.description)


def _query(function: Callable[..., Any], parameters: list[Parameter], _returns: Any, registry: Registry) -> Any:
    if inspect.iscoroutinefunction(function):

        async def answer(info: Any, **given: Any) -> Any:
            with info.context.gathering.under_way():
                await guard.check(info.context, function.__name__, given, registry)
                return await function(info.context, **_taken(parameters, given))

        return answer

    def answer_now(info: Any, **given: Any) -> Any:
        return function(info.context, **_taken(parameters, given))

    return answer_now


def _mutation(function: Callable[..., Any], parameters: list[Parameter], returns: Any, registry: Registry) -> Any:
    if not (isinstance(returns, type) and issubclass(returns, Payload)):
        raise TypeError(f"{function.__qualname__} must answer with a subclass of Payload.")

    async def act(info: Any, **given: Any) -> Any:
        context: Context = info.context
        context.mutation = function.__name__
        try:
            await guard.check(context, function.__name__, given, registry)
            answer = function(context, **_taken(parameters, given))
            return await answer if inspect.isawaitable(answer) else answer
        except CrossdockError as problem:
            current = (
                _current(function, parameters, returns, given, registry) if problem.code == "VERSION_CONFLICT" else {}
            )
            return returns(user_errors=[user_error(problem)], **current)

    return act


def _current(
    function: Any, parameters: list[Parameter], returns: Any, given: dict[str, Any], registry: Registry
) -> dict[str, Any]:
    """The object as it is now, for a caller whose version was old: the payload's field of the type of `id`."""
    annotation = inspect.signature(function).parameters["id"].annotation if "id" in given else None
    prefix = _prefix(annotation)
    info = registry.prefixes.get(prefix.text) if prefix else None
    if info is None:
        return {}
    number = next(parameter.take(given) for parameter in parameters if parameter.name == "id")
    for field in returns.__strawberry_definition__.fields:
        kind = getattr(field.type, "of_type", field.type)
        if kind is info.cls:
            return {field.python_name: Reference(info, number)}
    return {}


def _subscription(
    function: Callable[..., AsyncIterator[Any]], parameters: list[Parameter], _returns: Any, _registry: Registry
) -> Any:
    async def stream(info: Any, **given: Any) -> Any:
        async for value in function(info.context, **_taken(parameters, given)):
            yield value

    return stream


def _taken(parameters: list[Parameter], given: dict[str, Any]) -> dict[str, Any]:
    taken = {}
    for parameter in parameters:
        if any(argument.name in given for argument in parameter.arguments) or len(parameter.arguments) > 1:
            taken[parameter.name] = parameter.take(given)
    return taken


def _parameter(parameter: inspect.Parameter, names: dict[str, Any]) -> Parameter:
    name = parameter.name
    annotation = resolve(parameter.annotation, names)
    if annotation is Slice:
        return Parameter(name, _SLICE, lambda given: Slice(**{one.name: given.get(one.name) for one in _SLICE}))
    prefix = _prefix(annotation)
    if prefix is None:
        return Parameter(name, (_keyword(parameter, annotation),), lambda given: given[name])
    argument = _keyword(parameter, _as_id(annotation))
    return Parameter(name, (argument,), lambda given: _number(prefix, given[name], name))


def _keyword(parameter: inspect.Parameter, annotation: Any) -> inspect.Parameter:
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


_SLICE = tuple(
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind | None, default=None)
    for name, kind in (("first", int), ("after", str), ("last", int), ("before", str))
)


def _prefix(annotation: Any) -> Prefix | None:
    """The prefix that an id parameter asks for, within `| None` or `list[...]` too."""
    if get_origin(annotation) is Annotated:
        return next((mark for mark in get_args(annotation)[1:] if isinstance(mark, Prefix)), None)
    return next((found for part in get_args(annotation) if (found := _prefix(part)) is not None), None)


def _as_id(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return strawberry.ID
    parts = tuple(_as_id(part) for part in get_args(annotation))
    if not parts:
        return annotation
    if get_origin(annotation) is list:
        return list[parts[0]]  # type: ignore[valid-type]  # made from parts
    return Union[parts]  # noqa: UP007  # made from parts


def _number(prefix: Prefix, value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [number_of(prefix.text, item, path=(name, str(index))) for index, item in enumerate(value)]
    return value if value is None or value is strawberry.UNSET else number_of(prefix.text, value, path=(name,))

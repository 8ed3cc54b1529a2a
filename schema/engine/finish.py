"""Declared types made Strawberry types: once all of them are known, and before the schema is built."""

import inspect
import sys
import types
from collections.abc import Callable
from typing import Annotated, Any, ForwardRef, Union, get_args, get_origin

import strawberry
from strawberry.types import get_object_definition

from schema.engine.kinds import ComputedField, ConnectionField, Declared
from schema.engine.naming import name_declared_types
from schema.engine.registry import Registry, TypeInfo


@strawberry.interface(description="Anything with an id.")
class Node:
    id: strawberry.ID


def finish_types(registry: Registry) -> None:
    """Turn every declared class into the Strawberry type that it describes, in place. Done before, it stays."""
    name_declared_types(registry)
    for info in registry.types.values():
        if not info.finished:
            _finish(info, registry)
            info.finished = True


def _finish(info: TypeInfo, registry: Registry) -> None:
    cls = info.cls
    names = {**vars(sys.modules[cls.__module__]), **registry.names()}
    annotations: dict[str, Any] = {}
    if info.prefix is not None:
        annotations["id"] = strawberry.ID
        cls.id = strawberry.field()  # type: ignore[attr-defined]  # Strawberry makes a field of it
    for name in {**cls.__annotations__, **info.declared}:
        declared = info.declared.get(name)
        if declared is None:
            raise TypeError(
                f"{cls.__name__}.{name} says not where it lives: give it column(), one(), many() or another."
            )
        try:
            annotations[name] = _answered(cls, name, declared, names)
        except (NameError, TypeError) as problem:
            raise TypeError(f"{cls.__name__}.{name}: {problem}") from problem
        setattr(cls, name, _field(declared, annotations[name], names))
    cls.__annotations__ = annotations
    strawberry.type(cls, name=info.name, description=_sentence(info.description))
    if info.prefix is not None:
        definition = get_object_definition(cls, strict=True)
        definition.interfaces.append(get_object_definition(Node, strict=True))


def _answered(cls: type, name: str, declared: Declared, names: dict[str, Any]) -> Any:
    if isinstance(declared, ComputedField):
        return computed_result(declared.function, names)
    return resolve(cls.__annotations__[name], names)


def _sentence(text: str | None) -> str | None:
    return inspect.cleandoc(text) if text else None


def _field(declared: Declared, annotation: Any, names: dict[str, Any]) -> Any:
    options: dict[str, Any] = {"name": declared.name, "description": declared.description}
    parameters = _arguments(declared, names)
    if isinstance(declared, ComputedField) and declared.description is None:
        options["description"] = _sentence(declared.function.__doc__)
    if parameters or isinstance(declared, (ComputedField, ConnectionField)):
        return strawberry.field(resolver=planned(parameters, annotation), **options)
    return strawberry.field(**options)


def _arguments(declared: Declared, names: dict[str, Any]) -> list[inspect.Parameter]:
    if isinstance(declared, ConnectionField):
        first = inspect.Parameter(
            "first", inspect.Parameter.KEYWORD_ONLY, annotation=int | None, default=_default_first(declared)
        )
        texts = ["after"]
        parameters = [first]
        if declared.backward:
            parameters.append(_optional("last", int))
            texts.append("before")
        parameters += [_optional(text, str) for text in texts]
        return parameters + (_parameters(declared.filter, 0, names) if declared.filter else [])
    if isinstance(declared, ComputedField):
        return _parameters(declared.function, 2, names)
    return []


def _default_first(declared: ConnectionField) -> int | None:
    return None if declared.backward else declared.default_first


def _optional(name: str, kind: type) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind | None, default=None)


def _parameters(function: Callable[..., Any], skip: int, names: dict[str, Any]) -> list[inspect.Parameter]:
    scope = {**function.__globals__, **names}
    return [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=resolve(parameter.annotation, scope))
        for parameter in list(inspect.signature(function).parameters.values())[skip:]
    ]


def planned(parameters: list[inspect.Parameter], annotation: Any) -> Callable[..., Any]:
    """A resolver that carries arguments into the schema. The engine reads the field; nothing ever calls this."""

    def resolver(self: Any, **arguments: Any) -> Any:  # as the schema wants them
        raise RuntimeError("This field is read by the engine, from a reference.")

    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    signature = inspect.Signature([own, *parameters], return_annotation=annotation)
    resolver.__signature__ = signature  # type: ignore[attr-defined]  # where `inspect.signature` looks first
    resolver.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {
        "return": annotation
    }
    return resolver


def computed_result(function: Callable[..., Any], names: dict[str, Any]) -> Any:
    """What one row gets, from the annotation of a function that answers a list of them."""
    answer = resolve(function.__annotations__["return"], {**function.__globals__, **names})
    if not get_args(answer):
        raise TypeError(f"{function.__qualname__} must say what it answers, such as list[str].")
    single = get_args(answer)[0]
    if get_origin(single) in {Union, types.UnionType}:
        kept = tuple(part for part in get_args(single) if part is not Exception)
        single = Union[kept]  # noqa: UP007  # made from parts
    return single


def resolve(annotation: Any, names: dict[str, Any]) -> Any:
    """An annotation with every name in quotes looked up, however deep."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return resolve(eval(annotation, names), names)  # noqa: S307  # our own source, as typing.get_type_hints does
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or not arguments:
        return annotation
    if origin is Annotated:
        return Annotated[(resolve(arguments[0], names), *arguments[1:])]
    resolved = tuple(resolve(argument, names) for argument in arguments)
    if origin in {Union, types.UnionType}:
        return Union[resolved]  # noqa: UP007  # made from parts
    return origin[resolved if len(resolved) > 1 else resolved[0]]

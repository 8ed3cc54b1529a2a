"""Names in quotes: plain Strawberry types may name declared types of other modules without importing them."""

import sys

from strawberry.types import get_object_definition, has_object_definition

from schema.engine.registry import Registry


def name_declared_types(registry: Registry) -> None:
    """Let the annotations of every plain type near a declared type or a root field find the declared types."""
    names = registry.names()
    waiting = {info.cls.__module__ for info in registry.types.values()}
    waiting |= {root.function.__module__ for roots in registry.roots.values() for root in roots.values()}
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        for found in list(vars(sys.modules[module]).values()):
            if isinstance(found, type) and has_object_definition(found):
                _name(found, names)
                waiting |= {found.__module__} - seen


def _name(cls: type, names: dict[str, type]) -> None:
    definition = get_object_definition(cls, strict=True)
    for field in definition.fields:
        if (annotation := field.type_annotation) is not None:
            annotation.namespace = {**names, **(annotation.namespace or {})}

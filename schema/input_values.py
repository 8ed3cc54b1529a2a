"""How what a caller sends becomes an input object: by a table of its fields, made once.

Strawberry looks up names and types of all fields anew for each object, which for an order costs as much as storing it.
"""

from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

import strawberry
from strawberry.scalars import is_scalar
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

_AS_IT_IS = object()


def prepare(schema: strawberry.Schema) -> None:
    """Make the tables of all input types of a schema. What they convert to stays the same."""
    for known in schema.schema_converter.type_map.values():
        definition = known.definition
        if isinstance(definition, StrawberryObjectDefinition) and definition.is_input:
            definition.from_input = _Table(schema, definition)


class _Table:
    """One input type's fields by the names that callers know them by."""

    def __init__(self, schema: strawberry.Schema, definition: StrawberryObjectDefinition) -> None:
        name_of = schema.config.name_converter.from_field
        scalars = schema.schema_converter.scalar_registry
        self._absent: dict[str, Any] = {field.python_name: None for field in definition.fields if _required(field)}
        self._fields: dict[str, tuple[str, Any]] = {}
        for field in definition.fields:
            type_ = field.resolve_type(type_definition=definition)
            of_type = type_.of_type if type(type_) is StrawberryOptional else type_
            plain = isinstance(of_type, StrawberryEnumDefinition) or is_scalar(of_type, scalars)
            self._fields[name_of(field)] = (field.python_name, _AS_IT_IS if plain else type_)

    def __call__(self, cls: type, value: Mapping[str, Any], context: InputContext) -> Any:
        given = dict(self._absent)
        for name, part in value.items():
            python_name, type_ = self._fields[name]
            given[python_name] = part if type_ is _AS_IT_IS else context.convert(part, type_, name)
        return cls(**given)


def _required(field: StrawberryField) -> bool:
    """Without a default of its own: null where it is left out, which only a nullable one can be."""
    return field.default_value is MISSING and field.default_factory is MISSING

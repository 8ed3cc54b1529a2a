"""Secrets of plugins.toml are references: `{ env = "NAME" }` or `{ file = "/path" }`, read at start."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from core.plugins.problem import Refused


def hint_of(model: type[BaseModel], field: str) -> Any:
    """The type of a field of a settings model; None where there is no such field."""
    info = model.model_fields.get(field)
    return None if info is None else info.annotation


def resolved(value: Any, name: str, where: str, *, hint: Any) -> Any:  # whatever TOML can say
    """The value that a reference stands for; other values as they are, tables within too. Raises Refused.

    hint: the type that the setting has.
    """
    if not _is_reference(value):
        tables = list(_tables(hint))
        if tables and isinstance(value, Mapping):
            return {
                key: resolved(each, f"{name}.{key}", where, hint=_within(tables, key)) for key, each in value.items()
            }
        if _mentions(hint):
            raise Refused(
                f"{where}: {name!r} is a secret and must not stand in the file.",
                f'Write {name} = {{ env = "NAME" }} or {{ file = "/path" }}.',
            )
        return value
    if "env" in value:
        variable = str(value["env"])
        if variable not in os.environ:
            raise Refused(
                f"{where}: {name!r} refers to the environment variable {variable}, which is not set.",
                f"Set {variable}, or refer to another.",
            )
        return os.environ[variable]
    try:
        return Path(str(value["file"])).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise Refused(
            f"{where}: {name!r} refers to the file {value['file']}, which cannot be read: {reason}.",
            "Mend the path or the file's permissions.",
        ) from error


def unmasked(value: Any, before: Any, hint: Any, mask: str) -> Any:
    """A setting as it is to be: where it gives a mask for a secret, that stays as it was `before`, in tables too."""
    if value == mask and _mentions(hint):
        return before
    tables = list(_tables(hint))
    if not tables or not isinstance(value, Mapping):
        return value
    known = before if isinstance(before, Mapping) else {}
    given = {key: unmasked(each, known.get(key), _within(tables, key), mask) for key, each in value.items()}
    return {key: each for key, each in given.items() if each is not None}


def _tables(hint: Any) -> Iterator[type[BaseModel]]:
    """The models that a setting of this type may be a table of."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in get_args(hint):
        yield from _tables(part)


def _within(tables: Sequence[type[BaseModel]], key: str) -> Any:
    """The type of a key of a table: a secret where any of the models has it as one."""
    hints = [hint for table in tables if (hint := hint_of(table, key)) is not None]
    return next((hint for hint in hints if _mentions(hint)), hints[0] if hints else None)


def _is_reference(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) in ({"env"}, {"file"})


def _mentions(annotation: object) -> bool:
    return annotation is SecretStr or any(_mentions(part) for part in get_args(annotation))

"""Secrets of plugins.toml are references: `{ env = "NAME" }` or `{ file = "/path" }`, read at start."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from core.plugins.problem import Refused


def is_secret(model: type[BaseModel], field: str) -> bool:
    """Whether a field of a settings model is kept from logs and answers."""
    info = model.model_fields.get(field)
    return info is not None and _mentions(info.annotation)


def resolved(value: Any, name: str, where: str, *, secret: bool) -> Any:  # whatever TOML can say
    """The value that a reference stands for; other values as they are. Raises Refused."""
    if not _is_reference(value):
        if secret:
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


def _is_reference(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) in ({"env"}, {"file"})


def _mentions(annotation: object) -> bool:
    return annotation is SecretStr or any(_mentions(part) for part in get_args(annotation))

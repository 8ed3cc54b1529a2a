"""The list of documents that an operator allows, read from what build tools of frontends write."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import SettingsError

_APOLLO = "apollo-persisted-query-manifest"


def read(path: Path) -> dict[str, str]:
    """Text by id, of a manifest or of everything in a folder. A `.graphql` file's id is the SHA-256 of its text.

    Manifests are JSON: an object from id to text, as GraphQL Code Generator and Relay write it, or Apollo's own with
    `operations`. Raises SettingsError for what is none, and where two documents have one id.
    """
    try:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        found: dict[str, str] = {}
        for file in files:
            for name, text in _documents(file):
                if found.setdefault(name, text) != text:
                    raise SettingsError(f"Two documents of {path} have the id {name}.")
    except OSError as problem:
        raise SettingsError(f"The documents of {path} cannot be read: {problem.strerror}.") from None
    if not found:
        raise SettingsError(f"There are no documents in {path}.")
    return found


def _documents(file: Path) -> Iterator[tuple[str, str]]:
    if file.suffix == ".graphql":
        text = file.read_text(encoding="utf-8")
        yield hashlib.sha256(text.encode()).hexdigest(), text
    elif file.suffix == ".json":
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            yield from _listed(content)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise SettingsError(f"{file} is no manifest of documents.") from None


def _listed(content: Any) -> Iterator[tuple[str, str]]:
    if content.get("format") == _APOLLO:
        pairs = [(operation["id"], operation["body"]) for operation in content["operations"]]
    else:
        pairs = list(content.items())
    for name, text in pairs:
        if not isinstance(name, str) or not isinstance(text, str):
            raise TypeError(name)
        yield name, text

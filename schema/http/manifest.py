"""The list of documents that an operator allows, read from what build tools of frontends write."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from core.errors import SettingsError
from schema.engine.documents import Documents

log = structlog.get_logger()

_APOLLO = "apollo-persisted-query-manifest"
_NAMED = 20
"""Documents that one line of the log names; it counts all of them."""


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


def check(listed: Mapping[str, str], documents: Documents) -> dict[str, str]:
    """What is wrong with each document that does not fit the schema, by its id; and a warning of them in the log.

    Those that fit are understood with this, so that their first caller need not wait for it.
    """
    unfit = {name: found.errors[0].message for name, text in listed.items() if (found := documents.get(text)).errors}
    if unfit:
        log.warning("graphql.documents_unfit", count=len(unfit), documents=dict(islice(unfit.items(), _NAMED)))
    return unfit


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

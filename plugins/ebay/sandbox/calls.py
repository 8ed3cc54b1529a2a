"""What the sandbox's resources are handed, and how they say no."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from plugins.ebay.wire import Said, moment


class Refusal(Exception):
    """An error as eBay writes it."""

    def __init__(self, status: int, error_id: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_id = error_id
        self.message = message


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` None: no content."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose token is right.

    path: the parts of the address that vary, in their order. application: asked in its own name, not the seller's.
    """

    path: tuple[str, ...]
    params: Mapping[str, str]
    content: bytes
    content_type: str
    application: bool = False

    @property
    def said(self) -> Said:
        """The body. Raises Refusal."""
        if "application/json" not in self.content_type:
            raise Refusal(415, 2003, "Content-Type has to be application/json.")
        try:
            said = json.loads(self.content)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Refusal(400, 2004, "Could not serialize the request body.")
        return said

    def number(self, name: str, default: int, *, least: int = 1, most: int = 10_000_000) -> int:
        """A number of the query. Raises Refusal where it is none or out of bounds."""
        given = self.params.get(name, str(default))
        if not given.isdecimal() or not least <= int(given) <= most:
            raise Refusal(400, 30810, f"Invalid {name}: it is from {least} to {most}.")
        return int(given)

    def between(self, name: str) -> tuple[datetime, datetime] | None:
        """A range in `filter`, `name:[from..to]`, both in it; None where it has none. Raises Refusal."""
        given = self.params.get("filter", "")
        if not given.startswith(f"{name}:"):
            return None
        found = re.fullmatch(rf"{name}:\[(.+?)\.\.(.*?)\]", given)
        if found is None:
            raise Refusal(400, 30700, f"Invalid filter: {given}")
        try:
            return moment(found[1]), moment(found[2] or "9999-01-01T00:00:00.000Z")
        except ValueError:
            raise Refusal(400, 30700, f"Invalid filter: {given}") from None


def needed(said: Said, *names: str) -> None:
    """Raises Refusal where one of these is missing."""
    for name in names:
        if not said.get(name):
            raise Refusal(400, 2004, f"{name} is needed.")

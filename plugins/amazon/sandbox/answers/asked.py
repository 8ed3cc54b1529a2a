"""What every answer is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from plugins.amazon.sandbox.store import Said, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, its parameters and body checked; `url` is where the sandbox is served."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    url: str


Answer = Callable[[Store, Asked], tuple[int, Said | None]]


def page_of(found: list[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    start = int(token) if token and token.isdecimal() else 0
    return found[start : start + size], str(start + size) if start + size < len(found) else None

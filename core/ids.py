"""Identifiers: bigints inside, `<prefix>_<number>` outside (`ord_1042`)."""

import re
from typing import NamedTuple

from core.errors import NotFound

_FORM = re.compile(r"([a-z]{2,5})_([1-9][0-9]{0,17})")


class GlobalId(NamedTuple):
    """A thing's kind by prefix, and its number in that kind's table."""

    prefix: str
    number: int


def encode(prefix: str, number: int) -> str:
    return f"{prefix}_{number}"


def decode(text: str) -> GlobalId | None:
    """The parts of an identifier, or None where the text has not the form of one."""
    match = _FORM.fullmatch(text)
    return GlobalId(match[1], int(match[2])) if match else None


def number_of(prefix: str, text: str, *, path: tuple[str, ...] = ()) -> int:
    """The number in an identifier that must be of this kind.

    Raises NotFound where it is of another kind or malformed: to the caller both mean that nothing has this id.
    """
    parts = decode(text)
    if parts is None or parts.prefix != prefix:
        raise NotFound(f"No object of this kind has the id {text!r}; such ids look like {prefix}_1042.", path=path)
    return parts.number

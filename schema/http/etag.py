"""Answers that a client keeps and asks after: 304 where nothing changed.

The tags are weak: the same answer has the same tag, however it is compressed on its way.
"""

import hashlib
from typing import Final

HEADERS: Final = {"cache-control": "private, no-cache", "vary": "authorization, x-api-key, accept"}


def tag_of(content: bytes) -> str:
    return f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def matches(given: str, tag: str) -> bool:
    """Whether `If-None-Match` names the tag: the client has that answer already."""
    known = {one.strip().removeprefix("W/") for one in given.split(",")}
    return "*" in known or tag.removeprefix("W/") in known

"""Names of files that are safe on every medium."""

import re
from hashlib import sha256

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST = 80


def file_name(key: str) -> str:
    """A key as a file's name; keys that do not fit, or would meet another, end in a digest."""
    safe = _UNSAFE.sub("_", key)[:_LONGEST]
    return safe if safe == key and not key.startswith(".") else f"{safe.lstrip('.')}-{checksum(key.encode())[:12]}"


def checksum(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return sha256(content).hexdigest()


def unfinished(name: str) -> str:
    """What a file is called until it is whole."""
    return f".{name}.part"


def is_finished(name: str) -> bool:
    """Whether a name says that the file is whole: it begins with no dot, and ends in neither .part nor .tmp."""
    return not name.startswith(".") and not name.lower().endswith((".part", ".tmp"))

"""The folder: its parts, files written whole or not at all, one writer at a time.

orders/      from us, to be taken away by the supplier
sent/        our own copy of each, by idempotency key
inbound/     from the supplier
done/        taken in and confirmed
quarantine/  not to be read at all
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from crossdock import Retryable

PARTS = ("orders", "sent", "inbound", "done", "quarantine")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 80


def prepare(folder: Path) -> Path:
    """Make the parts. Raises Retryable when the folder cannot be written."""
    try:
        for part in PARTS:
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Retryable(f"The folder {folder} cannot be used: {error.strerror}.") from error
    return folder


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process of ours at a time."""
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: Path, content: str) -> None:
    """Write a file that is either whole or not there, and survives a power cut. Raises Retryable."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Retryable(f"{path} cannot be written: {error.strerror}.") from error


def move(path: Path, folder: Path, name: str) -> None:
    """Move a file into a part of the folder; harmless when it is gone already."""
    try:
        path.replace(folder / name)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Retryable(f"{path} cannot be moved: {error.strerror}.") from error


def next_sequence(folder: Path) -> int:
    """The number of the next file that we write. Call it `locked`."""
    counter = folder / ".sequence"
    last = int(counter.read_text()) if counter.is_file() else 0
    write(counter, str(last + 1))
    return last + 1


def file_name(key: str) -> str:
    """A key as a file's name; keys that do not fit, or would meet another, end in a digest."""
    safe = _UNSAFE.sub("_", key)[:_LONGEST_NAME]
    return safe if safe == key and not key.startswith(".") else f"{safe.lstrip('.')}-{checksum(key)[:12]}"


def checksum(content: str | bytes) -> str:
    """SHA-256, in hexadecimal."""
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Our own side of an exchange, on this machine's disk: files whole or not there, one process at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crossdock.errors import Retryable
from crossdock.exchange.names import unfinished

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


def made(folder: Path) -> Path:
    """The folder, made where it is missing. Raises Retryable when it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Retryable(f"The folder {folder} cannot be used: {error.strerror}.") from error
    return folder


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """One process, and thread, of ours at a time. Raises Retryable where another takes too long."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with lock.open("a") as file:
        while not _taken(file.fileno()):
            if time.monotonic() > until:
                raise Retryable("Another process still exchanges files with them.")
            time.sleep(_PAUSE_SECONDS)
        yield


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write(path: Path, content: bytes, *, synced: bool = True) -> None:
    """Write a file that is either whole or not there, and survives a power cut. Raises Retryable.

    synced: False where something else in the same folder is written right after, and its name is synced with that.
    """
    part = path.with_name(unfinished(path.name))
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        if synced:
            sync(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Retryable(f"{path} cannot be written: {error.strerror}.") from error


def sync(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def next_number(counter: Path) -> int:
    """One more than the last time. Call it `locked`."""
    last = int(counter.read_text()) if counter.is_file() else 0
    write(counter, str(last + 1).encode())
    return last + 1

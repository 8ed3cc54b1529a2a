"""The medium that is a folder: files are written beside it, synced to disk, and renamed."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crossdock.errors import Retryable
from crossdock.exchange.disk import made, sync, write
from crossdock.exchange.files import OutFile
from crossdock.exchange.names import is_finished, unfinished
from crossdock.exchange.settings import FolderSettings
from crossdock.exchange.transport import LARGEST_FILE, MOST_LISTED, Listed, Whereabouts


@contextmanager
def opened(settings: FolderSettings, home: Path) -> Iterator["FolderTransport"]:
    """Its folders are made. Raises Retryable when they cannot be."""
    folder = settings.folder or home
    yield FolderTransport(made(folder / settings.outbox), made(folder / settings.inbox), settings.settle_seconds)


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """A `Transport`. What is removed from the inbox is gone: our own copy is the archive."""

    outbox: Path
    inbox: Path
    settle_seconds: int

    def stage(self, file: OutFile) -> None:
        write(self.outbox / unfinished(file.name), file.content)

    def release(self, file: OutFile) -> None:
        path = self.outbox / file.name
        try:
            (self.outbox / unfinished(file.name)).rename(path)
            sync(self.outbox)
        except OSError as error:
            raise Retryable(f"{path} cannot be written: {error.strerror}.") from error

    def whereabouts(self, file: OutFile) -> Whereabouts:
        if (self.outbox / file.name).exists():
            return Whereabouts.RELEASED
        return Whereabouts.STAGED if (self.outbox / unfinished(file.name)).exists() else Whereabouts.GONE

    def waiting(self) -> Sequence[Listed]:
        found: list[Listed] = []
        try:
            with os.scandir(self.inbox) as entries:
                for entry in entries:
                    if is_finished(entry.name) and entry.is_file() and len(found) < MOST_LISTED:
                        seen = entry.stat()
                        mark = f"{seen.st_size}:{seen.st_mtime_ns}"
                        found.append(Listed(name=entry.name, handle=entry.name, size=seen.st_size, mark=mark))
        except FileNotFoundError:
            return found  # one was taken away while we looked; the rest waits for the next look
        except OSError as error:
            raise Retryable(f"{self.inbox} cannot be read: {error.strerror}.") from error
        return found

    def read(self, listed: Listed) -> bytes | None:
        try:
            with (self.inbox / listed.handle).open("rb") as file:
                return file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Retryable(f"{self.inbox / listed.handle} cannot be read: {error.strerror}.") from error

    def remove(self, listed: Listed, archived: str) -> None:  # noqa: ARG002  # our own copy is the archive
        try:
            (self.inbox / listed.handle).unlink(missing_ok=True)
        except OSError as error:
            raise Retryable(f"{self.inbox / listed.handle} cannot be removed: {error.strerror}.") from error

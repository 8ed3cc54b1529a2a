"""What every medium does, and the one way to open it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from crossdock.context import Context
from crossdock.errors import Retryable
from crossdock.exchange.files import OutFile
from crossdock.exchange.settings import EmailSettings, FolderSettings, FtpSettings, SftpSettings, TransportSettings

LARGEST_FILE = 32 * 1024 * 1024
"""Bytes. A larger one is not read, and told of as such."""
MOST_LISTED = 10_000
_PATIENCE_SECONDS = 30.0


class Whereabouts(StrEnum):
    """Where a file is whose release was tried. STAGED: not released. RELEASED: there. GONE: the receiver took it."""

    STAGED = "STAGED"
    RELEASED = "RELEASED"
    GONE = "GONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file that waits. `handle` is the medium's own name for it, `mark` changes whenever the file does.

    size: in bytes; None where the medium cannot say.
    """

    name: str
    handle: str
    size: int | None
    mark: str = ""


class Transport(Protocol):
    """An open medium, used by one thread at a time.

    Raises Retryable where something did not happen and may work later, AuthExpired where credentials, rights or the
    server's identity are wrong, Rejected where the other side said no for good.
    """

    @property
    def settle_seconds(self) -> int:
        """How long a file must have kept its size before it is read."""
        ...

    def stage(self, file: OutFile) -> None:
        """Bring the file there, whole, under a name that the receiver does not read. Again: it is overwritten."""
        ...

    def release(self, file: OutFile) -> None:
        """Give what was staged its name, at once: from now on it is the receiver's. Raises OutcomeUnknown."""
        ...

    def whereabouts(self, file: OutFile) -> Whereabouts:
        """What became of a `release` that was tried. Raises OutcomeUnknown where the medium cannot say."""
        ...

    def waiting(self) -> Sequence[Listed]:
        """The files of the other side that are finished by their names, at most `MOST_LISTED`, in no order."""
        ...

    def read(self, listed: Listed) -> bytes | None:
        """A file's content, never more than LARGEST_FILE + 1 bytes of it; None when it is gone."""
        ...

    def remove(self, listed: Listed, archived: str) -> None:
        """Take a file out of the inbox: into the archive under this name, where there is one. Harmless when gone."""
        ...


Opener = Callable[[TransportSettings, Context[Any]], AbstractContextManager[Transport]]


@contextmanager
def open_transport(settings: TransportSettings, ctx: Context[Any]) -> Iterator[Transport]:
    """Reach the other side, for one verb. Whatever is asked of it ends by `ctx.deadline`. Raises as Transport does."""
    with _opened(settings, ctx) as transport:
        ctx.log.debug("exchange.opened", medium=settings.kind)
        yield transport


def _opened(settings: TransportSettings, ctx: Context[Any]) -> AbstractContextManager[Transport]:
    """Each medium is imported when it is first used: the libraries of some are large."""
    match settings:
        case FolderSettings():
            from crossdock.exchange import folder  # noqa: PLC0415  # see above

            return folder.opened(settings, ctx.home)
        case SftpSettings():
            from crossdock.exchange import sftp  # noqa: PLC0415  # see above

            return sftp.opened(settings, lambda: seconds_left(ctx))
        case FtpSettings():
            from crossdock.exchange import ftp  # noqa: PLC0415  # see above

            return ftp.opened(settings, lambda: seconds_left(ctx))
        case EmailSettings():
            from crossdock.exchange import mail  # noqa: PLC0415  # see above

            return mail.opened(settings, ctx.home, lambda: seconds_left(ctx))


def seconds_left(ctx: Context[Any]) -> float:
    """How long the next step may take. Raises Retryable when the deadline has passed."""
    if ctx.deadline is None:
        return _PATIENCE_SECONDS
    left = (ctx.deadline - ctx.now()).total_seconds()
    if left <= 0:
        raise Retryable("There was no time left to exchange files.")
    return min(left, _PATIENCE_SECONDS)

"""The medium that is an FTP server, over TLS unless the settings say otherwise."""

import ftplib
import io
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from posixpath import basename, join
from socket import socket
from typing import TypeVar

from crossdock.errors import AuthExpired, OutcomeUnknown, Retryable
from crossdock.exchange.files import OutFile
from crossdock.exchange.names import is_finished
from crossdock.exchange.settings import FtpSettings
from crossdock.exchange.transport import LARGEST_FILE, MOST_LISTED, Listed, Whereabouts

T = TypeVar("T")
_NOT_LOGGED_IN, _NOT_THERE, _UNKNOWN_COMMANDS = "530", "550", ("500", "501", "502", "504")


@contextmanager
def opened(settings: FtpSettings, seconds: Callable[[], float]) -> Iterator["FtpTransport"]:
    """Log in. `seconds`: how long the next step may take."""
    transport = FtpTransport(settings, seconds)
    try:
        transport.connect()
        yield transport
    finally:
        transport.close()


class _OverTls(ftplib.FTP_TLS):
    """Files travel in the TLS session of the commands: many servers insist on it, lest somebody else takes the file."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321  # it becomes TLS below
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        return self.context.wrap_socket(connection, server_hostname=self.host, session=session), size


class FtpTransport:
    """A `Transport`."""

    def __init__(self, settings: FtpSettings, seconds: Callable[[], float]) -> None:
        self.settle_seconds = settings.settle_seconds
        self._settings = settings
        self._seconds = seconds
        if settings.encrypted:
            trusted = ssl.create_default_context(cafile=settings.ca_file)
            self._ftp: ftplib.FTP = _OverTls(context=trusted, encoding="utf-8")
        else:
            self._ftp = ftplib.FTP(encoding="utf-8")  # noqa: S321  # in the open, as the settings ask for

    def connect(self) -> None:
        """Raises AuthExpired where the certificate is not trusted, or the credentials are refused."""
        settings = self._settings
        self._do(lambda: self._ftp.connect(settings.host, settings.port))
        self._do(lambda: self._ftp.login(settings.user, settings.password.get_secret_value()))
        if isinstance(self._ftp, ftplib.FTP_TLS):
            self._do(self._ftp.prot_p)

    def close(self) -> None:
        self._ftp.close()

    def stage(self, file: OutFile) -> None:
        path = self._outgoing(_staged(file))
        self._do(lambda: self._ftp.storbinary(f"STOR {path}", io.BytesIO(file.content)))

    def release(self, file: OutFile) -> None:
        before, after = self._outgoing(_staged(file)), self._outgoing(file.name)
        self._do(lambda: self._ftp.rename(before, after), acting=True)

    def whereabouts(self, file: OutFile) -> Whereabouts:
        there = {each.name for each in self._listed(self._settings.outbox)}
        if file.name in there:
            return Whereabouts.RELEASED
        return Whereabouts.STAGED if _staged(file) in there else Whereabouts.GONE

    def waiting(self) -> Sequence[Listed]:
        return [each for each in self._listed(self._settings.inbox) if is_finished(each.name)][:MOST_LISTED]

    def read(self, listed: Listed) -> bytes | None:
        content = bytearray()

        def more(block: bytes) -> None:
            content.extend(block)
            if len(content) > LARGEST_FILE:
                raise _Enough

        path = join(self._settings.inbox, listed.handle)
        try:
            self._do(lambda: self._ftp.retrbinary(f"RETR {path}", more))
        except _Enough:
            self._do(self._again)
        except FileNotFoundError:
            return None
        return bytes(content[: LARGEST_FILE + 1])

    def remove(self, listed: Listed, archived: str) -> None:
        path, archive = join(self._settings.inbox, listed.handle), self._settings.archive
        with suppress(FileNotFoundError):
            if archive:
                self._do(lambda: self._ftp.rename(path, join(archive, archived)))
            else:
                self._do(lambda: self._ftp.delete(path))

    def _again(self) -> None:
        """A new connection: the old one still has the rest of a file that nobody wants."""
        self._ftp.close()
        self.connect()

    def _outgoing(self, name: str) -> str:
        return join(self._settings.outbox, name)

    def _listed(self, folder: str) -> list[Listed]:
        """The files of a folder. Servers without machine-readable listings are asked for each name's size."""
        try:
            entries = self._do(lambda: list(self._ftp.mlsd(folder, ["type", "size", "modify"])))
        except _Unspoken:
            return self._named(folder)
        return [
            Listed(name=name, handle=name, size=_number(facts.get("size")), mark=f"{facts}")
            for name, facts in entries
            if facts.get("type") == "file"
        ]

    def _named(self, folder: str) -> list[Listed]:
        names = [basename(each) for each in self._do(lambda: self._ftp.nlst(folder))]
        self._do(lambda: self._ftp.voidcmd("TYPE I"))
        found = []
        for name in names[:MOST_LISTED]:
            with suppress(FileNotFoundError):  # a folder has no size
                size = self._size(join(folder, name))
                found.append(Listed(name=name, handle=name, size=size, mark=str(size)))
        return found

    def _size(self, path: str) -> int | None:
        return self._do(lambda: self._ftp.size(path))

    def _do(self, step: Callable[[], T], *, acting: bool = False) -> T:
        """One step, in time. `acting`: where no answer comes, it may have happened."""
        host = self._settings.host
        self._ftp.timeout = self._seconds()
        if self._ftp.sock is not None:
            self._ftp.sock.settimeout(self._ftp.timeout)
        try:
            return step()
        except ftplib.error_perm as error:
            raise _refusal(host, str(error)) from error
        except ftplib.error_temp as error:
            raise Retryable(f"{host} says: {error}.") from error
        except ssl.SSLCertVerificationError as error:
            raise AuthExpired(f"The certificate of {host} is not trusted: {error.verify_message}.") from error
        except (OSError, EOFError, ftplib.Error) as error:
            said = f"{host} did not answer: {getattr(error, 'strerror', None) or str(error) or 'it hung up'}."
            raise (OutcomeUnknown(said) if acting else Retryable(said)) from error


class _Enough(Exception):
    """The file is too large."""


class _NotThere(Retryable, FileNotFoundError):
    """A file or folder that is missing, or may not be seen: FTP has one word for both."""


class _Unspoken(Retryable):
    """The server does not know the command."""


def _refusal(host: str, said: str) -> Exception:
    code = said[:3]
    if code == _NOT_LOGGED_IN:
        return AuthExpired(f"{host} refuses the user or the password.")
    if code == _NOT_THERE:
        return _NotThere(f"{host} says: {said}.")
    return _Unspoken(f"{host} says: {said}.") if code in _UNKNOWN_COMMANDS else Retryable(f"{host} says: {said}.")


def _staged(file: OutFile) -> str:
    """Its name until it is whole. It begins with no dot: many servers list no such files."""
    return f"{file.name}.part"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None

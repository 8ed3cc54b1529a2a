"""The medium that is an SFTP server, whose host key is known beforehand."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from posixpath import join
from typing import Any, TypeVar, cast

import asyncssh

from crossdock.errors import AuthExpired, OutcomeUnknown, ProviderError, Retryable
from crossdock.exchange.files import OutFile
from crossdock.exchange.names import is_finished, unfinished
from crossdock.exchange.settings import SftpSettings
from crossdock.exchange.transport import LARGEST_FILE, MOST_LISTED, Listed, Whereabouts

T = TypeVar("T")
_PARTING_SECONDS = 5.0
_REFUSED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect)
_LOST = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)
_MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)


@contextmanager
def opened(settings: SftpSettings, seconds: Callable[[], float]) -> Iterator["SftpTransport"]:
    """Log in. `seconds`: how long the next step may take."""
    # The library is asynchronous: one loop of this verb's own drives it, and bounds each step in time.
    with asyncio.Runner() as runner:
        transport = SftpTransport(settings, runner, seconds)
        try:
            transport.connect()
            yield transport
        finally:
            transport.close()


class _Client(asyncssh.SSHClient):
    """Knows the server by its key's fingerprint alone."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint.rstrip("=")
        self.shown: str | None = None

    def validate_host_public_key(
        self,
        host: str,  # noqa: ARG002  # the library names all four
        addr: str,  # noqa: ARG002  # likewise
        port: int,  # noqa: ARG002  # likewise
        key: asyncssh.SSHKey,
    ) -> bool:
        self.shown = key.get_fingerprint("sha256")
        return self.shown == self._fingerprint


class SftpTransport:
    """A `Transport`."""

    def __init__(self, settings: SftpSettings, runner: asyncio.Runner, seconds: Callable[[], float]) -> None:
        self.settle_seconds = settings.settle_seconds
        self._settings = settings
        self._runner = runner
        self._seconds = seconds
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def connect(self) -> None:
        """Raises AuthExpired where the server is another, or refuses the credentials."""
        known = _Client(self._settings.host_key)
        try:
            self._do(self._log_in(known))
        except asyncssh.HostKeyNotVerifiable:
            said = f"{self._settings.host} shows the host key {known.shown}, which is not the one in host_key."
            raise AuthExpired(f"{said} Nothing was sent. Ask its owner, and mend host_key.") from None
        except asyncssh.PermissionDenied:
            raise AuthExpired(f"{self._settings.host} refuses the user or the credentials.") from None
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise AuthExpired("private_key cannot be read, or passphrase does not fit it.") from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.abort()
            with suppress(TimeoutError, OSError, asyncssh.Error):
                self._runner.run(asyncio.wait_for(self._connection.wait_closed(), _PARTING_SECONDS))

    def stage(self, file: OutFile) -> None:
        self._do(self._stage(join(self._settings.outbox, unfinished(file.name)), file.content))

    def release(self, file: OutFile) -> None:
        before, after = self._outgoing(unfinished(file.name)), self._outgoing(file.name)
        self._do(self._sftp.rename(before, after), acting=True)

    def whereabouts(self, file: OutFile) -> Whereabouts:
        self._do(self._sftp.stat(self._settings.outbox))  # without the folder, a missing file tells nothing
        if self._is_there(self._outgoing(file.name)):
            return Whereabouts.RELEASED
        return Whereabouts.STAGED if self._is_there(self._outgoing(unfinished(file.name))) else Whereabouts.GONE

    def waiting(self) -> Sequence[Listed]:
        return self._do(self._waiting())

    def read(self, listed: Listed) -> bytes | None:
        try:
            return self._do(self._read(join(self._settings.inbox, listed.handle)))
        except FileNotFoundError:
            return None

    def remove(self, listed: Listed, archived: str) -> None:
        path, archive = join(self._settings.inbox, listed.handle), self._settings.archive
        try:
            self._do(self._sftp.rename(path, join(archive, archived)) if archive else self._sftp.remove(path))
        except FileNotFoundError:
            return

    @property
    def _sftp(self) -> asyncssh.SFTPClient:
        assert self._client is not None
        return self._client

    def _is_there(self, path: str) -> bool:
        try:
            self._do(self._sftp.stat(path))
        except FileNotFoundError:
            return False
        return True

    def _outgoing(self, name: str) -> str:
        return join(self._settings.outbox, name)

    async def _log_in(self, known: _Client) -> None:
        settings = self._settings
        secret, passphrase = settings.private_key, settings.passphrase
        keys = []
        if secret is not None:
            words = passphrase.get_secret_value() if passphrase else None
            keys.append(asyncssh.import_private_key(secret.get_secret_value().strip() + "\n", words))
        # Of this machine's own SSH nothing counts: no configuration, no known hosts, no keys, no agent.
        self._connection = await asyncssh.connect(
            settings.host,
            settings.port,
            client_factory=lambda: known,
            known_hosts=b"",
            config=None,
            agent_path=None,
            gss_host=None,
            username=settings.user,
            password=settings.password.get_secret_value() if settings.password else None,
            client_keys=keys or None,
        )
        self._client = await self._connection.start_sftp_client()

    async def _stage(self, path: str, content: bytes) -> None:
        async with self._sftp.open(path, "wb") as file:
            await file.write(content)

    async def _waiting(self) -> list[Listed]:
        found: list[Listed] = []
        async for entry in self._sftp.scandir(self._settings.inbox):
            name, seen = str(entry.filename), entry.attrs
            if is_finished(name) and seen.type == asyncssh.FILEXFER_TYPE_REGULAR:
                found.append(Listed(name=name, handle=name, size=seen.size, mark=f"{seen.size}:{seen.mtime}"))
            if len(found) >= MOST_LISTED:
                break
        return found

    async def _read(self, path: str) -> bytes:
        async with self._sftp.open(path, "rb") as file:
            return cast(bytes, await file.read(LARGEST_FILE + 1))

    def _do(self, step: Coroutine[Any, Any, T], *, acting: bool = False) -> T:
        """One step, in time. `acting`: where no answer comes, it may have happened."""
        host = self._settings.host
        try:
            limit = self._seconds()
        except ProviderError:
            step.close()
            raise
        try:
            return self._runner.run(asyncio.wait_for(step, limit))
        except _MISSING as error:
            raise _NotThere(f"{host} has no such file or folder: {error.reason}.") from error
        except _REFUSED as error:
            raise AuthExpired(f"{host} does not allow it: {error.reason}. Ask for the right on its folders.") from error
        except (TimeoutError, OSError, asyncssh.ConnectionLost, asyncssh.DisconnectError, asyncssh.SFTPError) as error:
            if isinstance(error, asyncssh.HostKeyNotVerifiable | asyncssh.PermissionDenied):
                raise
            answered = isinstance(error, asyncssh.SFTPError) and not isinstance(error, _LOST)
            said = f"{host} {'says' if answered else 'did not answer'}: {_reason(error)}."
            raise (OutcomeUnknown(said) if acting and not answered else Retryable(said)) from error


class _NotThere(Retryable, FileNotFoundError):
    """A file or folder that is missing: it may be there later."""


def _reason(error: Exception) -> str:
    said = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).strip().rstrip(".")

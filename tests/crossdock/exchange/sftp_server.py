"""An SFTP server on loopback, in a thread, with its root in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from tests.crossdock.exchange.serving import serving

USER, PASSWORD = "us", "hush-sftp"


@dataclass(slots=True)
class SftpServer:
    """`hang_up_after`: the verb that it does, and then hangs up in place of an answer."""

    root: Path
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    client_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    hang_up_after: str | None = None
    hang_up_before: str | None = None
    port: int = 0
    logins: int = 0

    @property
    def settings(self) -> dict[str, object]:
        fingerprint = self.host_key.get_fingerprint("sha256")
        server = {"kind": "sftp", "host": "127.0.0.1", "port": self.port, "host_key": fingerprint}
        return {**server, "user": USER, "password": PASSWORD, "outbox": "/orders", "inbox": "/inbound"}


class _Door(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  # whoever it is
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._server.logins += 1
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key == self._server.client_key.convert_to_public()


class _Files(asyncssh.SFTPServer):
    def __init__(self, server: SftpServer, channel: Any) -> None:
        self._server = server
        self._line = channel.get_connection()
        super().__init__(channel, chroot=str(server.root).encode())

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._server.hang_up_before == "rename":
            self._line.abort()
            raise ConnectionResetError
        super().rename(oldpath, newpath)
        if self._server.hang_up_after == "rename":
            self._line.abort()


@contextmanager
def sftp_server(root: Path) -> Iterator[SftpServer]:
    server = SftpServer(root)

    async def start() -> asyncssh.SSHAcceptor:
        acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Door(server),
            server_host_keys=[server.host_key],
            sftp_factory=lambda channel: _Files(server, channel),
        )
        server.port = acceptor.get_port()
        return acceptor

    with serving(start):
        yield server

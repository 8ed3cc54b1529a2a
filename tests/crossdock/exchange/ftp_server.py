"""An FTP server on loopback, in a thread, with its root in a folder."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it stands on asyncore, which Python is about to drop
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

USER, PASSWORD = "us", "hush-ftp"


@dataclass(slots=True)
class Ftp:
    """`hang_up_after`: the verb that it does, and then hangs up in place of an answer."""

    root: Path
    certificate: Path | None
    port: int = 0
    hang_up_after: str | None = None
    hang_up_before: str | None = None
    logins: int = 0

    @property
    def settings(self) -> dict[str, object]:
        place = {"kind": "ftp", "host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD}
        secured = {"ca_file": self.certificate} if self.certificate else {"encrypted": False}
        return {**place, **secured, "outbox": "/orders", "inbox": "/inbound"}


def _talk(ftp: Ftp, *, listings: bool) -> Any:
    """The class of its conversations."""
    base: Any = FTPHandler if ftp.certificate is None else TLS_FTPHandler

    class Talk(base):  # type: ignore[misc]  # an untyped package
        def ftp_RNTO(self, path: str) -> None:  # noqa: N802  # the verb, as the package has it
            if ftp.hang_up_before != "rename":
                super().ftp_RNTO(path)
            if "rename" in (ftp.hang_up_before, ftp.hang_up_after):
                self.close()

        def respond(self, resp: str, **told: Any) -> None:
            if not (ftp.hang_up_after == "rename" and resp.startswith("250 Renaming")):
                super().respond(resp, **told)

        def on_login(self, _username: str) -> None:
            ftp.logins += 1

    Talk.authorizer = DummyAuthorizer()
    Talk.authorizer.add_user(USER, PASSWORD, str(ftp.root), perm="elradfmwMT")
    Talk.auth_failed_timeout = 0
    if ftp.certificate is not None:
        Talk.certfile, Talk.tls_control_required, Talk.tls_data_required = str(ftp.certificate), True, True
        Talk.ssl_context = None
    if not listings:
        Talk.proto_cmds = {name: each for name, each in base.proto_cmds.items() if name not in {"MLSD", "MLST"}}
    return Talk


@contextmanager
def ftp_server(root: Path, certificate: Path | None, *, listings: bool = True) -> Iterator[Ftp]:
    """With a certificate, nothing is taken in the open. listings: whether it knows machine-readable ones."""
    ftp = Ftp(root, certificate)
    server = FTPServer(("127.0.0.1", 0), _talk(ftp, listings=listings), ioloop=IOLoop())
    ftp.port = server.address[1]
    done = threading.Event()

    def run() -> None:
        while not done.is_set():
            server.serve_forever(timeout=0.02, blocking=False, handle_exit=False)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield ftp
    finally:
        done.set()
        thread.join(10)
        server.close_all()

"""Mail servers on loopback: one that takes messages (SMTP), and one that hands those of a mailbox out (IMAP)."""

import asyncio
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.crossdock.exchange.serving import serving

USER, PASSWORD = "us@hub.example", "hush-mail"


@dataclass(slots=True)
class Post:
    """What was sent. `hang_up`: the message is taken, and no answer comes. refuses: recipients that are nobody here."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    sent: list[Envelope] = field(default_factory=list)
    hang_up: bool = False
    refuses: set[str] = field(default_factory=set)

    @property
    def settings(self) -> dict[str, object]:
        account = {"host": self.host, "port": self.port, "user": USER, "password": PASSWORD}
        return {**account, "security": "starttls", "ca_file": self.certificate}

    async def handle_RCPT(  # noqa: N802  # the verb, as the package has it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 Nobody has this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # likewise
        self.sent.append(envelope)
        if self.hang_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"


@contextmanager
def post(certificate: Path) -> Iterator[Post]:
    """It speaks after STARTTLS alone, and to those who log in."""
    office = Post(certificate=certificate)

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        fine = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fine, handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def talk() -> SMTP:
        return SMTP(
            office,
            hostname="127.0.0.1",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=known,
            loop=asyncio.get_running_loop(),
        )

    async def start() -> asyncio.Server:
        server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", 0)
        office.port = server.sockets[0].getsockname()[1]
        return server

    with serving(start):
        yield office


@dataclass
class Mailroom:
    """Mailboxes by name: messages by number, with their flags. It refuses whom and what it does not know."""

    boxes: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    flags: dict[int, set[str]] = field(default_factory=dict)
    moves: bool = True
    port: int = 0
    certificate: Path | None = None
    _next: int = 1

    @property
    def settings(self) -> dict[str, object]:
        account = {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD}
        return {**account, "ca_file": self.certificate}

    def arrive(self, message: bytes, box: str = "INBOX") -> int:
        uid, self._next = self._next, self._next + 1
        self.boxes.setdefault(box, {})[uid] = message
        return uid


class _Talk(socketserver.StreamRequestHandler):
    room: Mailroom
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._box: dict[int, bytes] | None = None
        self._known = False
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, command, rest = [*line.decode().strip().split(" ", 2), ""][:3]
            if command.upper() == "UID":
                command, _, rest = rest.partition(" ")
            said = self._answer(command.upper(), re.findall(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\)+|\S+)', rest), rest)
            self._say(f"{tag} {said}".encode())
            if command.upper() == "LOGOUT":
                return

    def _answer(self, command: str, words: list[tuple[str, str]], rest: str) -> str:
        given = [quoted or bare for quoted, bare in words]
        if command == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1" + (b" MOVE" if self.room.moves else b""))
            return "OK done"
        if command == "LOGIN":
            self._known = given == [USER, PASSWORD]
            return "OK welcome" if self._known else f"NO {PASSWORD} is right, and {given[1]} is not"
        if not self._known:
            return "BAD log in first"
        if command == "SELECT":
            self._box = self.room.boxes.get(given[0])
            if self._box is None:
                return "NO there is no such mailbox"
            self._say(f"* {len(self._box)} EXISTS\r\n* OK [UIDVALIDITY 7] valid".encode())
            return "OK [READ-WRITE] done"
        verb = getattr(self, f"_{command.lower()}", None)
        return verb(given, rest) if verb is not None and self._box is not None else "BAD what is this"

    def _create(self, given: list[str], _rest: str) -> str:
        if given[0] in self.room.boxes:
            return "NO it is there"
        self.room.boxes[given[0]] = {}
        return "OK made"

    def _search(self, given: list[str], _rest: str) -> str:
        wanted = given[1:] if given[0] == "HEADER" else given[given.index("FROM") :]
        found = [
            uid
            for uid, message in (self._box or {}).items()
            if wanted[1].lower() in str(message_from_bytes(message)[wanted[0]] or "").lower()
            and not ("UNDELETED" in given and "\\Deleted" in self.room.flags.get(uid, ()))
        ]
        self._say(("* SEARCH " + " ".join(map(str, found))).encode())
        return "OK done"

    def _fetch(self, given: list[str], rest: str) -> str:
        message = (self._box or {}).get(int(given[0]))
        if message is None:
            return "OK nothing"
        head = message.partition(b"\n\n")[0] if b"\r\n\r\n" not in message else message.partition(b"\r\n\r\n")[0]
        part = head + b"\r\n\r\n" if "HEADER" in rest else message
        name = "BODY[HEADER.FIELDS (FROM)]" if "HEADER" in rest else "BODY[]"
        facts = f"* 1 FETCH ({name} {{{len(part)}}}\r\n".encode()
        # The rest of what was asked for comes behind the text, as a server may have it.
        self._say(facts + part + f" UID {given[0]} RFC822.SIZE {len(message)})".encode())
        return "OK done"

    def _copy(self, given: list[str], _rest: str) -> str:
        if given[1] not in self.room.boxes:
            return "NO [TRYCREATE] there is no such mailbox"
        self.room.arrive((self._box or {})[int(given[0])], given[1])
        return "OK done"

    def _move(self, given: list[str], rest: str) -> str:
        said = self._copy(given, rest) if self.room.moves else "BAD what is this"
        if said.startswith("OK"):
            (self._box or {}).pop(int(given[0]))
        return said

    def _store(self, given: list[str], _rest: str) -> str:
        self.room.flags.setdefault(int(given[0]), set()).add(given[2].strip("()"))
        return "OK done"

    def _say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")


@contextmanager
def mailroom(certificate: Path) -> Iterator[Mailroom]:
    """It speaks TLS from the first byte."""
    room = Mailroom(certificate=certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> tuple[Any, Any]:
            line, address = super().get_request()
            return context.wrap_socket(line, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up, or trusts nobody, is none of our business."""

    server = Server(("127.0.0.1", 0), type("Talk", (_Talk,), {"room": room}))
    room.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield room
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

"""A mail server on loopback: a real one, which keeps what it takes, and goes as its `mood` says."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN = ("shop", "open sesame")


@dataclass(slots=True)
class PostOffice:
    """What it has taken, and how it is served.

    mood: `busy` and `strict` refuse the text, for now and for good; `grey` the recipient, for now; `gone` takes a mail
    and hangs up without a word; `leaving` hangs up before it has one.
    """

    port: int = 0
    mood: str = ""
    envelopes: list[Envelope] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        contents = [each.content for each in self.envelopes]
        return [message_from_bytes(each, policy=policy.default) for each in contents if isinstance(each, bytes)]

    async def handle_RCPT(  # noqa: N802  # as aiosmtpd names it
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 Nobody of that name"
        if self.mood == "grey":
            return "451 4.7.1 Greylisted"
        if self.mood == "leaving":
            _hang_up(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # likewise
        refusal = {"busy": "452 4.3.1 Full", "strict": "554 5.7.1 Spam"}.get(self.mood)
        if refusal is not None:
            return refusal
        self.envelopes.append(envelope)
        if self.mood == "gone":
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    transport = server.transport
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    """Whoever has the login; it may be asked for in plain text only where the line is encrypted."""
    known = isinstance(given, LoginPassword) and (given.login, given.password) == tuple(w.encode() for w in LOGIN)
    return AuthResult(success=known, handled=False)


class _Counter(Controller):
    """On a port that is free. With `wants_login` it asks for encryption and a login before anything else is said."""

    def __init__(self, office: PostOffice, certificate: ssl.SSLContext | None, *, wants_login: bool) -> None:
        self._wants: dict[str, Any] = {}
        if wants_login:
            login = {"auth_required": True, "authenticator": _knows}
            self._wants = {"tls_context": certificate, "require_starttls": True, **login}
        super().__init__(office, hostname="127.0.0.1", port=0, ssl_context=None if wants_login else certificate)

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="localhost", **self._wants)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # it returns nothing


@contextmanager
def a_post_office(certificate: ssl.SSLContext | None = None, *, wants_login: bool = False) -> Iterator[PostOffice]:
    """With a certificate it speaks TLS from the first word, or STARTTLS where it wants a login."""
    office = PostOffice()
    counter = _Counter(office, certificate, wants_login=wants_login)
    counter.start()
    office.port = counter.port
    try:
        yield office
    finally:
        counter.stop()

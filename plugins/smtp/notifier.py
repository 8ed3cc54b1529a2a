"""Kind `notifier`: each message is a mail of its own, handed in over a connection of its own."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import NoReturn

from crossdock import (
    AuthExpired,
    Context,
    Diagnosis,
    Integration,
    Message,
    NotSupported,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Retryable,
    Sent,
)
from plugins.smtp import mail
from plugins.smtp.settings import Security, SmtpSettings

Ctx = Context[SmtpSettings]

_GONE = (OSError, smtplib.SMTPServerDisconnected)
_REFUSED = 500
"""Codes from here on are final; those below say "not now"."""


class Smtp:
    """The server answers for each step; only once it has all of a mail may it have sent it."""

    def __init__(self, _integration: Integration[SmtpSettings]) -> None:
        pass  # what it needs is in each call's settings

    def send(self, ctx: Ctx, message: Message) -> Sent:
        settings = ctx.settings
        at = ctx.now()
        letter = mail.write(message, settings, ctx.integration, ctx.key, at)
        with _connected(ctx) as server:
            _hand_in(server, letter, settings.sender, mail.bare(message.recipient))
        return Sent(at=at, external_id=letter["Message-ID"])

    def find_message(self, ctx: Ctx, message: Message) -> Sent | None:
        raise NotSupported("A mail server cannot be asked what became of a mail.")

    def check(self, ctx: Ctx) -> Sequence[Diagnosis]:
        """Logs in, and sends nothing."""
        server = f"{ctx.settings.host}:{ctx.settings.port}"
        try:
            with _connected(ctx):
                return [Diagnosis(name="login", ok=True, message=f"{server} takes mail from {ctx.settings.sender}.")]
        except ProviderError as error:
            mend = "Check host, port, security, username and password, and that a firewall lets mail out."
            return [Diagnosis(name="login", ok=False, message=error.message, mend=mend)]


@contextmanager
def _connected(ctx: Ctx) -> Iterator[smtplib.SMTP]:
    """A server that would take mail. Whatever goes wrong until then, nothing was sent."""
    server = _open(ctx)
    try:
        yield server
    finally:
        with suppress(*_GONE, smtplib.SMTPException):  # what it took, it has
            server.quit()
        server.close()


def _open(ctx: Ctx) -> smtplib.SMTP:
    settings = ctx.settings
    place = f"{settings.host}:{settings.port}"
    server: smtplib.SMTP | None = None
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file)
        wait = _patience(ctx)
        if settings.security is Security.TLS:
            server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=wait, context=trust)
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=wait)
        if settings.security is Security.STARTTLS:
            server.starttls(context=trust)
        server.ehlo_or_helo_if_needed()
        if settings.username is not None and settings.password is not None:
            server.login(settings.username, settings.password.get_secret_value())
    except (OSError, smtplib.SMTPException) as error:
        if server is not None:
            server.close()
        _explain(error, place)
    return server


def _explain(error: OSError | smtplib.SMTPException, place: str) -> NoReturn:
    match error:
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= _REFUSED:
            raise AuthExpired(f"{place} refuses the login: {_said(error.smtp_error)}") from error
        case smtplib.SMTPResponseException():
            raise Retryable(f"{place} takes no mail now: {error.smtp_code} {_said(error.smtp_error)}") from error
        case ssl.SSLError():
            why = getattr(error, "verify_message", "") or error.reason
            raise Retryable(f"{place} cannot be trusted: {why}") from error
        case _:
            raise Retryable(f"{place} cannot be reached: {error}") from error


def _patience(ctx: Ctx) -> float:
    left = (ctx.deadline - ctx.now()).total_seconds() if ctx.deadline is not None else ctx.settings.timeout_seconds
    if left <= 0:
        raise Retryable("There was no time left to send it.")
    return min(left, ctx.settings.timeout_seconds)


def _hand_in(server: smtplib.SMTP, letter: EmailMessage, sender: str, recipient: str) -> None:
    content = letter.as_bytes()
    try:
        _accepted("sender", *server.mail(sender))
        _accepted("recipient", *server.rcpt(recipient))
    except _GONE as error:
        raise Retryable(f"The mail server went away before it had the mail: {error}") from error
    try:
        answer = server.data(content)
    except smtplib.SMTPDataError as error:
        _accepted("text", error.smtp_code, error.smtp_error)
        raise
    except _GONE as error:
        raise OutcomeUnknown(f"The mail server went away and did not say whether it took the mail: {error}") from error
    _accepted("text", *answer)


def _accepted(what: str, code: int, said: bytes | str) -> None:
    """Nothing, where the server goes along: it refuses by a code from 400 on, and for good from 500 on."""
    if code >= _REFUSED:
        raise Rejected(str(code), f"The mail server refused the {what}: {code} {_said(said)}", what)
    if code >= 400:  # noqa: PLR2004  # as RFC 5321 has it
        raise Retryable(f"The mail server takes no mail now: {code} {_said(said)}")


def _said(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(words.split())[:300]

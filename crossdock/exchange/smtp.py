"""Hand one message to a mail server."""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from crossdock.errors import AuthExpired, OutcomeUnknown, ProviderError, Rejected, Retryable
from crossdock.exchange.settings import MailServer

T = TypeVar("T")
_TAKEN, _FOR_GOOD = 250, 500
_AGREED = (250, 251)


def send(
    server: MailServer, sender: str, recipients: Sequence[str], content: bytes, seconds: Callable[[], float]
) -> None:
    """To all recipients or to none. Raises OutcomeUnknown where the server had all of it and gave no answer."""
    connection = _while_connecting(server, lambda: _greeted(server, seconds()))
    try:
        _while_connecting(server, lambda: _let_in(connection, server))
        _handed_over(connection, server, sender, recipients, content, seconds)
    finally:
        connection.close()


def _greeted(server: MailServer, seconds: float) -> smtplib.SMTP:
    if server.security != "tls":
        return smtplib.SMTP(server.host, server.port, timeout=seconds)
    return smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=_trusted(server))


def _let_in(connection: smtplib.SMTP, server: MailServer) -> None:
    if server.security == "starttls":
        connection.starttls(context=_trusted(server))
    if server.user is not None and server.password is not None:
        connection.login(server.user, server.password.get_secret_value())


def _trusted(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def _while_connecting(server: MailServer, step: Callable[[], T]) -> T:
    try:
        return step()
    except smtplib.SMTPAuthenticationError:
        raise AuthExpired(f"{server.host} refuses the user or the password.") from None  # it may repeat them
    except ssl.SSLCertVerificationError as error:
        raise AuthExpired(f"The certificate of {server.host} is not trusted: {error.verify_message}.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Retryable(f"{server.host} takes no mail now: {_said(error)}.") from error


def _handed_over(
    connection: smtplib.SMTP,
    server: MailServer,
    sender: str,
    recipients: Sequence[str],
    content: bytes,
    seconds: Callable[[], float],
) -> None:
    _agreed(connection, server, "the sender", seconds, lambda: connection.mail(sender))
    for each in recipients:
        _agreed(connection, server, f"the recipient {each}", seconds, partial(connection.rcpt, each))
    _in_time(connection, seconds)
    try:
        code, said = connection.data(content)
    except smtplib.SMTPDataError as error:  # it did not want to hear the message at all
        raise _refused(server, "the message", error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(f"{server.host} did not say whether it took the message: {_said(error)}.") from error
    if code != _TAKEN:
        raise _refused(server, "the message", code, said)


def _agreed(
    connection: smtplib.SMTP,
    server: MailServer,
    what: str,
    seconds: Callable[[], float],
    ask: Callable[[], tuple[int, bytes]],
) -> None:
    """One question before the message itself: whatever goes wrong here, nothing was sent."""
    _in_time(connection, seconds)
    try:
        code, said = ask()
    except (smtplib.SMTPException, OSError) as error:
        raise Retryable(f"{server.host} did not answer: {_said(error)}.") from error
    if code not in _AGREED:
        raise _refused(server, what, code, said)


def _in_time(connection: smtplib.SMTP, seconds: Callable[[], float]) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds())


def _refused(server: MailServer, what: str, code: int, said: bytes | str) -> ProviderError:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    sentence = f"{server.host} refuses {what}: {code} {words}."
    return Rejected(str(code), sentence) if code >= _FOR_GOOD else Retryable(sentence)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")

"""A message as e-mail: RFC 5322, with a name of its own that the same key always makes the same. Pure."""

import hashlib
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from crossdock import Message, Rejected
from plugins.smtp.settings import SmtpSettings


def write(message: Message, settings: SmtpSettings, integration: str, key: str, at: datetime) -> EmailMessage:
    """Raises Rejected for a recipient that no mail can be addressed to."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = _address(settings.sender_name, settings.sender)
    mail["To"] = _address(message.recipient_name, message.recipient)
    if settings.reply_to is not None:
        mail["Reply-To"] = _address(None, settings.reply_to)
    mail["Subject"] = _one_line(message.subject or "")
    mail["Date"] = at
    mail["Message-ID"] = message_id(settings, integration, key)
    mail["Auto-Submitted"] = "auto-generated"  # so that no absence notice answers it
    mail.set_content(message.text, cte="quoted-printable")
    mail["Content-Language"] = message.language  # after the content, which takes away what described another
    return mail


def message_id(settings: SmtpSettings, integration: str, key: str) -> str:
    """Its name: mail servers and readers take a second mail of the same name for the same mail."""
    digest = hashlib.sha256(f"{integration}\0{key}".encode()).hexdigest()[:32]
    return f"<{digest}@{_domain(settings.sender.rpartition('@')[2])}>"


def bare(address: str) -> str:
    """An address as the envelope has it: the domain in ASCII. Raises Rejected for what is no address.

    A name outside ASCII counts as none: hardly any server takes mail for it.
    """
    name, _, domain = address.rpartition("@")
    if not (name and domain and name.isascii()) or any(each.isspace() or not each.isprintable() for each in address):
        raise Rejected("recipient", f"{address!r} is no e-mail address.", "recipient")
    return f"{name}@{_domain(domain)}"


def _address(name: str | None, address: str) -> Address:
    try:
        return Address(display_name=_one_line(name or ""), addr_spec=bare(address))
    except (ValueError, IndexError, UnicodeError) as error:
        raise Rejected("recipient", f"{address!r} is no e-mail address.", "recipient") from error


def _domain(domain: str) -> str:
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Rejected("recipient", f"{domain!r} is no domain.", "recipient") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())

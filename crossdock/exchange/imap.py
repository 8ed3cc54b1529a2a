"""The mailbox that answers come to: the attachments of those whose messages are read, and nothing else."""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from crossdock.errors import AuthExpired, Retryable
from crossdock.exchange.disk import made
from crossdock.exchange.names import file_name
from crossdock.exchange.settings import Mailbox
from crossdock.exchange.transport import LARGEST_FILE, Listed

T = TypeVar("T")
_MOST_MESSAGES = 100
"""Of one look; the rest waits for the next."""
_MOST_LOOKED_AT = 1000
_MOST_BYTES = 2 * LARGEST_FILE


class Letters:
    """The messages of one mailbox, while it is open.

    What is removed of a message is noted in a folder of ours until all of it is removed: then it goes to the archive.
    """

    def __init__(self, settings: Mailbox, notes: Path, seconds: Callable[[], float]) -> None:
        self._settings = settings
        self._notes = notes
        self._seconds = seconds
        self._parts: dict[str, dict[str, bytes]] = {}
        self._validity = ""

    def __enter__(self) -> Self:
        self._imap = self._asked(self._connected)
        try:
            self._log_in()
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def waiting(self) -> Sequence[Listed]:
        """The files of the oldest messages. A message without attachments is a file `message.txt`, its words."""
        found, left = list[Listed](), _MOST_BYTES
        for uid, size in islice(self._from_those_we_read(), _MOST_MESSAGES):
            if size > _MOST_BYTES:
                found.append(Listed(name="message.eml", handle=f"{self._validity}.{uid}.0/message.eml", size=size))
                continue
            left -= size
            if left < 0:
                break
            parts = self._parts[uid] = _attached(_parsed(self._fetched(uid, "BODY.PEEK[]")[1]))
            found += [
                Listed(name=name.partition("/")[2], handle=f"{self._validity}.{uid}.{name}", size=len(part))
                for name, part in parts.items()
                if not self._note(uid, name).exists()
            ]
        return found

    def read(self, listed: Listed) -> bytes | None:
        _, uid, name = listed.handle.split(".", 2)
        return self._parts.get(uid, {}).get(name)

    def remove(self, listed: Listed) -> None:
        """Note that it was taken in; with the last of its message, the message is moved."""
        _, uid, name = listed.handle.split(".", 2)
        made(self._notes)
        self._note(uid, name).touch()
        notes = [self._note(uid, each) for each in self._parts[uid]]
        if all(note.exists() for note in notes):
            self._move(uid)
            for note in notes:
                note.unlink(missing_ok=True)

    def has(self, message_id: str) -> bool:
        """Whether a message of this id has arrived."""
        return bool(self._searched("HEADER", "Message-ID", _quoted(message_id)))

    def _log_in(self) -> None:
        settings = self._settings
        try:
            self._imap.login(settings.user, settings.password.get_secret_value())
        except (imaplib.IMAP4.abort, OSError) as error:
            raise Retryable(f"{settings.host} did not answer: {error}.") from error
        except (imaplib.IMAP4.error, UnicodeEncodeError):
            raise AuthExpired(f"{settings.host} refuses the user or the password.") from None  # it may repeat them
        self._ok(lambda: self._imap.select(_quoted(settings.mailbox)))
        # Numbers of messages count within this; when it changes, they count anew.
        self._validity = (self._imap.response("UIDVALIDITY")[1][0] or b"0").decode()

    def _from_those_we_read(self) -> Iterator[tuple[str, int]]:
        """Number and size of each message, oldest first. The server looks for parts of an address, we for all of it."""
        wanted = {each.lower() for each in self._settings.senders}
        uids = {uid for each in wanted for uid in self._searched("UNDELETED", "FROM", _quoted(each))}
        for uid in sorted(uids, key=int)[:_MOST_LOOKED_AT]:
            facts, head = self._fetched(uid, "RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM)]")
            size = re.search(rb"RFC822\.SIZE (\d+)", facts)
            if size is not None and _sender(_parsed(head)) in wanted:
                yield uid, int(size[1])

    def _searched(self, *criteria: str) -> list[str]:
        found = self._ok(lambda: self._imap.uid("SEARCH", *criteria))
        return [each.decode() for line in found if line for each in line.split()]

    def _fetched(self, uid: str, what: str) -> tuple[bytes, bytes]:
        """What the server says of a message, and the text that was asked for. This does not mark it as read."""
        found = self._ok(lambda: self._imap.uid("FETCH", uid, f"({what})"))
        text = next((each[1] for each in found if isinstance(each, tuple)), b"")
        return b" ".join(each[0] if isinstance(each, tuple) else each or b"" for each in found), text

    def _move(self, uid: str) -> None:
        """The copy comes before the deletion, so that nothing is lost between."""
        archive = _quoted(self._settings.archive)
        self._asked(lambda: self._imap.create(archive))  # it says no where there is one
        if "MOVE" in self._imap.capabilities:
            self._ok(lambda: self._imap.uid("MOVE", uid, archive))
            return
        self._ok(lambda: self._imap.uid("COPY", uid, archive))
        self._ok(lambda: self._imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))

    def _note(self, uid: str, name: str) -> Path:
        return self._notes / f"{self._validity}.{uid}.{file_name(name)}"

    def _connected(self) -> imaplib.IMAP4:
        settings, seconds = self._settings, self._seconds()
        trusted = ssl.create_default_context(cafile=settings.ca_file)
        if settings.security == "tls":
            return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=trusted, timeout=seconds)
        connection = imaplib.IMAP4(settings.host, settings.port, timeout=seconds)
        if settings.security == "starttls":
            connection.starttls(ssl_context=trusted)
        return connection

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._imap.shutdown()

    def _ok(self, ask: Callable[[], tuple[str, list[Any]]]) -> list[Any]:
        """What the server answers. Raises Retryable where it says no."""
        state, found = self._asked(ask)
        if state != "OK":
            said = b" ".join(each for each in found if isinstance(each, bytes)).decode("utf-8", "replace")
            raise Retryable(f"{self._settings.host} says: {said or state}.")
        return found

    def _asked(self, ask: Callable[[], T]) -> T:
        """One step, in time."""
        host = self._settings.host
        seconds = self._seconds()
        if getattr(self, "_imap", None) is not None:
            self._imap.sock.settimeout(seconds)
        try:
            return ask()
        except ssl.SSLCertVerificationError as error:
            raise AuthExpired(f"The certificate of {host} is not trusted: {error.verify_message}.") from error
        except (imaplib.IMAP4.error, OSError) as error:
            raise Retryable(f"{host} did not answer: {str(error) or type(error).__name__}.") from error


def _parsed(content: bytes) -> EmailMessage:
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def _sender(read: EmailMessage) -> str | None:
    """Whom it says it is from; None where it names several."""
    found = [address.lower() for _, address in getaddresses([str(each) for each in read.get_all("From", [])])]
    return found[0] if len(found) == 1 else None


def _attached(read: EmailMessage) -> dict[str, bytes]:
    """The files of a message by place and name."""
    files = {f"{place}/{_named(part)}": _payload(part) for place, part in enumerate(read.iter_attachments())}
    return files or {"0/message.txt": _words(read).encode()}


def _named(part: EmailMessage) -> str:
    """Its own name without folders; one for those that have none."""
    return re.split(r"[/\\]", part.get_filename() or "")[-1] or "attachment"


def _payload(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()


def _words(read: EmailMessage) -> str:
    body = read.get_body(preferencelist=("plain", "html"))
    return f"{read['Subject'] or ''}\n\n{body.get_content() if body is not None else ''}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


__all__ = ["Letters"]

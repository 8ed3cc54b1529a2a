"""The medium that is e-mail: files go out as attachments, and come as attachments to one mailbox."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from crossdock.errors import OutcomeUnknown
from crossdock.exchange import smtp
from crossdock.exchange.files import OutFile
from crossdock.exchange.imap import Letters
from crossdock.exchange.names import checksum
from crossdock.exchange.settings import EmailSettings
from crossdock.exchange.transport import Listed, Whereabouts


@contextmanager
def opened(settings: EmailSettings, home: Path, seconds: Callable[[], float]) -> Iterator["MailTransport"]:
    """Nothing is reached before it is needed: who sends reads no mailbox, and who reads sends nothing."""
    with ExitStack() as stack:
        yield MailTransport(settings, home, seconds, stack)


class MailTransport:
    """A `Transport`. A message is whole or not there, so nothing has to settle, and nothing is staged."""

    settle_seconds = 0

    def __init__(self, settings: EmailSettings, home: Path, seconds: Callable[[], float], stack: ExitStack) -> None:
        self._settings = settings
        self._home = home
        self._seconds = seconds
        self._stack = stack
        self._opened: Letters | None = None

    def stage(self, file: OutFile) -> None:
        """A message is sent in one go."""

    def release(self, file: OutFile) -> None:
        settings = self._settings
        recipients = [settings.to, *([settings.copy_to] if settings.copy_to else [])]
        content = message(settings, file).as_bytes(policy=SMTP)
        smtp.send(settings.outgoing, settings.sender, recipients, content, self._seconds)

    def whereabouts(self, file: OutFile) -> Whereabouts:
        """A copy in our own mailbox proves that it went. That there is none proves nothing: mail takes its time."""
        letters = self._letters() if self._settings.copy_to else None
        if letters is not None and letters.has(message_id(self._settings, file)):
            return Whereabouts.RELEASED
        raise OutcomeUnknown(
            f"Whether {file.name} was sent to {self._settings.to} cannot be known: the server's answer was lost. "
            "Ask the supplier whether it arrived."
        )

    def waiting(self) -> Sequence[Listed]:
        letters = self._letters()
        return [] if letters is None else letters.waiting()

    def read(self, listed: Listed) -> bytes | None:
        letters = self._letters()
        return None if letters is None else letters.read(listed)

    def remove(self, listed: Listed, archived: str) -> None:  # noqa: ARG002  # a message keeps its name
        letters = self._letters()
        if letters is not None:
            letters.remove(listed)

    def _letters(self) -> Letters | None:
        """The mailbox, logged into once."""
        incoming = self._settings.incoming
        if self._opened is None and incoming is not None:
            self._opened = self._stack.enter_context(Letters(incoming, self._home / ".mail", self._seconds))
        return self._opened


def message(settings: EmailSettings, file: OutFile) -> EmailMessage:
    """The message that carries a file. The same file makes the same message, so that a repetition is seen as one."""
    found = EmailMessage(policy=SMTP)
    found["From"], found["To"] = settings.sender, settings.to
    found["Subject"] = file.name
    found["Message-ID"] = message_id(settings, file)
    found.set_content(f"File {file.name}\nSHA-256 {file.checksum}\n")
    found.add_attachment(file.content, maintype="application", subtype="octet-stream", filename=file.name)
    return found


def message_id(settings: EmailSettings, file: OutFile) -> str:
    """By which a message is recognised."""
    return f"<{checksum(f'{file.name} {file.checksum}'.encode())[:40]}@{settings.sender.rpartition('@')[2]}>"

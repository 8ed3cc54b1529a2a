"""Send a file once: whatever breaks between the first try and the last, the receiver gets it one time.

Our own copy is written first, with its sequence. The file is staged under a name that nobody reads, then we note that
we are about to release it, then it is released. What is found after a crash is thus decided: a file that was not about
to be released never went; of one that was, the medium says whether it did.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from crossdock.errors import AuthExpired, Rejected, Retryable
from crossdock.exchange.disk import locked, made, next_number, sync, write
from crossdock.exchange.files import OutFile
from crossdock.exchange.transport import Transport, Whereabouts

Open = Callable[[], AbstractContextManager[Transport]]


class SentStage(StrEnum):
    """How far a file is. RELEASING: it may be with the receiver."""

    DRAFTED = "DRAFTED"
    RELEASING = "RELEASING"
    DELIVERED = "DELIVERED"


@dataclass(frozen=True, slots=True)
class SentFile:
    """What we know of one file that we send. `name` is its name there."""

    name: str
    sequence: int
    stage: SentStage


class Ledger:
    """Our own copies, in `sent`: `<name>.draft`, then `<name>.releasing`, then `<name><suffix>`, and a record of each.

    Which of the three is there says how far the file is.
    """

    def __init__(self, keep: Path) -> None:
        self.keep = made(keep)
        self.sent = made(keep / "sent")

    def record(self, name: str) -> SentFile | None:
        """What is known of an act's file; None: nothing was ever written."""
        path = self._record(name)
        if not path.is_file():
            return None
        known = json.loads(path.read_bytes())
        copies = {
            SentStage.DELIVERED: self._copy(name, known["name"]),
            SentStage.RELEASING: self._releasing(name),
            SentStage.DRAFTED: self._draft(name),
        }
        stage = next((stage for stage, copy in copies.items() if copy.is_file()), None)
        return None if stage is None else SentFile(known["name"], known["sequence"], stage)

    def draft(self, name: str, file: OutFile, sequence: int) -> SentFile:
        """Keep a new file. Its record is there before it is, and means nothing alone."""
        write(self._record(name), json.dumps({"name": file.name, "sequence": sequence}).encode(), synced=False)
        write(self._draft(name), file.content)
        return SentFile(file.name, sequence, SentStage.DRAFTED)

    def content(self, name: str) -> bytes:
        """Of a file that is not delivered yet."""
        draft = self._draft(name)
        return (draft if draft.is_file() else self._releasing(name)).read_bytes()

    def releasing(self, name: str) -> None:
        """From now on it may be with the receiver. This must outlive a power cut, for the file does."""
        if self._draft(name).is_file():
            self._draft(name).replace(self._releasing(name))
            sync(self.sent)

    def held_back(self, name: str) -> None:
        """It was about to be released, and surely was not."""
        self._releasing(name).replace(self._draft(name))
        sync(self.sent)

    def delivered(self, name: str, record: SentFile) -> SentFile:
        """Where a power cut undoes this, the medium is asked again."""
        self._releasing(name).replace(self._copy(name, record.name))
        return replace(record, stage=SentStage.DELIVERED)

    def _record(self, name: str) -> Path:
        return self.sent / f".{name}.record"

    def _draft(self, name: str) -> Path:
        return self.sent / f"{name}.draft"

    def _releasing(self, name: str) -> Path:
        return self.sent / f"{name}.releasing"

    def _copy(self, name: str, sent_as: str) -> Path:
        return self.sent / f"{name}{Path(sent_as).suffix}"


def deliver(ledger: Ledger, name: str, render: Callable[[int], OutFile], open_: Open) -> SentFile:
    """Send the file of one act, unless it was sent. `render` is given the sequence of a new one.

    Raises as Transport does: after OutcomeUnknown, and after a crash, the next call finds out first.
    """
    with locked(ledger.keep / ".lock"):
        record = ledger.record(name) or _drafted(ledger, name, render)
        if record.stage is SentStage.DELIVERED:
            return record
        file = OutFile(name=record.name, content=ledger.content(name))
        with open_() as transport:
            if record.stage is SentStage.RELEASING and transport.whereabouts(file) is not Whereabouts.STAGED:
                return ledger.delivered(name, record)
            transport.stage(file)
            ledger.releasing(name)
            try:
                transport.release(file)
            except (Retryable, Rejected, AuthExpired):
                ledger.held_back(name)
                raise
        return ledger.delivered(name, record)


def look(ledger: Ledger, name: str, open_: Open) -> SentFile | None:
    """What became of `deliver`; None: it surely did not arrive, and the next `deliver` sends the same file."""
    with locked(ledger.keep / ".lock"):
        record = ledger.record(name)
        if record is None or record.stage is SentStage.DRAFTED:
            return None
        if record.stage is SentStage.DELIVERED:
            return record
        file = OutFile(name=record.name, content=ledger.content(name))
        with open_() as transport:
            where = transport.whereabouts(file)
        return None if where is Whereabouts.STAGED else ledger.delivered(name, record)


def _drafted(ledger: Ledger, name: str, render: Callable[[int], OutFile]) -> SentFile:
    sequence = next_number(ledger.keep / ".sequence")
    return ledger.draft(name, render(sequence), sequence)

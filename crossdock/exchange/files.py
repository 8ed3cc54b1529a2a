"""What a format is: how an order becomes a file, and what the files say that come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol, runtime_checkable

from crossdock.exchange.names import file_name
from crossdock.supplier import Quarantined, StockRow, SupplierOrder, SupplierUpdate


class FileAct(StrEnum):
    """What a file asks for: to ship an order, or to cancel what has not left."""

    ORDER = "ORDER"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One file that is to be written.

    sequence: rises by one with each file to this supplier. key: the idempotency key of the act. at: when it was asked
    for. A file that is sent again after a crash is the same file, with the same three.
    """

    act: FileAct
    order: SupplierOrder
    sequence: int
    key: str
    at: datetime

    @property
    def stem(self) -> str:
        """A name for the file, unique and safe on every medium: `000012-fo_17`."""
        return f"{self.sequence:06d}-{act_name(self.act, self.key)}"


def act_name(act: FileAct, key: str) -> str:
    """What our copy of an act's file is called."""
    return f"cancel-{file_name(key)}" if act is FileAct.CANCEL else file_name(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFile:
    """A file for the supplier. `name` has no folders in it."""

    name: str
    content: bytes

    @property
    def checksum(self) -> str:
        """SHA-256, in hexadecimal."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class InFile:
    """A file of the supplier. `read_at`: when it was first looked at, for news that tells no time of its own."""

    name: str
    content: bytes
    read_at: datetime

    @property
    def checksum(self) -> str:
        """SHA-256, in hexadecimal."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNews:
    """What one file says; `quarantined` are its rows that make no sense."""

    updates: Sequence[SupplierUpdate] = ()
    stock: Sequence[StockRow] = ()
    quarantined: Sequence[Quarantined] = ()


@runtime_checkable
class FileExchange(Protocol):
    """A format. Its methods are pure: no I/O, no clock, no chance; the same input gives the same answer.

    An update's `update_id` is made of the file's checksum and the row's place, so that the same file, read again or
    under another name, says the same news.
    """

    def render(self, sending: Sending) -> OutFile:
        """The file that asks for an order, or for its cancellation."""
        ...

    def tells_stock(self, name: str) -> bool:
        """Whether a file of this name is for `fetch_stock`; all others, unknown ones too, are for `fetch_updates`."""
        ...

    def parse(self, file: InFile) -> FileNews:
        """What a file says. Raises BadData where it cannot be trusted as a whole."""
        ...

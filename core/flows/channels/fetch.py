"""Orders, read afresh from their channels because something was said of them, or about them."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import CrossdockError
from core.flows.inbox import receive
from core.inbox import service as inbox
from core.inbox.models import InboxMessage, InboxState
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.jobs.partly import Partly
from core.jobs.registry import enqueue, job
from crossdock import NOT_FOUND, BadData, Context, RawOrder, Rejected

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_AT_ONCE = 4
"""Orders of one integration that one job asks for at the same time."""
_TURN_SECONDS = 2.0
"""What is read by then is kept; the rest waits again, so that no order waits for twenty others of a slow channel."""


def later(session: Session, integration: Integration, external_id: str) -> None:
    """Have an order read after the commit; asked for twice while it waits, it is read once."""
    enqueue(
        session,
        fetch,
        same_as=f"{integration.key}:{external_id}",
        integration_id=integration.id,
        integration=integration.key,
        external_id=external_id,
    )


@job("channels.fetch_order", queue="channels", batch=20)
def fetch(hub: "Hub", batch: Sequence[Mapping[str, Any]]) -> None:
    """Read orders and have them applied, those of one integration together.

    What a channel does not know is passed over, and what it says without sense is set aside. Raises Partly for what
    could not be read, with the reason of each, and for what a turn had no time for.
    """
    by_integration: dict[str, dict[int, str]] = {}
    for place, each in enumerate(batch):
        by_integration.setdefault(each["integration"], {})[place] = each["external_id"]
    left: dict[int, Exception | None] = {}
    until = time.monotonic() + _TURN_SECONDS
    for key, wanted in by_integration.items():
        if time.monotonic() < until:
            left |= _read(hub, key, wanted, until)
        else:
            left |= dict.fromkeys(wanted)
    if left:
        raise Partly(left)


def _read(hub: "Hub", key: str, wanted: Mapping[int, str], until: float) -> dict[int, Exception | None]:
    """Read orders of one integration, a few at a time, and keep them; those that are left, as Partly wants them."""
    try:
        turn = _Turn(hub.provider(key, "channel"), hub.context(key), key, until)
    except CrossdockError as error:
        return dict.fromkeys(wanted, error)
    with ThreadPoolExecutor(min(_AT_ONCE, len(wanted)), thread_name_prefix="fetch") as threads:
        asked = [threads.submit(copy_context().run, turn.read, place, name) for place, name in wanted.items()]
    for each in asked:
        each.result()
    with hub.transaction() as session:
        integration = session.scalars(select(Integration).where(Integration.key == key)).one()
        for name, senseless in turn.senseless:
            set_aside(session, integration.id, name, senseless)
        receive(session, integration, turn.orders)
    return turn.left


@dataclass(slots=True)
class _Turn:
    """What came of reading orders of one integration, by several threads."""

    provider: Any
    context: Context[Any]
    key: str
    until: float
    orders: list[RawOrder] = field(default_factory=list)
    senseless: list[tuple[str, BadData]] = field(default_factory=list)
    left: dict[int, Exception | None] = field(default_factory=dict)

    def read(self, place: int, name: str) -> None:
        if time.monotonic() >= self.until:
            self.left[place] = None
            return
        try:
            self.orders.append(self.provider.fetch_order(self.context, name))
        except Rejected as error:
            if error.code.upper() != NOT_FOUND:
                self.left[place] = error
                return
            log.warning("channel.order_unknown", integration=self.key, order=name, reason=error.message)
        except BadData as error:
            self.senseless.append((name, error))
        except Exception as error:  # noqa: BLE001  # whatever it is, the others are kept
            self.left[place] = error


def bring(hub: "Hub", key: str, external_id: str) -> str | None:
    """Read one order and apply it at once; None, or why it cannot be had. Raises what may pass, as the verb does."""
    from core.flows.inbox import orders  # noqa: PLC0415  # its applier acknowledges through modules beside this one

    provider = hub.provider(key, "channel")
    try:
        raw: RawOrder = provider.fetch_order(hub.context(key), external_id)
    except Rejected as error:
        return f"The channel does not give its order {external_id}: {error.message}"
    except BadData as error:
        with hub.transaction() as session:
            set_aside(session, _id_of(session, key), external_id, error)
        return f"Its order {external_id} makes no sense: {error.message}"
    with hub.transaction() as session:
        (kept,) = receive(session, session.scalars(select(Integration).where(Integration.key == key)).one(), [raw])
        message = session.get_one(InboxMessage, kept.id)
    orders.apply(hub, key, [message])
    with hub.transaction() as session:
        message = session.get_one(InboxMessage, kept.id)
        if message.state is InboxState.QUARANTINED:
            return f"Its order {external_id} was set aside: {message.error}"
    return None


def set_aside(session: Session, integration_id: int, external_id: str | None, error: BadData) -> None:
    """Keep a payload that makes no sense, once, for a person."""
    payload = error.payload.decode(errors="replace") if isinstance(error.payload, bytes) else error.payload
    payload = payload.replace("\0", "")
    name = external_id or inbox.digest(payload or error.message)
    raw = Raw(kind=UNREADABLE, external_id=name, version=inbox.digest(payload), payload=payload)
    (kept,) = inbox.keep(session, integration_id, [raw])
    where = f" ({error.where})" if error.where else ""
    inbox.quarantine(session, kept.id, f"{error.message}{where}")


UNREADABLE = "channel_answer"
"""Messages that hold an answer of a channel which nobody could read."""


def _id_of(session: Session, key: str) -> int:
    return session.scalars(select(Integration.id).where(Integration.key == key)).one()

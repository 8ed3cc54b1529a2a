"""One transaction at a time for one order or one new customer, however many connections tell of them at once."""

from collections.abc import Iterable
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.customers.service import handle
from core.locks import CAPTURING
from crossdock.orders import OrderData

_STRIPES = 256
"""Names share stripes, so that a batch of a thousand orders takes few locks; two orders of one stripe merely wait."""

_LOCK = text("select pg_advisory_xact_lock(:class, stripe) from unnest(cast(:stripes as int[])) as wanted(stripe)")


def hold(session: Session, channel_id: int, orders: Iterable[OrderData]) -> None:
    """Wait for whoever captures one of these orders or customers now. Taken in order, so nobody waits in a ring."""
    names = set()
    for data in orders:
        if data.external_id:
            names.add(f"{channel_id} order {data.external_id}")
        person = handle(data.customer)
        if person is not None:
            # A key belongs to its channel; an email is the same person everywhere.
            names.add(f"{channel_id} {person}" if data.customer.key else person)
        if data.customer.key and data.customer.email:
            names.add(f"email {data.customer.email.lower()}")
    stripes = sorted({crc32(name.encode()) % _STRIPES for name in names})
    if stripes:
        session.execute(_LOCK, {"class": CAPTURING, "stripes": stripes})

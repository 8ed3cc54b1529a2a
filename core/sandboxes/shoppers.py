"""Shoppers who come by themselves: an order now and then, in one store after the other; at times a change of mind."""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import structlog

from crossdock.sandbox import Desk

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 25.0
_MOST_UNITS = 3
_CHANGES = {5: "ask_cancel", 9: "return", 13: "cancel", 17: "return", 40: "pay_out"}
"""What happens beside an order, at which round of so many; what no store's orders allow just then does not."""
_ROUNDS = 40


@contextmanager
def shoppers(desks: Sequence[Desk], *, every: float = _EVERY_SECONDS) -> Iterator[None]:
    """Have them come until the block ends."""
    stopped = threading.Event()
    thread = threading.Thread(target=_come, args=(desks, stopped, every), name="shoppers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _come(desks: Sequence[Desk], stopped: threading.Event, every: float) -> None:
    dice = random.Random()  # noqa: S311  # taste, not a key
    for number in count(1):
        if stopped.wait(every) or not desks:
            return
        try:
            come(desks, number, dice)
        except Exception as error:  # noqa: BLE001  # a store may be of any plugin; its shoppers come again
            log.warning("sandbox.shopper_failed", error=str(error) or type(error).__name__)


def come(desks: Sequence[Desk], number: int, dice: random.Random) -> None:
    """One round: somebody buys what the store may sell, and at some rounds something else happens as well."""
    place = number % len(desks)
    desk = desks[place]
    what = _CHANGES.get((number - 1) % _ROUNDS + 1, "")
    if what in desk.acts:
        for each in desks:
            each.act(what)
    elif what:
        _change([*desks[place:], *desks[:place]], what)
    there = [ware for ware in desk.wares() if ware.available > 0]
    if there:
        ware = dice.choice(there)
        desk.sell(ware.sku, dice.randint(1, min(_MOST_UNITS, ware.available)))


def _change(desks: Sequence[Desk], what: str) -> None:
    """The newest order that allows it, of the first store that has one."""
    for desk in desks:
        for sale in desk.sales():
            if what in sale.acts:
                desk.act(what, sale.id)
                return

"""Shoppers in three played stores at once: what they do, and the disorder in which a hub hears of it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.ingest.played import Letter, Played
from crossdock import Money
from crossdock.sandbox import Ware
from plugins.amazon.sandbox import queue
from plugins.amazon.sandbox.store import Message
from plugins.shopify.sandbox.records import Record
from plugins.shopify.sandbox.store import Bought

ON_HAND = {"MUG": 5_000, "POT": 5_000, "CUP": 5_000, "LAMP": 150}
"""What there is of each; of lamps there are fewer than are wanted."""
WARES = [Ware(sku=sku, title=sku.title(), price=Money(1250, "GBP"), available=units) for sku, units in ON_HAND.items()]

Goods = Sequence[tuple[str, int]]
Books = dict[str, dict[str, int]]
"""Units that are still wanted, by order and SKU; none of a cancelled order."""
_MOST_LATE = 8


class Stall(Protocol):
    """One store. What is told of an act is in the letter box, or in the queue."""

    def buy(self, goods: Goods) -> None: ...

    def think_again(self) -> None:
        """Cancel an order, or have less of it."""
        ...

    def books(self) -> Books: ...


@dataclass(slots=True)
class Market:
    """One act after the other, in one store or another.

    A message in ten comes twice, and one in ten comes late, so that up to eight others overtake it.
    """

    stores: Played
    dice: random.Random
    stalls: Mapping[str, Stall] = field(init=False)
    told: int = 0
    """Messages, those that come twice counted once."""
    twice: int = 0
    overtaken: int = 0

    def __post_init__(self) -> None:
        self.stalls = {
            "shopify": _Shop(self.stores, self.dice),
            "ebay": _Seller(self.stores, self.dice),
            "amazon": _Account(self.stores, self.dice),
        }

    def messages(self, count: int) -> Iterator[Letter | Message]:
        """So many messages as they arrive, a third of them from each store."""
        late: list[tuple[int, Letter | Message]] = []
        sent = 0
        while sent < count:
            self._act()
            for message in self._told():
                self.told += 1
                chance = self.dice.random()
                if chance < 0.2:
                    late.append((sent + self.dice.randint(1, _MOST_LATE), message))
                self.overtaken += chance < 0.1
                self.twice += 0.1 <= chance < 0.2
                due = [message] if chance >= 0.1 else []
                due += [each for moment, each in late if moment <= sent]
                late = [(moment, each) for moment, each in late if moment > sent]
                yield from due
                sent += len(due)
        yield from (message for _, message in late)

    def books(self, channel: str) -> Books:
        return self.stalls[channel].books()

    def figures(self, channel: str) -> dict[str, int]:
        """What a store believes it may sell."""
        return {ware.sku: ware.available for ware in self.stores.desks[channel].wares()}

    def _act(self) -> None:
        channel = self.dice.choice(list(self.stalls))
        if self.dice.random() < 0.3:
            self.stalls[channel].think_again()
            return
        there = [sku for sku, units in self.figures(channel).items() if units >= 3]
        some = self.dice.sample(there, min(len(there), self.dice.randint(1, 2)))
        self.stalls[channel].buy([(sku, self.dice.randint(1, 3)) for sku in some])

    def _told(self) -> list[Letter | Message]:
        account = self.stalls["amazon"]
        assert isinstance(account, _Account)
        return [*self.stores.box.empty(), *account.told()]


class _Shop:
    def __init__(self, stores: Played, dice: random.Random) -> None:
        self.store, self.dice = stores.shop, dice
        self.open: list[Record] = []

    def buy(self, goods: Goods) -> None:
        self.open.append(self.store.place_order(*(Bought(sku=sku, quantity=units) for sku, units in goods)))

    def think_again(self) -> None:
        if self.open:
            order = self.open.pop(self.dice.randrange(len(self.open)))
            if self.dice.random() < 0.5:
                self.store.cancel_order(order)
            else:
                self.store.remove_units(order, order["lineItems"][0]["sku"], 1)

    def books(self) -> Books:
        return {
            order["id"]: {
                line["sku"]: line["currentQuantity"]
                for line in order["lineItems"]
                if line["currentQuantity"] and order["cancelledAt"] is None
            }
            for order in self.store.orders.values()
        }


class _Account:
    def __init__(self, stores: Played, dice: random.Random) -> None:
        self.store, self.dice = stores.account, dice
        self.open: list[str] = []
        self.fresh: list[Message] = []
        self.store.notify = self._tell

    def buy(self, goods: Goods) -> None:
        with self.store.lock:
            self.open.append(self.store.place_order(*goods))

    def think_again(self) -> None:
        if self.open:
            order_id = self.open.pop(self.dice.randrange(len(self.open)))
            with self.store.lock:
                self.store.cancel_order(order_id)

    def books(self) -> Books:
        return {
            name: {
                item["product"]["sellerSku"]: item["quantityOrdered"]
                for item in order["orderItems"]
                if order["fulfillment"]["fulfillmentStatus"] != "CANCELLED"
            }
            for name, order in self.store.orders.items()
        }

    def told(self) -> list[Message]:
        with self.store.lock:
            told, self.fresh = self.fresh, []
            return told

    def _tell(self, order: Any, kind: str) -> None:
        """What would go to the queue, taken out of it again."""
        before = len(self.store.queue)
        queue.tell(self.store, order, kind)
        self.fresh += self.store.queue[before:]
        del self.store.queue[before:]


class _Seller:
    """EBay tells of each line that was bought, and of no cancellation: so one line is told of after that."""

    def __init__(self, stores: Played, dice: random.Random) -> None:
        self.store, self.box, self.dice = stores.seller, stores.box, dice
        self.open: list[tuple[str, Letter]] = []

    def buy(self, goods: Goods) -> None:
        order_id = self.store.place_order(goods)
        if len(goods) > 1 and self.dice.random() < 0.7:
            self.open.append((order_id, self.box.letters.pop()))

    def think_again(self) -> None:
        if self.open:
            order_id, letter = self.open.pop(self.dice.randrange(len(self.open)))
            self.store.cancel_order(order_id, by="Buyer")
            self.box.letters.append(letter)

    def books(self) -> Books:
        return {
            name: {
                line["sku"]: line["quantity"]
                for line in order["lineItems"]
                if order["cancelStatus"]["cancelState"] != "CANCELED"
            }
            for name, order in self.store.orders.items()
        }

"""Three played stores, and the hub that sells in them, connected as an operator connects them: through the API."""

import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from bench.ingest.played import CHANNELS, Letter, Played
from core import clock
from core.hub import Hub
from core.jobs.models import Job
from core.jobs.run import run_jobs
from crossdock import Money
from crossdock.sandbox import Desk, Ware
from tests.acceptance import shipping, steps
from tests.acceptance.timeline import shown
from tests.api import Api
from tests.plugins.people import sent_by_the_account, sent_by_the_seller, sent_by_the_shop

WARES = tuple(Ware(sku=sku, title=sku.title(), price=Money(1250, "GBP"), available=5) for sku in ("MUG", "LAMP"))

_CREATE = """
mutation ($plugin: String!, $key: String!, $config: JSON!) {
  integrationCreate(plugin: $plugin, key: $key, config: $config) { integration { key } userErrors { message path } }
}
"""
_SYNC = """
mutation ($key: String!, $job: String!) {
  integrationSync(key: $key, job: $job) { userErrors { message } }
}
"""
_ORDER = "query ($key: String!, $id: String!) { order(channel: $key, externalId: $id) { id } }"
_LEVEL = "query ($sku: [String!]) { stockLevels(filter: {sku: $sku}) { nodes { onHand reserved available } } }"
_POSTED = (200, 201, 202, 204)


@dataclass
class Mall:
    """`port`: where the hub's webhooks are. Stores go by the names of their channels."""

    stores: Played
    hub: Hub
    api: Api
    port: int
    answers: list[int] = field(default_factory=list)

    def desk(self, store: str) -> Desk:
        return self.stores.desks[store]

    def opens(self, **stock: int) -> None:
        """A depot with these goods at 2.00 each, and the stores connected to the hub."""
        shipping.depot(self.api, "leeds")
        for ware in WARES:
            steps.item(self.api, ware.sku)
        for sku, units in stock.items():
            steps.stock(self.api, sku, "leeds", units, "2.00", "GBP")
        for name in CHANNELS:
            self.api.done(_CREATE, plugin=name, key=name, config=dict(self.stores.settings[name]))
        self.run()
        self.sync("listings")
        self.run()

    def sync(self, job: str, *stores: str) -> None:
        for name in stores or CHANNELS:
            self.api.done(_SYNC, key=name, job=job)

    def run(self) -> None:
        """All jobs, those that wait for a later moment too."""
        for _ in range(4):
            with self.hub.transaction() as session:
                session.execute(update(Job).values(run_at=clock.now()))
            if not run_jobs(self.hub):
                return

    def sells(self, store: str, sku: str = "MUG", units: int = 1) -> str:
        """The store's id of an order that the hub has heard of, and done what it does with it."""
        sold = self.desk(store).sell(sku, units)
        self.hears()
        return sold

    def hears(self) -> None:
        """What the stores told arrives, they are asked what is new, and all of it is worked on."""
        self.post(self.stores.box.empty())
        self.sync("notifications", "amazon")
        self.sync("orders")
        self.run()

    def post(self, letters: Iterable[Letter], at_once: int = 1) -> None:
        """Webhooks arrive, so many at a time; every one must be taken."""
        with ThreadPoolExecutor(at_once) as carriers:
            answers = list(carriers.map(self._deliver, letters))
        assert set(answers) <= set(_POSTED), answers

    def ships(self, store: str, sold: str, units: int) -> str:
        """All of it leaves our depot in one parcel with a label, and the store is told; our shipment."""
        (parcel,) = shipping.packed(self.api, self.ours(store, sold), units)
        shipping.label_of(shipping.label(self.api, parcel, f"label-{sold}"))
        shipping.handed_over(self.api, parcel)
        self.hears()
        return parcel

    def sends(self, store: str, sold: str, units: int, number: str) -> None:
        """The store's own people send units of the order's first line, and the hub hears of it."""
        if store == "shopify":
            sent_by_the_shop(self.stores.shop, sold, units, number)
        elif store == "ebay":
            sent_by_the_seller(self.stores.seller, sold, units, number)
        else:
            sent_by_the_account(self.stores.account, sold, units, number)
        self.hears()

    def ours(self, store: str, sold: str) -> str:
        """Our id of a store's order."""
        found: str = self.api(_ORDER, key=store, id=sold)["order"]["id"]
        return found

    def order(self, store: str, sold: str) -> dict[str, Any]:
        return shown(self.api, self.ours(store, sold))

    def level(self, sku: str = "MUG") -> tuple[int, int, int]:
        """On hand, reserved, available."""
        (found,) = self.api(_LEVEL, sku=[sku])["stockLevels"]["nodes"]
        return found["onHand"], found["reserved"], found["available"]

    def offered(self, store: str, sku: str = "MUG") -> int:
        """Units that a store believes it may sell."""
        return next(ware.available for ware in self.desk(store).wares() if ware.sku == sku)

    def state(self, store: str, sold: str) -> str:
        """An order's state in the store's own words."""
        return next(sale.state for sale in self.desk(store).sales() if sale.id == sold)

    def acts(self, store: str, sold: str) -> Sequence[str]:
        return list(next(sale.acts for sale in self.desk(store).sales() if sale.id == sold))

    def _deliver(self, letter: Letter) -> int:
        where = f"http://127.0.0.1:{self.port}/webhooks/{letter.channel}"
        request = urllib.request.Request(where, data=letter.body, headers=dict(letter.headers), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # loopback
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

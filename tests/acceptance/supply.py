"""Suppliers that ship for us, by the public API alone, and what they write into their folders."""

from collections.abc import Sequence
from pathlib import Path

from core.flows import supplier_updates
from core.hub import Hub
from core.jobs.run import run_jobs
from plugins.folder_supplier.sandbox import FolderPlayer
from tests.api import Api

_SUPPLIER = """
mutation ($key: String!, $priority: Int) {
  supplierUpsert(key: $key, name: $key, integration: $key, currency: "GBP") { userErrors { message path } }
  locationUpsert(code: $key, priority: $priority) { userErrors { message path } }
}
"""
_OFFER = """
mutation ($supplier: String!, $sku: String!, $cost: MoneyInput!, $stock: Int) {
  supplierOfferSet(supplier: $supplier, sku: $sku, cost: $cost, stock: $stock) { userErrors { message path } }
}
"""


def supplier(api: Api, key: str, *, priority: int) -> None:
    """A supplier with an integration of its name, and the place it ships from."""
    for payload in api(_SUPPLIER, key=key, priority=priority).values():
        assert payload["userErrors"] == []


def offer(api: Api, supplier: str, sku: str, stock: int, cost: str = "4.00") -> None:
    api.done(_OFFER, supplier=supplier, sku=sku, stock=stock, cost={"amount": cost, "currency": "GBP"})


def player(hub: Hub, key: str) -> FolderPlayer:
    """The plugin's own player of a supplier."""
    found = hub.registry.player(key)
    assert isinstance(found, FolderPlayer)
    return found


def wrote(hub: Hub, key: str, name: str, rows: Sequence[str]) -> Path:
    """The supplier drops a file, header first, and then the hub looks."""
    path = hub.context(key).home / "inbound" / name
    path.write_text("\n".join(rows) + "\n")
    looked(hub)
    return path


def looked(hub: Hub) -> None:
    """The minute has passed after which the hub asks its suppliers again."""
    supplier_updates.poll(hub)
    run_jobs(hub)

"""What a key may be allowed to do. `admin` allows everything."""

from core.errors import Invalid

SCOPES: dict[str, str] = {
    "admin": "everything, keys and settings included",
    "orders:read": "orders, customers, fulfilment, shipments, returns and cases",
    "orders:write": "create, hold, route, edit and cancel orders; record payments; resolve cases",
    "catalog:read": "items, bundles, channels and listings",
    "catalog:write": "items, bundles, channels and listings",
    "stock:read": "locations, levels, movements and available to promise",
    "stock:write": "locations, adjustments, counts, transfers and safety stock",
    "fulfillment:write": "accept, pick, pack, label, ship and track",
    "returns:write": "request, approve, receive and close returns",
    "refunds:write": "give money back",
    "purchasing:read": "suppliers, offers and purchase orders",
    "purchasing:write": "suppliers, offers and purchase orders",
    "ledger:read": "journal, trial balance, profit and settlements",
    "ledger:write": "post and reverse entries, set exchange rates, close periods, match settlements",
    "integrations:read": "plugins, integrations, sync runs, inbox, external calls, jobs and queues",
    "integrations:write": "run syncs, replay the inbox and failed jobs",
}


def check(scopes: list[str]) -> None:
    """Raises Invalid for a scope that does not exist, and for none at all."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise Invalid(f"There is no scope {unknown[0]!r}; scopes are {', '.join(SCOPES)}.", path=("scopes",))
    if not scopes:
        raise Invalid("A key needs at least one scope.", path=("scopes",))

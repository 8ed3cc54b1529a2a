"""Demo: the stores that `crossdock sandbox` plays become channels of this hub, as real ones would.

Each is an integration made in the API, with the settings that the sandbox gives. A sandbox that was started again has
forgotten everything: then its topics are subscribed to anew, and its listings and stock compared with what is known.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2
from sqlalchemy import select

from core.catalog.models import Item
from core.flows import integrations, sync
from core.flows.channels.subscribe import JOB as SUBSCRIBE
from core.flows.deliveries import buy_in
from core.integrations import runs
from core.integrations.aside import ASIDE, PLAYED
from core.integrations.models import Integration
from core.jobs.registry import periodic
from core.stock.models import Location
from crossdock import Money

if TYPE_CHECKING:
    from core.hub import Hub

LOCATION = "main"
_AFRESH = ("listings", "orders", "stock")
_PATIENCE = 2.0
_KEEP = 6
"""Units of each ware: when fewer are left, a lot is bought in."""


@periodic("sample.stores", every=timedelta(seconds=10), queue="channels", only_if=lambda config: config.sample)
def connect(hub: "Hub") -> None:
    """Have an integration for each store that is played. Nothing happens until the sample was loaded."""
    said = _said(hub.config.sandboxes)
    if said is None or not _sells(hub, said["wares"]):
        return
    for store in said["stores"]:
        _connect(hub, store, str(said["run"]))


def _said(at: str) -> Any:
    """What the sandboxes say of themselves; None where there are none."""
    try:
        return httpx2.get(f"{at}/stores.json", timeout=_PATIENCE, trust_env=False).raise_for_status().json()
    except (httpx2.HTTPError, ValueError):
        return None


def _sells(hub: "Hub", wares: list[dict[str, Any]]) -> bool:
    """Whether these goods are the sample's; then what ran low of them is bought in."""
    prices = {each["sku"]: Money(each["minor"], each["currency"]) for each in wares}
    with hub.transaction() as session:
        location_id = session.scalar(select(Location.id).where(Location.code == LOCATION))
        known = session.scalars(select(Item.sku).where(Item.sku.in_(prices))).all()
        if location_id is None or len(known) < len(prices):
            return False
        buy_in(session, dict.fromkeys(prices, _KEEP), prices, LOCATION, location_id)
    return True


def _connect(hub: "Hub", store: dict[str, Any], run: str) -> None:
    """What a person has deleted stays deleted; what reaches another place under that key is somebody's own."""
    key, afresh = store["name"], list(_AFRESH)
    with hub.transaction() as session:
        found = session.scalar(select(Integration).where(Integration.key == key))
        seen = runs.cursor_of(session, found.id, PLAYED) if found is not None else None
    if found is None:
        found_id = integrations.create(hub, store["plugin"], key, store["settings"])
    else:
        ours = seen is not None or found.config.get("url") == store["url"]
        if not ours or seen == run or found.deleted_at is not None:
            return
        found_id = found.id
        if found.from_file:
            afresh.append(SUBSCRIBE)
        else:
            integrations.change(hub, key, store["settings"], enabled=True if seen == ASIDE else None)
    with hub.transaction() as session:
        runs.keep_cursor(session, found_id, PLAYED, run)
        for name in afresh:
            sync.run_later(session, found_id, key, name)

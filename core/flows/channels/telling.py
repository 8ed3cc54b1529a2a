"""Tellings of stock that a channel is still working through: what was told, and the channel's name for the telling."""

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.integrations import runs
from core.integrations.models import Integration
from crossdock import StockLevelUpdate

Telling = tuple[str, str, dict[int, StockLevelUpdate]]
"""(the channel's handle, the integration's key, the update of each listing)"""


def under_way(session: Session, channel_id: int) -> Telling | None:
    """The telling that the channel has not answered yet."""
    row = session.execute(
        select(Integration.id, Integration.key)
        .join(Channel, Channel.integration_id == Integration.id)
        .where(Channel.id == channel_id, Integration.enabled)
    ).first()
    kept = runs.cursor_of(session, row.id, _place(channel_id)) if row is not None else None
    said = orjson.loads(kept) if kept else {}
    if row is None or not said:
        return None
    updates = {int(listing): StockLevelUpdate(**update) for listing, update in said["updates"].items()}
    return said["handle"], row.key, updates


def keep_under_way(session: Session, channel_id: int, updates: dict[int, StockLevelUpdate], handle: str | None) -> None:
    """Write a telling down, or with no handle that it is over."""
    integration_id = session.scalars(select(Channel.integration_id).where(Channel.id == channel_id)).one()
    if integration_id is None:
        return
    said = {"handle": handle, "updates": {str(listing): update for listing, update in updates.items()}}
    kept = orjson.dumps(said if handle is not None else {}).decode()
    runs.keep_cursor(session, integration_id, _place(channel_id), kept)


def _place(channel_id: int) -> str:
    return f"telling:{channel_id}"

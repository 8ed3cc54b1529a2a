"""Viewer and ApiKey."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import any_

from core.access import models
from core.catalog.models import Channel as ChannelRow
from core.stock.models import Location as LocationRow
from schema.engine import column, many, node
from schema.errors import Payload

if TYPE_CHECKING:
    from schema.catalog.types import Channel
    from schema.stock.types import Location


@node(models.ApiKey, prefix="key", scope="admin")
class ApiKey:
    """Empty `channels` or `locations`: all of them. A 3PL's or supplier's key sees its own work only."""

    name: str = column(models.ApiKey.name)
    scopes: list[str] = column(models.ApiKey.scopes)
    channels: list["Channel"] = many(
        ChannelRow, on=ChannelRow.key == any_(models.ApiKey.channels), order_by=ChannelRow.key
    )
    locations: list["Location"] = many(
        LocationRow, on=LocationRow.code == any_(models.ApiKey.locations), order_by=LocationRow.code
    )
    created_at: datetime = column(models.ApiKey.created_at)
    expires_at: datetime | None = column(models.ApiKey.expires_at)
    last_used_at: datetime | None = column(models.ApiKey.last_used_at)
    revoked_at: datetime | None = column(models.ApiKey.revoked_at)


@strawberry.type
class ApiKeyPayload(Payload):
    """`secret` is shown this once."""

    api_key: ApiKey | None = None
    secret: str | None = None

"""Channels by key: where orders come from, and how scarce stock is dealt out among them."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core import outbox
from core.catalog.models import Channel, ShortagePolicy, channel_locations
from core.errors import Invalid, NotFound
from core.money import exponent

MANUAL = "manual"
"""The channel of orders that are entered by hand."""
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_EMPTY: Mapping[str, Any] = {"priority": 0, "selling": True, "buffer": 0, "shortage": ShortagePolicy.BACKORDER}


def by_key(session: Session, key: str, *, path: tuple[str, ...] = ("channel",)) -> Channel:
    """Raises NotFound."""
    channel = session.scalar(select(Channel).where(Channel.key == key))
    if channel is None:
        raise NotFound(f"No channel has the key {key!r}; `channels` lists those there are.", path=path)
    return channel


def ensure_channel(
    session: Session,
    key: str,
    *,
    name: str | None = None,
    currency: str = "GBP",
    timezone: str | None = None,
    integration_id: int | None = None,
) -> Channel:
    """The channel with this key, made where it is not there yet; one that is there keeps all it has."""
    known = session.scalar(select(Channel).where(Channel.key == key))
    if known is not None:
        return known
    if not _KEY.fullmatch(key):
        raise Invalid(
            f"{key!r} cannot be a channel's key: lower-case letters, digits, dots, dashes, up to 63.", path=("channel",)
        )
    _check_currency(currency)
    _check_zone(timezone)
    name = (name or "").strip() or key
    columns = {"name": name, "currency": currency, "timezone": timezone, "integration_id": integration_id}
    made = session.scalar(upsert(Channel).values(key=key, **columns).on_conflict_do_nothing().returning(Channel.id))
    channel = session.scalars(select(Channel).where(Channel.key == key)).one()
    if made is not None:
        outbox.record(session, "channel.created", f"chn_{made}", f"Channel {key} ({name}, {currency}) is new.")
    return channel


def update_channel(
    session: Session, key: str, given: Mapping[str, Any], *, location_ids: Collection[int] | None = None
) -> Channel:
    """Change a channel; what is not given stays. `location_ids` replaces its list, and an empty one means all.

    `given` holds columns of Channel. Raises NotFound, Invalid.
    """
    channel = session.scalar(select(Channel).where(Channel.key == key).with_for_update())
    if channel is None:
        raise NotFound(f"No channel has the key {key!r}; `channels` lists those there are.", path=("key",))
    columns = {name: _checked(name, value, key) for name, value in given.items()}
    changed = sorted(name for name, value in columns.items() if getattr(channel, name) != value)
    for name in changed:
        setattr(channel, name, columns[name])
    if location_ids is not None and set(location_ids) != locations_of(session, channel.id):
        table = channel_locations
        session.execute(delete(table).where(table.c.channel_id == channel.id))
        if location_ids:
            rows = [{"channel_id": channel.id, "location_id": place} for place in sorted(set(location_ids))]
            session.execute(insert(table), rows)
        changed.append("locations")
    if changed:
        words = ", ".join(name.replace("_", " ") for name in changed)
        data = {"changed": changed}
        outbox.record(session, "channel.updated", f"chn_{channel.id}", f"Channel {key} changed: {words}.", data=data)
    session.flush()
    return channel


def locations_of(session: Session, channel_id: int) -> set[int]:
    """The locations that a channel names; none means that it sells from all."""
    table = channel_locations
    return set(session.scalars(select(table.c.location_id).where(table.c.channel_id == channel_id)))


def _checked(name: str, value: Any, key: str) -> Any:
    if value is None:
        return key if name == "name" else _EMPTY.get(name)
    if name == "name":
        return value.strip() or key
    if name == "buffer" and value < 0:
        raise Invalid(f"{value} cannot be: a buffer is 0 or more units kept back.", path=("buffer",))
    return value


def _check_currency(currency: str) -> None:
    try:
        exponent(currency)
    except ValueError as error:
        raise Invalid(str(error), path=("currency",)) from None


def _check_zone(zone: str | None) -> None:
    if zone is not None and zone not in available_timezones():
        raise Invalid(f"{zone!r} is not a time zone: name one such as Europe/London.", path=("timezone",))

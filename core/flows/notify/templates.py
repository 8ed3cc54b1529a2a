"""Keeping the words that shoppers are told with."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.catalog import service as catalog
from core.notifications import service
from core.notifications.models import Medium


def upsert(
    session: Session,
    key: str,
    given: Mapping[str, Any],
    *,
    medium: Medium | None = None,
    language: str | None = None,
    channels: Sequence[str] | None = None,
) -> int:
    """Make or change a template; its id. `channels`, by key, replaces its list. Raises Invalid, NotFound."""
    channel_ids = None
    if channels is not None:
        named = enumerate(channels)
        channel_ids = [catalog.channel_by_key(session, each, path=("channels", str(at))).id for at, each in named]
    return service.upsert_template(session, key, medium or Medium.EMAIL, language, given, channel_ids=channel_ids).id

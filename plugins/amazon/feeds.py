"""Feeds: documents that Amazon works through in minutes. Written, uploaded, submitted, and asked about."""

import json
from datetime import datetime, timedelta
from typing import Any

from crossdock import BadData, OutcomeUnknown, Pending, Rejected, Retryable
from plugins.amazon.client import Ctx, Params, ask, listed, text_of
from plugins.amazon.documents import download, upload
from plugins.amazon.operations import CREATE_FEED, CREATE_FEED_DOCUMENT, GET_FEED, GET_FEED_DOCUMENT, GET_FEEDS
from plugins.amazon.orders import instant

AGAIN = timedelta(seconds=60)
"""Between two questions about one feed. Most take a few minutes."""
_SINCE = "since "
"""Begins a handle that names no feed, only when one was tried."""
_UNSURE = timedelta(days=3)
"""So far back it is looked where it is not known when it was tried."""
_LAG = timedelta(minutes=5)
"""After so long a feed that was taken is listed."""


def submit(ctx: Ctx, feed_type: str, content: bytes, content_type: str) -> str:
    """The id of a feed that Amazon has taken. Raises OutcomeUnknown where it may have; see `tried_at`."""
    document = ask(ctx, CREATE_FEED_DOCUMENT, body={"contentType": content_type})
    name, url = text_of(document, "feedDocumentId"), text_of(document, "url")
    upload(ctx, url, content, content_type)
    body = {"feedType": feed_type, "marketplaceIds": list(ctx.settings.marketplace_ids), "inputFeedDocumentId": name}
    moment = ctx.now()
    try:
        return text_of(ask(ctx, CREATE_FEED, body=body), "feedId")
    except (OutcomeUnknown, BadData) as lost:
        raise OutcomeUnknown(lost.message, handle=f"{_SINCE}{moment.isoformat()}") from None


def tried_at(ctx: Ctx) -> datetime | None:
    """When a feed was tried of which nobody knows whether it was taken; None where `ctx.handle` is the id of one."""
    if ctx.handle is None:
        return ctx.now() - _UNSURE
    if not ctx.handle.startswith(_SINCE):
        return None
    return datetime.fromisoformat(ctx.handle.removeprefix(_SINCE))


def never_taken(ctx: Ctx, feed_type: str, moment: datetime) -> None:
    """Comes back where Amazon surely took no such feed since then. Raises Retryable where it may have."""
    if ctx.now() < moment + _LAG:
        raise Retryable("Amazon does not list yet which feeds it took.", after=_LAG)
    params: Params = {"feedTypes": (feed_type,), "createdSince": instant(moment - timedelta(minutes=1)), "pageSize": 10}
    if listed(ask(ctx, GET_FEEDS, params=params), "feeds"):
        said = "Amazon took a feed whose answer was lost. See Seller Central for whether it was about this order."
        raise Retryable(said, after=timedelta(hours=1))


def result(ctx: Ctx, feed_id: str) -> bytes:
    """What Amazon reports of a feed that is done; empty where it reports nothing.

    Raises Pending while it is worked through, Rejected where all of it was refused.
    """
    feed = ask(ctx, GET_FEED, path={"feedId": feed_id})
    status = feed.get("processingStatus")
    if status in {"IN_QUEUE", "IN_PROGRESS"}:
        raise Pending("Amazon works through the feed.", feed_id, AGAIN)
    if status != "DONE":
        raise Rejected(str(status), f"Amazon did not work through feed {feed_id}: it is {status}.")
    document = feed.get("resultFeedDocumentId")
    return download(ctx, GET_FEED_DOCUMENT, "feedDocumentId", str(document)) if document else b""


def as_json(content: bytes) -> dict[str, Any]:
    """A report that is JSON. Raises BadData for anything else."""
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise BadData("Amazon's report of the feed is no JSON object.", content[:10_000])
    return said

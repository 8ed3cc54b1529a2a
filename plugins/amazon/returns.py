"""What buyers send back: to the seller, and to Amazon's warehouses where Amazon shipped it."""

from datetime import datetime, timedelta
from typing import NoReturn

from crossdock import NotSupported, OrderWindow, ReturnPage
from plugins.amazon import reports
from plugins.amazon.client import Ctx
from plugins.amazon.mapping.returns import TO_AMAZON, TO_SELLER, Table, returns_of

_LOOK_BACK = timedelta(days=30)
"""Reports tell of returns by the day on which they were asked for: so long each may still change."""
_LONGEST = timedelta(days=60)
"""More than that no report of returns takes in."""


def page(ctx: Ctx, window: OrderWindow) -> ReturnPage:
    """One report. The cursor is the place of the next. Raises Pending while Amazon writes it."""
    parts = _parts(ctx, window)
    place = int(window.cursor or 0)
    table, since, until = parts[place]
    found, bad = returns_of(reports.content(ctx, table.report, since, until), table)
    following = place + 1
    cursor = str(following) if following < len(parts) else None
    return ReturnPage(returns=tuple(found), quarantined=tuple(bad), cursor=cursor)


def decide() -> NoReturn:
    said = "Amazon takes answers to returns from people alone: answer it in Seller Central, under Manage Returns."
    raise NotSupported(said)


def _parts(ctx: Ctx, window: OrderWindow) -> list[tuple[Table, datetime, datetime]]:
    """The reports that a window needs; always the same for the same window."""
    tables = [TO_SELLER, *([TO_AMAZON] if ctx.settings.amazon_fulfilled else [])]
    parts, until = [], window.until
    since = min(window.since, until - _LOOK_BACK)
    while until > since:
        begin = max(since, until - _LONGEST)
        parts += [(table, begin, until) for table in tables]
        until = begin
    return parts

"""Polls that ask for what changed in a span of time, page by page.

Each page is kept in one transaction with the place where the poll goes on, so a crash repeats one page and loses none.
Windows overlap, because a channel may tell of a change late; what is known already changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core import clock
from core.actor import acting_as
from core.flows.channels import fetch
from core.integrations import runs
from core.integrations.models import Integration
from core.integrations.runs import Counts
from crossdock import BadData, OrderWindow, Pending

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

MOST_PAGES = 2_000
_FIRST_LOOK = timedelta(days=1)
"""How far the first poll of an integration looks back, where its settings have no `backfill_days`."""


class Page(NamedTuple):
    """A page as any of the verbs gives one."""

    items: tuple[Any, ...]
    cursor: str | None
    quarantined: tuple[crossdock.Quarantined, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One kind of poll. `read` asks for a page; `keep` writes it down and counts.

    span: the window is always so long, up to now; None: it goes on where the last one ended, less `overlap`.
    """

    job: str
    read: Callable[[Any, crossdock.Context[Any], OrderWindow], Page]
    keep: Callable[["Hub", Session, Integration, Page, bool], Counts]
    overlap: timedelta = timedelta(0)
    span: timedelta | None = None


@dataclass(slots=True)
class _Place:
    """Where a poll stands: in the middle of a window, or at its end."""

    since: datetime
    until: datetime
    first: bool
    cursor: str | None = None
    handle: str | None = None
    run_id: int | None = None


def run(hub: "Hub", key: str, poll: Poll, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """Poll to the end of the window; the run's id. A window that is given leaves where the poll goes on as it was.

    Raises Pending where the channel takes its time, and what else the verb raises: the next run goes on at that page.
    """
    asked = since is not None or until is not None
    with hub.transaction() as session:
        integration = session.scalars(select(Integration).where(Integration.key == key)).one()
        place = _place(hub, integration, poll, since, until) if asked else _next(hub, session, integration, poll)
        if place.run_id is None:
            place.run_id = runs.begin(session, integration.id, poll.job, since=place.since, until=place.until)
        run_id = place.run_id
    try:
        broken = _pages(hub, key, poll, place, keep_place=not asked)
    except Pending as pending:
        place.handle = pending.handle
        with hub.transaction() as session:
            _keep(session, integration.id, poll, place)
        raise
    except Exception as error:
        with hub.transaction() as session:
            runs.end(session, run_id, error=str(error) or type(error).__name__)
            if not asked:
                place.run_id = None
                _keep(session, integration.id, poll, place)
        raise
    with hub.transaction() as session:
        runs.end(session, run_id, error=broken, partial=broken is not None)
    return run_id


def _pages(hub: "Hub", key: str, poll: Poll, place: _Place, *, keep_place: bool) -> str | None:
    """Read until the window ends; None, or why it was left before."""
    provider = hub.provider(key, "channel")
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        window = OrderWindow(since=place.since, until=place.until, cursor=place.cursor)
        try:
            page = poll.read(provider, hub.context(key, cursor=place.cursor, handle=place.handle), window)
        except BadData as error:
            return _unreadable(hub, key, poll, place, error, keep_place=keep_place)
        place.handle = None
        with hub.transaction() as session, acting_as(f"channel:{key}"):
            integration = session.scalars(select(Integration).where(Integration.key == key)).one()
            counts = poll.keep(hub, session, integration, page, place.first)
            counts += quarantine(session, integration.id, page.quarantined)
            runs.count(session, place.run_id or 0, counts, cursor=page.cursor)
            runs.report_gap(session, place.run_id or 0, poll.job, counts.names)
            place.cursor = page.cursor
            if keep_place:
                _keep(session, integration.id, poll, place, over=page.cursor is None)
        if page.cursor is None:
            return None
        if page.cursor in seen:
            return "Its pages go round in a circle: the same cursor came twice."
        seen.add(page.cursor)
    return f"It has more than {MOST_PAGES} pages; the next run goes on."


def _unreadable(hub: "Hub", key: str, poll: Poll, place: _Place, error: BadData, *, keep_place: bool) -> str:
    """Keep a page that makes no sense for a person. The window begins anew with the next run: pages shift meanwhile."""
    log.warning("channel.page_unreadable", integration=key, job=poll.job, reason=error.message)
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        fetch.set_aside(session, integration_id, None, error)
        runs.count(session, place.run_id or 0, Counts(seen=1, rejected=1))
        if keep_place:
            place.cursor = place.handle = None
            _keep(session, integration_id, poll, place, again=True)
    return error.message


def quarantine(session: Session, integration_id: int, pieces: tuple[crossdock.Quarantined, ...]) -> Counts:
    """Set pieces of an answer aside, each once."""
    for piece in pieces:
        error = BadData(f"{piece.source}: {piece.reason} {piece.mend}".rstrip(), piece.payload)
        fetch.set_aside(session, integration_id, f"{piece.source}:{piece.line}" if piece.line else piece.source, error)
    return Counts(seen=len(pieces), rejected=len(pieces))


def _next(hub: "Hub", session: Session, integration: Integration, poll: Poll) -> _Place:
    """The window that is under way, else the one that follows the last."""
    kept = runs.cursor_of(session, integration.id, poll.job)
    said = orjson.loads(kept) if kept else {}
    if "since" in said:
        since, until = datetime.fromisoformat(said["since"]), datetime.fromisoformat(said["until"])
        if not said.get("cursor") and not said.get("handle"):
            until = clock.now()
        place = _Place(since, until, said.get("first", False), said.get("cursor"), said.get("handle"))
        place.run_id = said.get("run")
        return place
    return _place(hub, integration, poll, None, None, over=said.get("over"))


def _place(
    hub: "Hub",
    integration: Integration,
    poll: Poll,
    since: datetime | None,
    until: datetime | None,
    *,
    over: str | None = None,
) -> _Place:
    until = until or clock.now()
    first = since is None and over is None and poll.span is None
    if since is None and poll.span is not None:
        since = until - poll.span
    elif since is None and over is not None:
        since = datetime.fromisoformat(over) - poll.overlap
    elif since is None:
        days = getattr(hub.registry.integration(integration.key).settings, "backfill_days", None)
        since = until - (timedelta(days=days) if days is not None else _FIRST_LOOK)
    return _Place(since, until, first)


def _keep(
    session: Session, integration_id: int, poll: Poll, place: _Place, *, over: bool = False, again: bool = False
) -> None:
    """Keep where the poll goes on. `again`: at the beginning of this window."""
    if over:
        said: dict[str, Any] = {"over": place.until.isoformat()}
    else:
        said = {"since": place.since.isoformat(), "until": place.until.isoformat(), "first": place.first}
        said |= {"cursor": place.cursor, "handle": place.handle}
        if not again and place.handle is not None:
            said["run"] = place.run_id
    runs.keep_cursor(session, integration_id, poll.job, orjson.dumps(said).decode())

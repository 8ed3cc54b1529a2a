"""Asking suppliers what they would take for an order. No transaction is open, and nobody is waited for long."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

import crossdock
from core import clock
from core.flows.route.facts import Facts, Location
from core.flows.route.problem import exclusions
from core.flows.route.quotes import Quoted, Quotes, request_of

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_ONE = timedelta(seconds=3)
"""For one answer."""
_ALL = timedelta(seconds=6)
"""For those of a batch of orders together."""
_HOLDS = timedelta(minutes=5)
"""So long an answer counts for the same basket to the same address."""
_RESTS = timedelta(minutes=1)
"""So long nobody asks whoever failed or was late: routing waits for them once."""
_AT_ONCE = 4
_MOST = 10
"""Quotes of one answer that are looked at."""


@dataclass(frozen=True, slots=True)
class _Asked:
    integration: str
    request: crossdock.QuoteRequest


def gather(hub: "Hub", facts: Facts, chosen: Collection[int] = ()) -> Quotes:
    """What suppliers say of these orders. Whoever is late or fails is left out, and the answer says so."""
    sources: dict[str, Any] = dict(hub.providers("supplier", "quotes"))
    places = [location for location in facts.locations if location.integration in sources]
    due = _due(facts, places, chosen)
    if not due:
        return {}
    until = clock.now() + _ALL
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="quotes") as pool:
        heard = pool.map(lambda asked: _hear(hub, sources[asked.integration], asked, until), due.values())
        answers = zip(due, heard, strict=True)
        return {place: quoted for place, quoted in answers if quoted.quotes or quoted.unheard}


def _due(facts: Facts, places: Collection[Location], chosen: Collection[int]) -> Mapping[tuple[int, int], _Asked]:
    """Who is to be asked what: only who may ship some of it, and has it."""
    due = {}
    for order in facts.orders if places else ():
        for location in places:
            request = None
            if not exclusions(order, location, chosen or order.pinned):
                request = request_of(order, location, facts)
            if request is not None and location.integration is not None:
                due[order.id, location.id] = _Asked(location.integration, request)
    return due


def _hear(hub: "Hub", source: Any, asked: _Asked, until: datetime) -> Quoted:
    known: Quoted | None = hub.kept.get(asked)
    if known is not None:
        return known
    late = clock.now() >= until
    if late or hub.kept.get(("quotes", asked.integration)):
        why = "It gave no quote in time." if late else "It gave no quote a moment ago, and is asked again in a minute."
        return Quoted(asked.request, unheard=why)
    context = hub.context(asked.integration, deadline=min(clock.now() + _ONE, until))
    try:
        quoted = Quoted(asked.request, tuple(source.quote(context, asked.request))[:_MOST])
    except crossdock.Rejected as error:
        quoted = Quoted(asked.request, unheard=f"It gave no quote: {error.message}")
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the order is routed without its quote
        log.warning("supplier.quote_failed", integration=asked.integration, error=str(error))
        hub.kept.keep(("quotes", asked.integration), "rests", _rest(error))
        return Quoted(asked.request, unheard=f"It gave no quote: {error}")
    hub.kept.keep(asked, quoted, _HOLDS)
    return quoted


def _rest(error: Exception) -> timedelta:
    """As long as the other side asks for, where that is short."""
    if isinstance(error, crossdock.RateLimited):
        return max(timedelta(0), min(error.until - clock.now(), _RESTS))
    return _RESTS


__all__ = ["gather"]

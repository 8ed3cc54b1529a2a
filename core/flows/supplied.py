"""What all news of suppliers have in common: whom and what they speak of, and a run that tells how it went."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import crossdock
from core import actor
from core.flows.supplier_updates import quarantine
from core.integrations import runs
from core.integrations.models import Integration
from core.integrations.runs import Counts
from core.purchasing.models import Supplier
from core.stock.models import Location

if TYPE_CHECKING:
    from core.hub import Hub

T = TypeVar("T")

_NAMED = text(
    """
    select offer.supplier_sku as name, offer.item_id, false as ours from supplier_offers offer
    join suppliers supplier on supplier.id = offer.supplier_id and supplier.integration_id = :integration
    where offer.supplier_sku = any(:names)
    union all
    select item.sku, item.id, true from items item where item.sku = any(:names)
    order by ours, item_id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What came of an answer. cursor: where the next run goes on; None leaves it. error: why nothing was taken in."""

    counts: Counts
    cursor: str | None = None
    error: str | None = None


def look(
    hub: "Hub",
    key: str,
    job: str,
    ask: Callable[[Any, crossdock.Context[Any]], T],
    take_in: Callable[[Session, int, T], TakenIn],
) -> int:
    """Ask a supplier, as (provider, context), and take the answer in, as (session, integration's id, answer).

    The run's id. What was answered, how it is counted and where to go on are kept in one transaction. Raises what the
    verb raises, except BadData: what makes no sense is set aside.
    """
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        cursor = runs.cursor_of(session, integration_id, job)
        run_id = runs.begin(session, integration_id, job)
    try:
        answer = ask(hub.provider(key, "supplier"), hub.context(key, cursor=cursor))
        with hub.transaction() as session, actor.acting_as(f"supplier:{key}"):
            taken = take_in(session, integration_id, answer)
            runs.count(session, run_id, taken.counts, cursor=taken.cursor)
            if taken.cursor is not None:
                runs.keep_cursor(session, integration_id, job, taken.cursor)
            runs.end(session, run_id, error=taken.error)
    except crossdock.BadData as error:
        with hub.transaction() as session:
            bad = quarantine(session, integration_id, [_senseless(job, error)])
            runs.count(session, run_id, Counts(seen=1, unchanged=1 - bad, rejected=bad))
            runs.end(session, run_id, error=error.message, partial=True)
    except Exception as error:
        with hub.transaction() as session:
            runs.end(session, run_id, error=str(error) or type(error).__name__)
        raise
    return run_id


def items_named(session: Session, integration_id: int, names: Collection[str]) -> dict[str, int]:
    """Items by what a supplier calls them: by our SKU, else by its own."""
    rows = session.execute(_NAMED, {"integration": integration_id, "names": sorted(names)})
    return {row.name: row.item_id for row in rows}


def locations_of(session: Session, integration_id: int) -> list[int]:
    """The locations that an integration speaks for."""
    supplied = select(Supplier.location_id).where(Supplier.integration_id == integration_id)
    named = (Location.integration_id == integration_id) | Location.id.in_(supplied)
    return list(session.scalars(select(Location.id).where(named).order_by(Location.id)))


def _senseless(job: str, error: crossdock.BadData) -> crossdock.Quarantined:
    payload = error.payload.decode(errors="replace") if isinstance(error.payload, bytes) else error.payload
    where = f" ({error.where})" if error.where else ""
    return crossdock.Quarantined(source=job, reason=f"{error.message}{where}", payload=payload.replace("\0", ""))

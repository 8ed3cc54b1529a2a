"""Noticing parcels that are late, or of which nothing is heard."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from core import clock, ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.jobs.registry import periodic
from core.settings import service as settings

if TYPE_CHECKING:
    from core.hub import Hub

# What the shop shipped itself is followed by the shop. Hours are elapsed ones, whatever the clocks on walls do.
_UNHEARD = text(
    """
    select s.id, s.order_id, s.tracking_number, s.carrier, s.estimated_delivery,
           greatest(s.shipped_at, max(scan.occurred_at)) as heard_at
    from shipments s left join tracking_events scan on scan.shipment_id = s.id
    where s.origin <> 'CHANNEL' and s.tracking_number is not null
      and s.status in ('HANDED_OVER', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELAYED')
    group by s.id
    having (greatest(s.shipped_at, max(scan.occurred_at)) < :silent_since
            and not exists (select from cases where same_as = 'tracking_silent:' || s.id || ':' ||
                            extract(epoch from greatest(s.shipped_at, max(scan.occurred_at)))::bigint))
        or (s.estimated_delivery < :now and not exists (select from cases where same_as = 'delivery_late:' || s.id))
    order by s.id limit 1000
    """
)


@periodic("tracking.silence", every=timedelta(minutes=30), queue="carriers")
def notice(hub: "Hub") -> None:
    """Open a case for each parcel that is overdue, and one for each silence of a parcel that is too long."""
    now = clock.now()
    with hub.transaction() as session:
        hours = settings.current(session).tracking_silence_hours
        silent_since = now - timedelta(hours=hours)
        for row in session.execute(_UNHEARD, {"silent_since": silent_since, "now": now}).all():
            name = ids.encode("ship", row.id)
            parcel = f"{row.carrier or 'The carrier'} {row.tracking_number}"
            if row.heard_at < silent_since:
                open_case(
                    session,
                    kind=CaseKind.SHIPMENT,
                    code="tracking_silent",
                    title=f"Nothing is heard of shipment {name}",
                    message=f"{parcel} was last seen at {row.heard_at:%Y-%m-%d %H:%M} UTC, over {hours} hours ago.",
                    subject=name,
                    order_id=row.order_id,
                    same_as=f"tracking_silent:{row.id}:{int(row.heard_at.timestamp())}",
                )
            if row.estimated_delivery is not None and row.estimated_delivery < now:
                open_case(
                    session,
                    kind=CaseKind.SHIPMENT,
                    code="delivery_late",
                    title=f"Shipment {name} is late",
                    message=f"{parcel} was to arrive by {row.estimated_delivery:%Y-%m-%d %H:%M} UTC.",
                    subject=name,
                    order_id=row.order_id,
                    same_as=f"delivery_late:{row.id}",
                )

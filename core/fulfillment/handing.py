"""Handing work to its location, and what the location says to it at once. Set-based: one statement a table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids, outbox
from core.fulfillment.models import RequestState

_ASKED = text("update fulfillment_orders set submitted_at = :now where id = any(:work) and submitted_at is null")

# Work that is no longer unsubmitted was handed over before: all that may be missing is the location's number for it.
_HANDED_OVER = text(
    f"""
    update fulfillment_orders work
    set external_id = coalesce(work.external_id, told.external_id),
        request_state = case when before.request_state <> '{RequestState.UNSUBMITTED}' then before.request_state
            when told.accepted then '{RequestState.ACCEPTED}' else '{RequestState.SUBMITTED}' end,
        accepted_at = case when before.request_state = '{RequestState.UNSUBMITTED}' and told.accepted
            then coalesce(work.accepted_at, :now) else work.accepted_at end
    from jsonb_to_recordset(cast(:told as jsonb)) as told(work_id bigint, external_id text, accepted boolean)
        join fulfillment_orders before on before.id = told.work_id
    where work.id = told.work_id
    returning work.id, work.order_id, before.request_state = '{RequestState.UNSUBMITTED}' as fresh, told.accepted
    """  # noqa: S608  # the states are our own
)
_ACCEPT_LINES = text(
    "update fulfillment_lines set accepted = quantity - rejected - cancelled where fulfillment_order_id = any(:work)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Work that its location has. `external_id`: its number there; `accepted`: it said yes to all that is left."""

    work_id: int
    external_id: str | None
    accepted: bool


def about_to_ask(session: Session, work_ids: Collection[int], now: datetime) -> None:
    """Note when locations were first asked, before they are."""
    if work_ids:
        session.execute(_ASKED, {"work": list(work_ids), "now": now})


def handed_over(session: Session, told: Sequence[HandedOver], now: datetime) -> None:
    """Note what locations have; what they had before is left as it is. The orders are locked by the caller.

    Rows are written past the session: what it holds of this work is out of date afterwards.
    """
    if not told:
        return
    rows = session.execute(_HANDED_OVER, {"told": orjson.dumps(list(told)).decode(), "now": now}).all()
    fresh = sorted((row for row in rows if row.fresh), key=lambda row: row.id)
    accepted = [row.id for row in fresh if row.accepted]
    if accepted:
        session.execute(_ACCEPT_LINES, {"work": accepted})
    for row in fresh:
        number = ids.encode("ful", row.id)
        said = f"{number} was handed to its location."
        outbox.record(session, "fulfillment.submitted", number, said, order_id=row.order_id)
        if row.accepted:
            outbox.record(session, "fulfillment.accepted", number, f"{number} was accepted.", order_id=row.order_id)


__all__ = ["HandedOver", "about_to_ask", "handed_over"]

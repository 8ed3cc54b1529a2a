"""Checking orders before anything is promised: read, ask the plugins, write. Holds, never silence."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.flows import advance, holds, statuses
from core.flows.validate import risk
from core.flows.validate.address import check_address
from core.flows.validate.checks import OWN, reasons
from core.orders import queries
from core.orders.models import Hold
from core.orders.states import RiskLevel
from core.orders.views import Checked, due
from core.settings import service as settings
from crossdock.address import Address, AddressCheck, AddressVerdict
from crossdock.orders import Finding, FindingKind

if TYPE_CHECKING:
    from core.hub import Hub

_SAVE = text(
    """
    update orders set validated_at = :now, address_check = coalesce(given.address_check, orders.address_check)
    from jsonb_to_recordset(cast(:given as jsonb)) as given(id bigint, address_check jsonb)
    where orders.id = given.id
    """
)


def validate(hub: "Hub", order_ids: Iterable[int]) -> None:
    """Check those orders whose checks are due; open what holds them, release what no longer does.

    What a person has released stays released for the same reason. No transaction is open while plugins look.
    """
    with hub.transaction() as session:
        orders = due(session, sorted(set(order_ids)))
        hold_risk_at = settings.current(session).hold_risk_at
    if not orders:
        return
    addresses = {order.id: _check(hub, order.address) for order in orders if order.address is not None}
    findings = {order.id: hub.registry.hooks.validate_order(order.view) for order in orders}
    risks = risk.assess(hub, orders)
    with hub.transaction() as session:
        _write(session, orders, addresses, findings, risks, hold_risk_at)


def _check(hub: "Hub", address: Address) -> AddressCheck:
    """What a provider of kind `address` says, where one is installed and answers; else what we know ourselves."""
    for key, provider in hub.providers("address", "validate"):
        try:
            said: AddressCheck = provider.validate(hub.context(key), address)
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the order does not wait for it
            own = check_address(address)
            return AddressCheck(
                verdict=own.verdict,
                suggestion=own.suggestion,
                messages=(*own.messages, f"{key} did not answer: {error}"),
            )
        if said.verdict is not AddressVerdict.UNCHECKED:
            return said
    return check_address(address)


def _write(
    session: Session,
    orders: Sequence[Checked],
    addresses: dict[int, AddressCheck],
    findings: dict[int, list[Finding]],
    risks: risk.Said,
    hold_risk_at: RiskLevel,
) -> None:
    now = {order.id: order.version for order in queries.locked(session, [order.id for order in orders])}
    fresh = risk.keep(session, [order for order in orders if now[order.id] == order.version], risks)
    # One that changed meanwhile is looked at again, as it is now.
    advance.later(session, [order.id for order in orders if now[order.id] != order.version])
    wanted = [
        reason
        for order in fresh
        for reason in reasons(order, addresses.get(order.id), findings[order.id], hold_risk_at)
    ]
    _settle_holds(session, [order.id for order in fresh], wanted)
    given = [{"id": order.id, "address_check": _kept(addresses.get(order.id))} for order in fresh]
    session.execute(_SAVE, {"given": orjson.dumps(given).decode(), "now": clock.now()})
    for order in fresh:
        _note(session, order, findings[order.id])
    statuses.refresh(session, [order.id for order in fresh])


def _settle_holds(session: Session, order_ids: Sequence[int], wanted: Sequence[holds.Reason]) -> None:
    known = session.scalars(select(Hold).where(Hold.order_id.in_(order_ids)).order_by(Hold.id)).all()
    asked = {(reason.order_id, reason.kind, reason.code) for reason in wanted}
    gone = [
        hold.id
        for hold in known
        if hold.released_at is None
        and (hold.code in OWN or "." in hold.code)
        and (hold.order_id, hold.kind, hold.code) not in asked
    ]
    waived = {
        (hold.order_id, hold.kind, hold.code, hold.message)
        for hold in known
        if hold.released_at is not None and hold.released_by != "hub"
    }
    fresh = [each for each in wanted if (each.order_id, each.kind, each.code, each.message) not in waived]
    holds.release_all(session, gone, note="It no longer applies.")
    holds.open_all(session, fresh)


def _kept(check: AddressCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    suggestion = (
        None if check.suggestion is None else {n: v for n, v in check.suggestion.as_dict().items() if v is not None}
    )
    return {
        "verdict": check.verdict,
        "suggestion": suggestion,
        "messages": list(check.messages),
        "checked_at": clock.now().isoformat(),
    }


def _note(session: Session, order: Checked, findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.kind is FindingKind.WARN:
            data = {"code": finding.code, "plugin": finding.plugin, "fix": finding.fix}
            subject = ids.encode("ord", order.id)
            outbox.record(session, "order.warned", subject, finding.message, order_id=order.id, data=data)


__all__ = ["validate"]

"""Orders as hooks of plugins and the checks see them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids
from core.errors import NotFound
from core.orders.states import PaymentStatus, RiskLevel
from crossdock.address import Address
from crossdock.money import Money
from crossdock.orders import CustomerData, LineData, LineKind, OrderData, OrderView

_ORDERS = text(
    """
    select orders.id, orders.number, orders.version, orders.external_id, orders.external_number, orders.placed_at,
        orders.currency, orders.taxes_included, orders.email, orders.phone, orders.shipping_address,
        orders.billing_address, orders.shipping_method, orders.shipping_minor, orders.shipping_tax_minor,
        orders.total_minor, orders.total_minor - orders.cancelled_minor - orders.paid_minor as unpaid_minor,
        orders.payment_status, orders.due_at, orders.fulfilled_by_channel, orders.tags, orders.note, orders.metadata,
        orders.address_check, channels.key as channel, customers.name as customer_name,
        (select max(case level when 'HIGH' then 3 when 'MEDIUM' then 2 else 1 end)
            from risk_assessments where order_id = orders.id) as risk
    from orders
        join channels on channels.id = orders.channel_id
        left join customers on customers.id = orders.customer_id
    where orders.id = any(:ids) and (
        not :due or orders.validated_at is null and orders.status not in ('COMPLETED', 'CANCELLED'))
    order by orders.id
    """
)

_LINES = text(
    """
    select order_id, id, external_id, kind, ships, sku, name, item_id, bundle_line_id, quantity, open,
        unit_price_minor, discount_minor, tax_minor, total_minor, metadata
    from order_lines where order_id = any(:ids) order by order_id, position
    """
)

_RISKS = {1: RiskLevel.LOW, 2: RiskLevel.MEDIUM, 3: RiskLevel.HIGH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One order and what its checks look at. `version` tells whether it changed while they ran."""

    id: int
    version: int
    view: OrderView
    payment_status: PaymentStatus
    unpaid: Money
    on_terms: bool
    risk: RiskLevel | None
    has_goods: bool
    fulfilled_by_channel: bool

    @property
    def address(self) -> Address | None:
        return self.view.data.shipping_address


def due(session: Session, order_ids: Sequence[int]) -> list[Checked]:
    """Those of the orders that are to be checked. Two statements, however many."""
    return _read(session, order_ids, due=True)


def view(session: Session, order_id: int) -> OrderView:
    """One order for a hook of plugins. Raises NotFound."""
    found = _read(session, [order_id], due=False)
    if not found:
        raise NotFound(f"There is no order ord_{order_id}.", path=("orderId",))
    return found[0].view


def _read(session: Session, order_ids: Sequence[int], *, due: bool) -> list[Checked]:
    orders = session.execute(_ORDERS, {"ids": list(order_ids), "due": due}).all()
    lines: dict[int, list[Any]] = {row.id: [] for row in orders}
    if orders:
        for line in session.execute(_LINES, {"ids": list(lines)}):
            lines[line.order_id].append(line)
    return [_checked(row, lines[row.id]) for row in orders]


def address_of(kept: dict[str, Any] | None) -> Address | None:
    """An address as it was kept."""
    if not kept:
        return None
    return Address(**{field.name: kept.get(field.name) for field in fields(Address)})


def _checked(row: Any, lines: list[Any]) -> Checked:
    skus = dict.fromkeys(line.sku for line in lines if line.ships and line.item_id is None and line.open > 0)
    view = OrderView(
        order_id=ids.encode("ord", row.id),
        number=row.number,
        channel=row.channel,
        data=_data(row, lines),
        unmapped_skus=tuple(skus),
        address_messages=tuple((row.address_check or {}).get("messages", ())),
    )
    return Checked(
        id=row.id,
        version=row.version,
        view=view,
        payment_status=PaymentStatus(row.payment_status),
        unpaid=Money(row.unpaid_minor, row.currency),
        on_terms=row.due_at is not None,
        risk=_RISKS.get(row.risk),
        has_goods=any(line.ships for line in lines),
        fulfilled_by_channel=row.fulfilled_by_channel,
    )


def _data(row: Any, lines: list[Any]) -> OrderData:
    return OrderData(
        external_id=row.external_id or "",
        external_number=row.external_number,
        placed_at=row.placed_at,
        currency=row.currency,
        taxes_included=row.taxes_included,
        lines=tuple(_line(line, row) for line in lines if line.bundle_line_id is None),
        customer=CustomerData(email=row.email, name=row.customer_name, phone=row.phone),
        shipping_address=address_of(row.shipping_address),
        billing_address=address_of(row.billing_address),
        shipping_method=row.shipping_method,
        shipping=Money(row.shipping_minor, row.currency),
        shipping_tax=Money(row.shipping_tax_minor, row.currency),
        fulfilled_by_channel=row.fulfilled_by_channel,
        tags=tuple(row.tags),
        note=row.note,
        metadata=row.metadata,
    )


def _line(line: Any, order: Any) -> LineData:
    currency = order.currency
    net = line.total_minor + line.discount_minor - (0 if order.taxes_included else line.tax_minor)
    return LineData(
        external_id=line.external_id or ids.encode("orl", line.id),
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=Money(line.unit_price_minor, currency),
        discount=Money(line.discount_minor, currency),
        tax=Money(line.tax_minor, currency),
        kind=LineKind(line.kind),
        amount=Money(net, currency) if net != line.unit_price_minor * line.quantity else None,
        metadata=line.metadata,
    )

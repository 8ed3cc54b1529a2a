"""Orders that were paid and have shipped: what returns and refunds begin with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Channel, Item
from core.flows.capture import capture
from core.hub import Hub
from core.orders.models import Order, OrderLine
from core.returns.models import Return, ReturnLine
from core.stock.models import Location
from crossdock.money import Money
from crossdock.orders import CustomerData, FulfillmentData, LineData, OrderData, PaymentData, PaymentState
from tests.builders import a_channel, a_level, a_location, an_item

PLACED = datetime(2026, 11, 2, 9, tzinfo=UTC)
SHIPPED = PLACED + timedelta(days=1)


def a_line(sku: str, quantity: int, price: int, *, discount: int = 0, tax: int = 0, currency: str = "GBP") -> LineData:
    """A line by its minor units; discount and tax are for all of it."""
    return LineData(
        external_id=f"line-{sku}",
        sku=sku,
        name=sku.title(),
        quantity=quantity,
        unit_price=Money(price, currency),
        discount=Money(discount, currency),
        tax=Money(tax, currency),
    )


def sell(
    session: Session,
    channel: Channel,
    location: Location,
    lines: Sequence[LineData],
    *,
    shipped: Sequence[Mapping[str, int] | None] = (None,),
    shipping: int = 0,
    paid: int | None = None,
) -> Order:
    """Capture an order, tax included, that is paid (all of it, or `paid`) and has shipped in these parts, by SKU."""
    currency = channel.currency
    data = OrderData(
        external_id=f"{channel.key}-{lines[0].sku}",
        placed_at=PLACED,
        currency=currency,
        lines=tuple(lines),
        customer=CustomerData(email="ada@example.com", name="Ada"),
        shipping=Money(shipping, currency),
        fulfillments=tuple(
            FulfillmentData(
                external_id=f"shipment-{number}",
                shipped_at=SHIPPED,
                lines=None if units is None else tuple((f"line-{sku}", count) for sku, count in units.items()),
            )
            for number, units in enumerate(shipped)
        ),
    )
    amount = data.total if paid is None else Money(paid, currency)
    payment = PaymentData(reference="pi_1", gateway="card", state=PaymentState.CAPTURED, amount=amount, at=PLACED)
    told = OrderData(**{name: getattr(data, name) for name in data.__dataclass_fields__} | {"payments": (payment,)})
    (order_id,) = capture(session, channel, [told], shipped_from=location.id).created
    session.commit()
    return session.get_one(Order, order_id)


def ten_at_a_discount(session: Session) -> tuple[Order, OrderLine]:
    """10 x 23.90 GBP with 20% VAT included and 25% off: 179.25, VAT 29.88; 6 shipped, then 4."""
    location = a_location(session, "LEEDS")
    channel = a_channel(session, "shop", (location,))
    tea = an_item(session, "TEA-1")
    a_level(session, tea, location, 10, unit_cost_minor=500, cost_currency="GBP")
    line = a_line("TEA-1", 10, 2390, discount=5975, tax=2988)
    order = sell(session, channel, location, [line], shipped=[{"TEA-1": 6}, {"TEA-1": 4}])
    return order, line_of(session, order, "TEA-1")


def line_of(session: Session, order: Order, sku: str) -> OrderLine:
    query = select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.sku == sku)
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def stocked(session: Session, sku: str, location: Location, on_hand: int = 10) -> Item:
    item = an_item(session, sku)
    a_level(session, item, location, on_hand, unit_cost_minor=100, cost_currency="GBP")
    return item


def return_of(hub: Hub, return_id: int) -> tuple[Return, list[ReturnLine]]:
    with hub.transaction() as session:
        lines = session.scalars(select(ReturnLine).where(ReturnLine.return_id == return_id).order_by(ReturnLine.id))
        return session.get_one(Return, return_id), list(lines)

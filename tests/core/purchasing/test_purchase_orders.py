"""Purchase orders: from draft to receipt, with stock, cost and those who wait."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Item, ItemKind
from core.errors import IllegalState, Invalid, NotFound, VersionConflict
from core.events.models import Event
from core.flows import purchase
from core.flows.purchase import Received, Wanted
from core.jobs.models import Job
from core.ledgers.models import ItemCost
from core.purchasing import actions, queries
from core.purchasing.models import PurchaseOrder, PurchaseOrderLine, Supplier, SupplierOffer
from core.purchasing.models import PurchaseOrderState as State
from core.shipments.models import Document, DocumentKind
from core.stock.models import Location, LocationKind, StockLevel, StockMovement
from crossdock import Money
from tests.builders import a_channel, a_location, an_item, an_order
from tests.core.ledgers.build import balances


@pytest.fixture
def acme(session: Session) -> Supplier:
    """A supplier, a warehouse, and two things to buy."""
    supplier_id = purchase.supplier_upsert(session, "acme", {"name": "Acme Ltd", "currency": "GBP"})
    a_location(session, "MAIN")
    an_item(session, "RED")
    an_item(session, "BLUE")
    return session.get_one(Supplier, supplier_id)


def bought(session: Session, *lines: tuple[str, int, str], upto: State = State.SENT) -> PurchaseOrder:
    wanted = [Wanted(sku=sku, quantity=quantity, unit_cost=Decimal(cost)) for sku, quantity, cost in lines]
    made = purchase.create(
        session, "acme", "MAIN", wanted or [Wanted(sku="RED", quantity=10, unit_cost=Decimal("2.50"))]
    )
    if upto is not State.DRAFT:
        purchase.approve(session, made)
    if upto is State.SENT:
        purchase.send(session, made)
    return session.get_one(PurchaseOrder, made)


def level(session: Session) -> StockLevel:
    return session.scalars(select(StockLevel), execution_options={"populate_existing": True}).one()


def pounds(pence: int) -> Money:
    return Money(pence, "GBP")


def told(session: Session) -> list[str]:
    session.commit()
    return list(session.scalars(select(Event.name).where(Event.subject.like("po%")).order_by(Event.id)))


def test_a_purchase_order_travels_from_draft_to_received(session: Session, acme: Supplier) -> None:
    order = bought(session)
    assert (order.number, order.total_minor, order.currency, order.state) == ("PO-1", 2500, "GBP", State.SENT)
    assert level(session).incoming == 10

    purchase.receive(session, order.id, [Received(sku="RED", quantity=4)])
    assert (order.state, level(session).on_hand, level(session).incoming) == (State.PARTIALLY_RECEIVED, 4, 6)

    purchase.receive(session, order.id, [Received(sku="RED", quantity=6, unit_cost=Decimal("3.00"))])
    assert (order.state, level(session).on_hand, level(session).incoming) == (State.RECEIVED, 10, 0)

    pool = session.scalars(select(ItemCost), execution_options={"populate_existing": True}).one()
    assert (pool.quantity, pool.value_minor) == (10, 2800)
    assert told(session) == [
        "purchase_order.created",
        "purchase_order.approved",
        "purchase_order.sent",
        "purchase_order.received",
        "purchase_order.received",
    ]
    assert balances(session) == {"1200": 2800, "2100": -2800}
    assert set(session.scalars(select(StockMovement.reference))) == {"po_1"}


def test_more_may_come_than_was_ordered(session: Session, acme: Supplier) -> None:
    order = bought(session)

    purchase.receive(session, order.id, [Received(sku="RED", quantity=10), Received(sku="RED", quantity=2)])

    assert session.scalars(select(PurchaseOrderLine.received)).one() == 12
    assert (order.state, level(session).on_hand, level(session).incoming) == (State.RECEIVED, 12, 0)


def test_a_receipt_has_those_looked_at_again_who_wait_first_in_line_first(session: Session, acme: Supplier) -> None:
    order = bought(session)
    line = queries.lines_of(session, order.id)[0]
    channel = a_channel(session)
    waiting = {session.get_one(Item, line.item_id): 1}
    late = an_order(session, channel, waiting, backordered=True)
    urgent = an_order(session, channel, waiting, backordered=True, priority=9)
    demanded = queries.demand(session, [line.id])

    purchase.receive(session, order.id, [Received(sku="RED", quantity=1)])
    session.commit()

    jobs = session.scalars(select(Job).where(Job.name == "orders.advance").order_by(Job.run_at))
    assert [job.same_as for job in jobs] == [str(urgent.id), str(late.id)]
    assert len(demanded[line.id]) == 2
    assert demanded[line.id][0] > demanded[line.id][1]  # the urgent one's line is the younger


def test_sending_makes_a_document_once(session: Session, acme: Supplier) -> None:
    acme.name = "Łódź \N{GREEK CAPITAL LETTER OMEGA} Möbel"
    purchase.offer_set(session, "acme", "RED", pounds(250), {"supplier_sku": "R-1"})
    order = bought(session)
    purchase.send(session, order.id)

    (paper,) = session.scalars(select(Document))
    assert (paper.kind, paper.format, paper.purchase_order_id) == (DocumentKind.PURCHASE_ORDER, "pdf", order.id)
    assert paper.content.startswith(b"%PDF-")


def test_a_draft_can_be_edited_by_whoever_has_read_it_last(session: Session, acme: Supplier) -> None:
    order = bought(session, upto=State.APPROVED)
    lines = [Wanted(sku="BLUE", quantity=3, unit_cost=Decimal(1))]

    purchase.edit(session, order.id, expected_version=order.version, lines=lines, changes={"note": "by rail"})

    assert (order.state, order.total_minor, order.note, order.version) == (State.DRAFT, 300, "by rail", 3)
    with pytest.raises(VersionConflict, match="it is at version 3, not 2"):
        purchase.edit(session, order.id, expected_version=2, changes={"note": None})
    purchase.approve(session, order.id)
    purchase.send(session, order.id)
    with pytest.raises(IllegalState, match="PO-1: the purchase order is sent; this needs it approved or draft"):
        purchase.edit(session, order.id, expected_version=order.version, lines=lines)


def test_closing_and_cancelling_end_what_was_on_its_way(session: Session, acme: Supplier) -> None:
    closed, cancelled = bought(session), bought(session)
    purchase.receive(session, closed.id, [Received(sku="RED", quantity=4)])
    assert level(session).incoming == 16

    for _ in range(2):
        purchase.close(session, closed.id, reason="discontinued")
        purchase.cancel(session, cancelled.id, reason="too late")

    assert (closed.state, cancelled.state, level(session).incoming) == (State.CLOSED, State.CANCELLED, 0)
    assert told(session).count("purchase_order.closed") == 1
    message = session.scalars(select(Event.message).where(Event.name == "purchase_order.closed")).one()
    assert message == "PO-1 was closed: discontinued. 6 units will not come."


def test_what_has_partly_come_is_closed_and_not_cancelled(session: Session, acme: Supplier) -> None:
    order = bought(session)
    purchase.receive(session, order.id, [Received(sku="RED", quantity=1)])

    with pytest.raises(IllegalState, match="is partially received"):
        purchase.cancel(session, order.id, reason="no")


@pytest.mark.parametrize("state", list(State))
def test_actions_say_why_not(state: State) -> None:
    for action in actions.available(state):
        assert action.allowed == (action.reason is None)
    assert {action.action for action in actions.available(state)} == actions.ALLOWED.keys()


@pytest.mark.parametrize(
    ("lines", "error", "sentence", "path"),
    [
        ([], Invalid, "at least one line", ("lines",)),
        ([("NOPE", 1, "1")], NotFound, "No item has the SKU 'NOPE'", ("lines", "0", "sku")),
        ([("RED", 0, "1")], Invalid, "0 units cannot be ordered", ("lines", "0", "quantity")),
        ([("RED", 2**31, "1")], Invalid, "units cannot be ordered", ("lines", "0", "quantity")),
        ([("RED", 1, "-1")], Invalid, "A cost is 0 or more", ("lines", "0", "unitCost")),
        ([("RED", 1, "1.005")], Invalid, "more decimals than GBP", ("lines", "0", "unitCost")),
        ([("RED", 1, "1"), ("RED", 1, "1")], Invalid, "stands on a purchase order once", ("lines", "1", "sku")),
        ([("KIT", 1, "1")], Invalid, "KIT is a bundle", ("lines", "0", "sku")),
    ],
)
def test_what_cannot_be_bought_is_refused_in_a_sentence(
    session: Session,
    acme: Supplier,
    lines: list[tuple[str, int, str]],
    error: type[Exception],
    sentence: str,
    path: tuple[str, ...],
) -> None:
    an_item(session, "KIT", kind=ItemKind.BUNDLE)
    wanted = [Wanted(sku=sku, quantity=quantity, unit_cost=Decimal(cost)) for sku, quantity, cost in lines]

    with pytest.raises(error, match=sentence) as raised:
        purchase.create(session, "acme", "MAIN", wanted)
    assert getattr(raised.value, "path", None) == path


def test_goods_arrive_at_places_of_ours_from_suppliers_we_know(session: Session, acme: Supplier) -> None:
    a_location(session, "THEIRS", kind=LocationKind.SUPPLIER)
    wanted = [Wanted(sku="RED", quantity=1, unit_cost=Decimal(1))]

    with pytest.raises(Invalid, match="THEIRS is a supplier's own location"):
        purchase.create(session, "acme", "THEIRS", wanted)
    with pytest.raises(NotFound, match="No location has the code 'NOPE'"):
        purchase.create(session, "acme", "NOPE", wanted)
    with pytest.raises(NotFound, match="No supplier has the key 'nobody'"):
        purchase.create(session, "nobody", "MAIN", wanted)
    purchase.supplier_upsert(session, "acme", {"active": False})
    with pytest.raises(Invalid, match="is not active"):
        purchase.create(session, "acme", "MAIN", wanted)


def test_what_is_not_on_the_purchase_order_cannot_be_received_for_it(session: Session, acme: Supplier) -> None:
    order = bought(session)

    with pytest.raises(NotFound, match="'BLUE' is not on PO-1"):
        purchase.receive(session, order.id, [Received(sku="BLUE", quantity=1)])
    with pytest.raises(Invalid, match="0 units cannot come"):
        purchase.receive(session, order.id, [Received(sku="RED", quantity=0)])
    with pytest.raises(NotFound, match="no purchase order po_99"):
        purchase.receive(session, 99, [Received(sku="RED", quantity=1)])


def test_an_upsert_leaves_alone_what_is_not_given_and_clears_what_is_null(session: Session, acme: Supplier) -> None:
    purchase.supplier_upsert(session, "acme", {"email": "a@acme.example", "lead_time_days": 5, "priority": 3})
    purchase.supplier_upsert(session, "acme", {"email": None, "lead_time_days": None})

    assert (acme.name, acme.email, acme.lead_time_days, acme.priority) == ("Acme Ltd", None, 0, 3)
    with pytest.raises(Invalid, match="name cannot be empty"):
        purchase.supplier_upsert(session, "acme", {"name": None})
    with pytest.raises(Invalid, match="give its name"):
        purchase.supplier_upsert(session, "new", {"priority": 1})
    with pytest.raises(Invalid, match="'EURO' is not a currency"):
        purchase.supplier_upsert(session, "acme", {"currency": "EURO"})
    with pytest.raises(NotFound, match="no integration 'nope'"):
        purchase.supplier_upsert(session, "acme", {"integration": "nope"})


def test_the_stock_of_a_supplier_who_ships_for_us_is_what_its_location_has(session: Session, acme: Supplier) -> None:
    location = a_location(session, "DROP", kind=LocationKind.SUPPLIER)
    drop = session.get_one(Supplier, purchase.supplier_upsert(session, "drop", {"name": "Drop"}))
    assert (drop.location_id, drop.currency) == (location.id, "GBP")

    purchase.offer_set(session, "drop", "RED", pounds(180), {"stock": 40, "min_quantity": 5})
    purchase.offer_set(session, "drop", "RED", pounds(190), {"supplier_sku": "R1", "min_quantity": None})

    offer = session.scalars(select(SupplierOffer)).one()
    assert (offer.cost_minor, offer.stock, offer.min_quantity, offer.supplier_sku) == (190, 40, 1, "R1")
    assert (level(session).on_hand, level(session).owned) == (40, False)
    assert balances(session) == {}
    with pytest.raises(Invalid, match="stock is 0 or more"):
        purchase.offer_set(session, "drop", "RED", pounds(180), {"stock": -1})
    assert session.get_one(Location, location.id).kind is LocationKind.SUPPLIER

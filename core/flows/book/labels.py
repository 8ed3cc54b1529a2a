"""What a label costs is owed to the carrier from the moment it is bought."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.ledgers import accounts, service
from core.ledgers.service import Draft, Line

_LABEL = text(
    """
    select label.cost_minor, label.cost_currency, label.carrier, label.service, label.purchased_at,
        orders.id as order_id, orders.channel_id
    from labels label
    left join packages package on package.id = label.package_id
    left join shipments shipment on shipment.id = coalesce(label.shipment_id, package.shipment_id)
    left join returns on returns.label_id = label.id
    left join orders on orders.id = coalesce(shipment.order_id, returns.order_id)
    where label.id = :id
    """
)


def label(session: Session, label_id: int) -> None:
    """Accrue the cost of a bought label, once. A label without a known cost books nothing."""
    row = session.execute(_LABEL, {"id": label_id}).one()
    if not row.cost_minor:
        return
    about = (row.cost_currency, None, row.channel_id)
    draft = Draft(
        rule="label",
        book_key=f"label:lbl_{label_id}",
        description=f"Label by {row.carrier}, {row.service}",
        postings=[
            Line(accounts.SHIPPING_COST, row.cost_minor, *about),
            Line(accounts.ACCRUED_SHIPPING, -row.cost_minor, *about),
        ],
        order_id=row.order_id,
        source=f"lbl_{label_id}",
        effective_at=row.purchased_at or clock.now(),
    )
    service.post(session, [draft], move_into_open=True)


def label_voided(session: Session, label_id: int) -> None:
    """Take the accrual back. Where the carrier refuses the void, do not call this: the cost stays."""
    entry_id = service.entry_of(session, f"label:lbl_{label_id}")
    if entry_id is not None:
        service.reverse(session, entry_id, "the label was voided", at=clock.now())

"""The hub's own checks: each looks at one order and says why it must wait, or nothing. Pure."""

from collections.abc import Iterator

from core.flows.holds import Reason
from core.orders.states import HoldKind, PaymentStatus, RiskLevel
from core.orders.views import Checked
from crossdock.address import AddressCheck, AddressVerdict
from crossdock.orders import Finding, FindingKind

UNPAID, DISPUTED, NO_ADDRESS, BAD_ADDRESS, RISK, UNMAPPED = (
    "unpaid", "charged_back", "address_missing", "address_invalid", "risk", "sku_unmapped",
)  # fmt: skip
OWN = frozenset({UNPAID, DISPUTED, NO_ADDRESS, BAD_ADDRESS, RISK, UNMAPPED})
"""The codes that checks open, and release when they no longer apply; those of plugins have a point in them."""

_RANK = {RiskLevel.LOW: 1, RiskLevel.MEDIUM: 2, RiskLevel.HIGH: 3}
_WAITS = {PaymentStatus.UNPAID, PaymentStatus.PARTIALLY_PAID, PaymentStatus.VOIDED}


def reasons(
    order: Checked, address: AddressCheck | None, findings: list[Finding], hold_risk_at: RiskLevel
) -> list[Reason]:
    """Everything that holds this order now."""
    return [
        *payment(order),
        *where_to(order, address),
        *skus(order),
        *risk(order, hold_risk_at),
        *(_of_finding(order, each) for each in findings if each.kind in {FindingKind.HOLD, FindingKind.REJECT}),
    ]


def payment(order: Checked) -> Iterator[Reason]:
    """Authorised money is good enough to start; orders on terms are paid later."""
    if order.payment_status is PaymentStatus.DISPUTED:
        message = "The shopper's bank has taken the money back."
        fix = "Settle the charge-back before anything is shipped, or cancel the order."
        yield Reason(order_id=order.id, kind=HoldKind.PAYMENT, code=DISPUTED, message=message, fix=fix)
    elif order.payment_status in _WAITS and order.unpaid.minor > 0 and not order.on_terms:
        message = f"{order.unpaid} are not paid yet."
        fix = "Record the payment with paymentRecord, or release the hold to ship it on trust."
        yield Reason(order_id=order.id, kind=HoldKind.PAYMENT, code=UNPAID, message=message, fix=fix)


def where_to(order: Checked, address: AddressCheck | None) -> Iterator[Reason]:
    """A parcel needs somewhere to go, unless the marketplace ships it."""
    if not order.has_goods or order.fulfilled_by_channel:
        return
    if address is None:
        message, fix = "There is no address to ship to.", "Set it with orderSetAddress."
        yield Reason(order_id=order.id, kind=HoldKind.ADDRESS, code=NO_ADDRESS, message=message, fix=fix)
    elif address.verdict is AddressVerdict.INVALID:
        message = " ".join(address.messages) or "The address cannot be delivered to."
        fix = "Ask the shopper and set it with orderSetAddress, or release the hold to ship there all the same."
        yield Reason(order_id=order.id, kind=HoldKind.ADDRESS, code=BAD_ADDRESS, message=message, fix=fix)


def skus(order: Checked) -> Iterator[Reason]:
    if order.view.unmapped_skus and not order.fulfilled_by_channel:
        yield unmapped(order.id, order.view.unmapped_skus)


def unmapped(order_id: int, unknown: tuple[str, ...] | list[str]) -> Reason:
    """The hold of an order with SKUs that nobody has mapped to an item."""
    listed = ", ".join(unknown)
    what = f"The SKU {listed} is" if len(unknown) == 1 else f"The SKUs {listed} are"
    return Reason(
        order_id=order_id,
        kind=HoldKind.SKU_UNMAPPED,
        code=UNMAPPED,
        message=f"{what} not mapped to an item of ours.",
        fix="Map the listing to an item with listingMap; all orders that wait for it then go on.",
    )


def risk(order: Checked, hold_at: RiskLevel) -> Iterator[Reason]:
    if order.risk is not None and _RANK[order.risk] >= _RANK[hold_at]:
        message = f"The risk of fraud is rated {order.risk.lower()}."
        fix = "Look at the signals, then release the hold or cancel the order."
        yield Reason(order_id=order.id, kind=HoldKind.FRAUD, code=RISK, message=message, fix=fix)


def _of_finding(order: Checked, finding: Finding) -> Reason:
    """A plugin's word. One that it would reject waits for a person all the same: orders are not cancelled silently."""
    kind = HoldKind(finding.hold) if finding.hold in HoldKind.__members__ else HoldKind.OTHER
    fix = finding.fix
    if finding.kind is FindingKind.REJECT:
        fix = fix or "Cancel the order, or release the hold to ship it all the same."
    return Reason(
        order_id=order.id, kind=kind, code=f"{finding.plugin}.{finding.code}", message=finding.message, fix=fix
    )

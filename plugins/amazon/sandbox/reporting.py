"""Writing reports: what buyers sent back to the seller, and to Amazon's warehouses."""

from collections.abc import Callable, Mapping
from datetime import datetime

from plugins.amazon.sandbox.returned import Returned
from plugins.amazon.sandbox.store import Store


def write(store: Store, kind: str, since: datetime, until: datetime) -> str | None:
    """A tab-delimited table; None where there is nothing to report, for then Amazon cancels the report."""
    by, columns = REPORTS[kind]
    rows = [each for each in store.returned if each.by == by and since <= each.requested <= until]
    if not rows:
        return None
    lines = [columns.keys(), *([column(each) for column in columns.values()] for each in rows)]
    return "".join("\t".join(line) + "\r\n" for line in lines)


def _day(moment: datetime) -> str:
    return moment.strftime("%d-%b-%Y")


_Columns = Mapping[str, Callable[[Returned], str]]

_TO_SELLER: _Columns = {
    "Order ID": lambda each: each.order_id,
    "Order date": lambda each: _day(each.requested),
    "Return request date": lambda each: _day(each.requested),
    "Return request status": lambda each: each.status,
    "Amazon RMA ID": lambda each: each.name,
    "Merchant RMA ID": lambda _: "",
    "Return carrier": lambda each: "UPS" if each.tracking else "",
    "Tracking ID": lambda each: each.tracking,
    "A-to-Z Claim": lambda _: "N",
    "Merchant SKU": lambda each: each.sku,
    "Item Name": lambda _: "Goods",
    "Return quantity": lambda each: str(each.units),
    "Return Reason": lambda each: each.reason,
    "In policy": lambda _: "Y",
    "Return type": lambda _: "C-Returns",
    "Resolution": lambda _: "StandardRefund",
}
_TO_AMAZON: _Columns = {
    "return-date": lambda each: each.requested.isoformat(timespec="seconds"),
    "order-id": lambda each: each.order_id,
    "sku": lambda each: each.sku,
    "quantity": lambda each: str(each.units),
    "fulfillment-center-id": lambda _: "LTN1",
    "detailed-disposition": lambda _: "SELLABLE",
    "reason": lambda each: each.reason,
    "status": lambda _: "Unit returned to inventory",
    "license-plate-number": lambda each: each.name,
    "customer-comments": lambda _: "",
}
REPORTS: Mapping[str, tuple[str, _Columns]] = {
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE": ("MERCHANT", _TO_SELLER),
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": ("AMAZON", _TO_AMAZON),
}
"""By type: whose goods it is about, and its columns."""

"""What the account earns and gives back, as Amazon posts it, and what it pays out of that."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugins.amazon.sandbox.store import Store

Said = dict[str, Any]
"""A piece of JSON."""

_COMMISSION = Decimal("0.15")
_GROUP = "FINANCIAL_EVENT_GROUP_ID"


def shipment(store: "Store", order: Said) -> Said:
    """An order that has left: what the buyer paid, less Amazon's commission."""
    gross = Decimal(order["proceeds"]["grandTotal"]["amount"])
    fee = -(gross * _COMMISSION).quantize(Decimal("0.01"), ROUND_HALF_UP)
    said = _transaction(store, order, "Shipment", "Order Payment", gross + fee)
    said["breakdowns"] = [
        _part(store, "ProductCharges", gross),
        {**_part(store, "AmazonFees", fee), "breakdowns": [_part(store, "Commission", fee)]},
    ]
    return said


def refund(store: "Store", order: Said, amount: Decimal) -> Said:
    return _transaction(store, order, "Refund", "Refund Order", -amount)


def payout(store: "Store", group: str) -> Said:
    """A payout, with this name, of all that was posted since the last one."""
    total = Decimal(0)
    for said in store.transactions:
        if _GROUP not in {each["relatedIdentifierName"] for each in said["relatedIdentifiers"]}:
            said["relatedIdentifiers"].append({"relatedIdentifierName": _GROUP, "relatedIdentifierValue": group})
            total += Decimal(str(said["totalAmount"]["currencyAmount"]))
    return {
        "FinancialEventGroupId": group,
        "ProcessingStatus": "Closed",
        "FundTransferStatus": "Succeeded",
        "OriginalTotal": {"CurrencyCode": store.currency, "CurrencyAmount": float(total)},
        "FundTransferDate": store.instant(),
        "FinancialEventGroupStart": store.instant(-timedelta(days=14)),
        "FinancialEventGroupEnd": store.instant(),
    }


def _transaction(store: "Store", order: Said, kind: str, description: str, total: Decimal) -> Said:
    return {
        "transactionId": store.name("transaction"),
        "transactionType": kind,
        "transactionStatus": "RELEASED",
        "description": description,
        "postedDate": store.instant(),
        "totalAmount": {"currencyCode": store.currency, "currencyAmount": float(total)},
        "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": order["orderId"]}],
    }


def _part(store: "Store", kind: str, amount: Decimal) -> Said:
    value = {"currencyCode": store.currency, "currencyAmount": float(amount)}
    return {"breakdownType": kind, "breakdownAmount": value}

"""The seller's money with eBay: transactions, their fees, and payouts."""

from typing import Any

from crossdock import Money
from plugins.ebay.wire import amount, money

_FEE = (128, 1000)
_FIXED_MINOR = 30


class Books:
    """Transactions wait until they are paid out."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.transactions: list[dict[str, Any]] = []
        self.payouts: dict[str, dict[str, Any]] = {}

    def sold(self, order: dict[str, Any], at: str) -> None:
        """A sale, less eBay's fees."""
        due = money(order["paymentSummary"]["totalDueSeller"])
        variable, fixed = due.share(*_FEE), Money(_FIXED_MINOR, self.currency)
        fees = [("FINAL_VALUE_FEE", variable), ("FINAL_VALUE_FEE_FIXED_PER_ORDER", fixed)]
        self._book("SALE", "CREDIT", order, order["orderId"], due, fees, at)

    def refunded(self, order: dict[str, Any], name: str, value: Money, at: str) -> None:
        """A refund, and the fee that eBay gives back with it."""
        self._book("REFUND", "DEBIT", order, name, value, [("FINAL_VALUE_FEE", value.share(*_FEE))], at)

    def charge(self, fee_type: str, value: Money, at: str) -> None:
        """Something that belongs to no order: a store subscription, an insertion fee."""
        self.transactions.append(
            {
                "transactionId": f"charge-{len(self.transactions)}",
                "transactionType": "NON_SALE_CHARGE",
                "transactionStatus": "FUNDS_AVAILABLE_FOR_PAYOUT",
                "transactionDate": at,
                "amount": amount(value),
                "bookingEntry": "DEBIT",
                "feeType": fee_type,
            }
        )

    def pay_out(self, name: str, at: str) -> str:
        """Everything that waits goes into one payout."""
        waiting = [each for each in self.transactions if "payoutId" not in each]
        for each in waiting:
            each["payoutId"], each["transactionStatus"] = name, "PAYOUT"
        total = Money.sum(
            (money(each["amount"]) * (1 if each["bookingEntry"] == "CREDIT" else -1) for each in waiting), self.currency
        )
        self.payouts[name] = {
            "payoutId": name,
            "payoutStatus": "SUCCEEDED",
            "payoutDate": at,
            "amount": amount(total),
            "transactionCount": len(waiting),
            "payoutInstrument": {"instrumentType": "BANK", "accountLastFourDigits": "1234"},
        }
        return name

    def _book(
        self,
        kind: str,
        entry: str,
        order: dict[str, Any],
        name: str,
        value: Money,
        fees: list[tuple[str, Money]],
        at: str,
    ) -> None:
        total = Money.sum((fee for _, fee in fees), self.currency)
        told = [{"feeType": fee_type, "amount": amount(fee)} for fee_type, fee in fees]
        self.transactions.append(
            {
                "transactionId": name,
                "orderId": order["orderId"],
                "buyer": {"username": order["buyer"]["username"]},
                "transactionType": kind,
                "transactionStatus": "FUNDS_AVAILABLE_FOR_PAYOUT",
                "transactionDate": at,
                "amount": amount(value - total),
                "bookingEntry": entry,
                "totalFeeBasisAmount": amount(value),
                "totalFeeAmount": amount(total),
                "orderLineItems": [
                    {
                        "lineItemId": order["lineItems"][0]["lineItemId"],
                        "feeBasisAmount": amount(value),
                        "marketplaceFees": told,
                    }
                ],
            }
        )

"""A payout of the Finances API, with its transactions, as Settlement."""

from collections.abc import Iterator, Sequence

from crossdock import LineKind, Money, Settlement, SettlementLine
from plugins.ebay.wire import Said, moment, money, money_or_none, part, rows, text, text_or_none

_OPEN = {"INITIATED", "RETRYABLE_FAILED"}
GONE = {"TERMINAL_FAILED", "REVERSED"}
"""Payouts that never arrive; their money comes with a later one."""

_KINDS = {
    "NON_SALE_CHARGE": LineKind.MARKETPLACE_FEE,
    "SHIPPING_LABEL": LineKind.MARKETPLACE_FEE,
    "SALE": LineKind.GOODS,
    "REFUND": LineKind.GOODS,
    "DISPUTE": LineKind.GOODS,
}


def map_payout(payout: Said, transactions: Sequence[Said]) -> Settlement:
    """Raises ValueError, TypeError, KeyError."""
    status = text(payout["payoutStatus"])
    at = moment(payout["payoutDate"])
    days = [moment(each["transactionDate"]) for each in transactions]
    return Settlement(
        external_id=text(payout["payoutId"]),
        total=money(payout["amount"]),
        lines=tuple(line for each in transactions for line in _lines(each)),
        period_from=min(days, default=None),
        period_to=max(days, default=None),
        paid_at=at if status == "SUCCEEDED" else None,
        closed=status not in _OPEN,
    )


def _lines(said: Said) -> Iterator[SettlementLine]:
    """The transaction before fees, and each fee. eBay's `amount` is what is left after them."""
    kind = text(said["transactionType"])
    debit = said.get("bookingEntry") == "DEBIT"
    order = text_or_none(said.get("orderId"))
    # A sale is a credit that fees are taken from; a refund is a debit that fees are given back on.
    sign = 1 if debit else -1
    fees = list(_fees(said, sign))
    arose, settled = _sides(said["amount"], -sign)
    for fee in fees:
        arose -= fee.amount
        settled = settled - fee.settled if settled is not None and fee.settled is not None else settled
    yield SettlementLine(
        external_id=f"{text(said['transactionId'])}-{kind}",
        raw_kind=text_or_none(said.get("feeType")) or kind,
        amount=arose,
        settled=settled,
        kind=_KINDS.get(kind),
        refund=kind in {"REFUND", "DISPUTE"} and debit,
        order_external_id=order,
        at=moment(said["transactionDate"]),
        description=text_or_none(said.get("transactionMemo")) or "",
    )
    yield from fees


def _fees(said: Said, sign: int) -> Iterator[SettlementLine]:
    order, at = text_or_none(said.get("orderId")), moment(said["transactionDate"])
    told = 0
    for item in rows(said.get("orderLineItems")):
        for fee in rows(item.get("marketplaceFees")):
            name = text(fee["feeType"])
            amount, settled = _sides(fee["amount"], sign)
            told += amount.minor
            yield SettlementLine(
                external_id=f"{text(said['transactionId'])}-{text(item['lineItemId'])}-{name}",
                raw_kind=name,
                kind=LineKind.COMMISSION if name.startswith("FINAL_VALUE_FEE") else LineKind.MARKETPLACE_FEE,
                amount=amount,
                settled=settled,
                order_external_id=order,
                at=at,
                description=text_or_none(fee.get("feeMemo")) or "",
            )
    total = money_or_none(said.get("totalFeeAmount"))
    if total is not None and (rest := total * sign - Money(told, total.currency)):
        yield SettlementLine(
            external_id=f"{text(said['transactionId'])}-fees",
            raw_kind="FEES",
            kind=LineKind.MARKETPLACE_FEE,
            amount=rest,
            order_external_id=order,
            at=at,
        )


def _sides(said: object, sign: int) -> tuple[Money, Money | None]:
    """(the currency in which it arose, the payout's where that is another)."""
    found = part(said)
    here = money(found) * sign
    if found.get("convertedFromCurrency") in {None, here.currency}:
        return here, None
    return Money.parse(text(found["convertedFromValue"]), text(found["convertedFromCurrency"])) * sign, here

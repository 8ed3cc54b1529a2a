"""Payouts of Shopify Payments, with what was paid, refunded and charged for it."""

from crossdock import (
    BadData,
    LineKind,
    OrderWindow,
    Quarantined,
    Settlement,
    SettlementLine,
    SettlementPage,
)
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, inside, model_of, pages, sense
from plugins.shopify.documents import money
from plugins.shopify.mapping.money import plain
from plugins.shopify.orders import following, stamp
from plugins.shopify.wire.payouts import Payout, Row

PAGE = 5
_OPEN = {"SCHEDULED", "IN_TRANSIT"}
_NEVER = {"CANCELED", "FAILED"}
_SALES = {"CHARGE", "CHARGE_ADJUSTMENT"}
_REFUNDS = {"REFUND", "REFUND_ADJUSTMENT", "REFUND_FAILURE"}
_FEES = {
    "APPLICATION_FEE_REFUND": LineKind.BANK_CHARGE,
    "CHARGEBACK_FEE": LineKind.BANK_CHARGE,
    "CHARGEBACK_FEE_REFUND": LineKind.BANK_CHARGE,
    "MARKETPLACE_FEE_CREDIT": LineKind.MARKETPLACE_FEE,
    "MARKETPLACE_FEE_CREDIT_REVERSAL": LineKind.MARKETPLACE_FEE,
    "REFERRAL_FEE": LineKind.COMMISSION,
    "REFERRAL_FEE_TAX": LineKind.COMMISSION,
    "STRIPE_FEE": LineKind.BANK_CHARGE,
}


def fetch_settlements(ctx: Ctx, window: OrderWindow) -> SettlementPage:
    """Some payouts that were issued in the window. A shop without Shopify Payments has none."""
    query = f"issued_at:>='{stamp(window.since)}' issued_at:<='{stamp(window.until)}'"
    said = ask(ctx, money.PAYOUTS, query=query, size=PAGE, after=window.cursor)
    with sense("A page of payouts", said):
        account = said["shopifyPaymentsAccount"]
        if account is None:
            return SettlementPage(settlements=())
        nodes, cursor = list(account["payouts"]["nodes"]), following(account["payouts"])
    found: list[Settlement] = []
    aside: list[Quarantined] = []
    for each in nodes:
        try:
            payout = model_of(Payout, each, "A payout")
            if payout.status not in _NEVER:
                found.append(_settlement(ctx, payout))
        except BadData as error:
            aside.append(Quarantined(source="payouts", reason=error.message, payload=str(each)))
    return SettlementPage(settlements=tuple(found), cursor=cursor, quarantined=tuple(aside))


def _settlement(ctx: Ctx, payout: Payout) -> Settlement:
    rows = [
        model_of(Row, each, "A row of a payout")
        for each in pages(
            ctx,
            money.PAYOUT_ROWS,
            inside("shopifyPaymentsAccount", "balanceTransactions"),
            query=f"payments_transfer_id:{payout.legacy_resource_id}",
        )
    ]
    times = [row.transaction_date for row in rows]
    return Settlement(
        external_id=payout.id,
        total=plain(payout.net),
        lines=tuple(line for row in rows for line in _lines(row)),
        period_from=min(times, default=None),
        period_to=max(times, default=None),
        paid_at=payout.issued_at,
        closed=payout.status not in _OPEN,
    )


def _lines(row: Row) -> list[SettlementLine]:
    """What moved, and the fee that was kept of it: a row of Shopify's has both."""
    order = row.associated_order.id if row.associated_order is not None else None
    refund = row.type in _REFUNDS
    lines = [
        SettlementLine(
            external_id=row.id,
            raw_kind=row.type,
            kind=LineKind.GOODS if row.type in _SALES or refund else _FEES.get(row.type),
            amount=plain(row.amount),
            refund=refund,
            order_external_id=order,
            at=row.transaction_date,
            description=row.adjustment_reason or "",
        )
    ]
    fee = plain(row.fee)
    if fee:
        lines.append(
            SettlementLine(
                external_id=f"{row.id}/fee",
                raw_kind=f"{row.type}_FEE",
                kind=LineKind.BANK_CHARGE,
                amount=-fee,
                order_external_id=order,
                at=row.transaction_date,
            )
        )
    return [line for line in lines if line.amount]

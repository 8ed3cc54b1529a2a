"""A payout and its transactions as a settlement: a row for each charge, however deep Amazon nests it."""

from collections.abc import Iterable, Iterator

from crossdock import LineKind, Money, Settlement, SettlementLine
from plugins.amazon.wire.finances import Breakdown, Item, Payout, Transaction

_REFUND = "refund"
_FEES = ("fee", "commission", "service", "advertising", "storage")
_KINDS = (
    ("commission", LineKind.COMMISSION),
    ("referral", LineKind.COMMISSION),
    ("shippingcharge", LineKind.SHIPPING),
    ("promo", LineKind.DISCOUNT),
    ("discount", LineKind.DISCOUNT),
)


def settlement_of(payout: Payout, transactions: Iterable[Transaction], total: Money) -> Settlement:
    lines = [line for each in transactions for line in _lines(each)]
    if payout.beginning_balance is not None and (carried := payout.beginning_balance.money):
        lines.append(
            SettlementLine(
                external_id="beginning-balance",
                raw_kind="BeginningBalance",
                amount=carried,
                at=payout.start,
                description="What the last payout left over.",
            )
        )
    return Settlement(
        external_id=payout.group_id,
        total=total,
        lines=tuple(lines),
        period_from=payout.start,
        period_to=payout.end,
        paid_at=payout.transferred or payout.end,
        closed=payout.closed,
    )


def _lines(said: Transaction) -> Iterator[SettlementLine]:
    """Rows that come to the transaction's total: what its parts leave over is a row as well."""
    total = said.total_amount.money
    parts = list(_parts(said))
    rest = total - Money.sum((amount for _, _, amount, _ in parts if amount.currency == total.currency), total.currency)
    if rest or not parts:
        parts.append(("rest", said.transaction_type or "Other", rest if parts else total, None))
    seen: dict[str, int] = {}
    for path, kind, amount, item in parts:
        seen[path] = seen.get(path, 0) + 1
        if not amount:
            continue
        product = next((each for each in (item.contexts or ()) if each.sku), None) if item is not None else None
        yield SettlementLine(
            external_id=f"{said.name}:{path}" + (f":{seen[path]}" if seen[path] > 1 else ""),
            raw_kind=kind,
            kind=_kind(path, said),
            amount=amount,
            refund=_REFUND in said.transaction_type.lower(),
            order_external_id=said.related("ORDER_ID"),
            shipment_external_id=said.related("SHIPMENT_ID"),
            sku=product.sku if product is not None else None,
            quantity=product.quantity_shipped if product is not None else None,
            at=said.posted_date,
            description=said.description or "",
        )


def _parts(said: Transaction) -> Iterator[tuple[str, str, Money, Item | None]]:
    """By item, where items hold all of it; else by the transaction's own breakdown."""
    total = said.total_amount.money
    items = [item for item in said.items or () if item.total_amount is not None]
    sums = [item.total_amount.money for item in items if item.total_amount is not None]
    same = all(amount.currency == total.currency for amount in sums)
    if items and same and Money.sum(sums, total.currency) == total:
        for number, item in enumerate(items, start=1):
            for path, kind, amount in _leaves(item.breakdowns or (), f"{number}"):
                yield path, kind, amount, item
        return
    for path, kind, amount in _leaves(said.breakdowns or (), "0"):
        yield path, kind, amount, None


def _leaves(parts: Iterable[Breakdown], above: str) -> Iterator[tuple[str, str, Money]]:
    """(path, type, amount) of the innermost parts; a part whose inner ones do not come to it stands for them."""
    for part in parts:
        if part.breakdown_amount is None:
            continue
        path, amount = f"{above}/{part.breakdown_type}", part.breakdown_amount.money
        inner = list(_leaves(part.breakdowns or (), path))
        same = all(each.currency == amount.currency for _, _, each in inner)
        if inner and same and Money.sum((each for _, _, each in inner), amount.currency) == amount:
            yield from inner
        else:
            yield path, part.breakdown_type, amount


def _kind(path: str, said: Transaction) -> LineKind | None:
    """None for what nobody knows: it waits for a person. Tax goes with what it is the tax of."""
    words = path.lower().replace(" ", "").replace("_", "")
    for word, kind in _KINDS:
        if word in words:
            return kind
    if any(word in words for word in _FEES):
        return LineKind.MARKETPLACE_FEE
    if said.related("ORDER_ID") is None:
        return None
    if "shipping" in words:
        return LineKind.SHIPPING
    if any(word in words for word in ("principal", "product", "sales", "tax")):
        return LineKind.GOODS
    return None

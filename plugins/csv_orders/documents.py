"""Make documents of rows that belong together: an order, a credit note, a stock change, an adjustment."""

import hashlib
import re
from collections.abc import Mapping as Places
from dataclasses import dataclass, field
from datetime import datetime

from crossdock import (
    Address,
    AdjustmentData,
    CreditNoteData,
    CustomerData,
    Document,
    FulfillmentData,
    Imported,
    LineData,
    LineKind,
    Money,
    OrderData,
    PaymentData,
    PaymentState,
    RejectedRow,
    StockChangeData,
    StockLine,
    StockReason,
)
from plugins.csv_orders import cells
from plugins.csv_orders.cells import Price, Quantity, Remembered, Sku, Unreadable
from plugins.csv_orders.mapping import DocumentKind, RowRule
from plugins.csv_orders.source import Row, Source

GUEST = CustomerData()


@dataclass(slots=True)
class _Draft:
    """One document in the making."""

    key: str
    kind: DocumentKind
    at: datetime | None = None
    customer: str | None = None
    country: str | None = None
    lines: list[LineData] = field(default_factory=list)
    free: list[tuple[Row, LineData]] = field(default_factory=list)
    stock: list[StockLine] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


class Documents:
    """Reads rows by one mapping. Cells are remembered by their text, as most of them come again and again."""

    def __init__(self, source: Source, index: Places[str, int]) -> None:
        mapping = source.mapping
        self._mapping = mapping
        self._file = source.path.name
        self._currency = mapping.file.currency
        self._zero = Money.zero(self._currency)
        self._digest = mapping.digest.encode()
        self._rules = {(rule.document, rule.quantity, rule.price): rule for rule in reversed(mapping.rows)}
        self._notes = [(re.compile(rule.pattern, re.IGNORECASE), rule.reason) for rule in mapping.notes]
        self._prefixes: list[tuple[re.Pattern[str], DocumentKind]] = []
        if mapping.credit:
            self._prefixes.append((re.compile(mapping.credit), "credit"))
        if mapping.adjustment:
            self._prefixes.append((re.compile(mapping.adjustment), "adjustment"))

        self._sku_at, self._quantity_at, self._price_at, self._at_at = (
            index[role] for role in ("sku", "quantity", "unit_price", "at")
        )
        self._name_at, self._customer_at, self._country_at = (
            index.get(role) for role in ("name", "customer", "country")
        )
        self._skus: Remembered[Sku] = Remembered(cells.sku_reader(mapping))
        self._quantities: Remembered[Quantity] = Remembered(cells.quantity)
        self._prices: Remembered[Price] = Remembered(cells.price_reader(mapping))
        self._moments: Remembered[datetime] = Remembered(cells.moment_reader(mapping))
        self._countries: Remembered[str | None] = Remembered(cells.country_reader(mapping))
        self._customers: Remembered[str | None] = Remembered(cells.customer_reader(mapping))
        self._addresses: Remembered[Address] = Remembered(lambda code: Address(country=code))

    def of(self, key: str, rows: list[Row]) -> tuple[list[Imported], list[RejectedRow]]:
        """The documents that the rows of one number make, and the rows that were left out."""
        draft = _Draft(key.strip(), self._kind(key.strip()))
        for position, row in enumerate(rows, start=1):
            try:
                self._take(draft, position, row)
            except Unreadable as fault:
                draft.rejected.append(self._reject(row, fault))
        self._settle_free(draft)
        fingerprint = self._fingerprint(rows)
        where = f"{self._file}, line {rows[0][0]}"
        raw = "\n".join([self._mapping.file.delimiter.join(cells) for _, cells in rows])
        made = [
            Imported(document=document, rows=len(document.lines), raw=raw)
            for document in self._made(draft, fingerprint, where)
        ]
        return made, draft.rejected

    def _kind(self, key: str) -> DocumentKind:
        return next((kind for pattern, kind in self._prefixes if pattern.match(key)), "sale")

    def _take(self, draft: _Draft, position: int, row: Row) -> None:
        cell = row[1]
        if not draft.key:
            raise Unreadable("document", "The row names no document.", "Write its number.")
        sku = self._skus[cell[self._sku_at]]
        quantity = self._quantities[cell[self._quantity_at]]
        price = self._prices[cell[self._price_at]]
        at = self._moments[cell[self._at_at]]
        if self._country_at is not None:
            draft.country = self._countries[cell[self._country_at]] or draft.country
        rule = self._rules.get((draft.kind, quantity.sign, price.sign))
        if rule is None or rule.meaning == "reject":
            raise self._unfit(draft.kind, quantity, price, rule)
        name = cell[self._name_at].strip() if self._name_at is not None else ""
        if rule.meaning == "stock":
            draft.stock.append(self._stock_line(position, sku, quantity.units, name))
        elif rule.meaning == "free":
            draft.free.append((row, self._line(position, sku, name, quantity, price)))
        else:
            draft.lines.append(self._line(position, sku, name, quantity, price))
        if draft.at is None or at < draft.at:
            draft.at = at
        if self._customer_at is not None and draft.customer is None:
            draft.customer = self._customers[cell[self._customer_at]]

    def _line(self, position: int, sku: Sku, name: str, quantity: Quantity, price: Price) -> LineData:
        units = abs(quantity.units)
        zero = self._zero
        return LineData(
            external_id=str(position),
            sku=sku.code,
            name=name or sku.code,
            quantity=units,
            unit_price=price.money,
            discount=zero,
            tax=zero,
            kind=sku.kind,
            amount=None if price.exact is None else Money.rounded(price.exact * units, self._currency),
        )

    def _stock_line(self, position: int, sku: Sku, delta: int, note: str) -> StockLine:
        if sku.kind is not LineKind.GOODS:
            raise Unreadable(
                "sku",
                f"{sku.code} is {sku.kind.replace('_', ' ').lower()}: there is no stock of it to correct.",
                "Remove the row, or let the mapping's skus say that it is goods.",
            )
        default = StockReason.FOUND if delta > 0 else StockReason.CORRECTION
        reason = next((reason for pattern, reason in self._notes if pattern.search(note)), default)
        # Found goods only ever add, and lost ones only ever take away, whatever somebody wrote.
        if (reason is StockReason.FOUND) != (delta > 0) and reason is not StockReason.CORRECTION:
            reason = StockReason.CORRECTION
        return StockLine(external_id=str(position), sku=sku.code, delta=delta, reason=reason, note=note)

    def _settle_free(self, draft: _Draft) -> None:
        """Goods without a price are a gift where somebody bought something, else they were found."""
        if draft.customer is not None or draft.lines:
            draft.lines += [line for _, line in draft.free]
            draft.lines.sort(key=lambda line: int(line.external_id))
            return
        for row, line in draft.free:
            try:
                note = row[1][self._name_at].strip() if self._name_at is not None else ""
                sku = Sku(line.sku, line.kind)
                draft.stock.append(self._stock_line(int(line.external_id), sku, line.quantity, note))
            except Unreadable as fault:
                draft.rejected.append(self._reject(row, fault))

    def _made(self, draft: _Draft, fingerprint: str, where: str) -> list[Document]:
        if draft.at is None:
            return []
        made: list[Document] = []
        lines = tuple(draft.lines)
        customer = CustomerData(key=draft.customer) if draft.customer else GUEST
        address = self._addresses[draft.country] if draft.country else None
        if lines and draft.kind == "sale":
            made.append(self._order(draft, draft.at, lines, customer, address, fingerprint, where))
        elif lines and draft.kind == "credit":
            made.append(
                CreditNoteData(
                    external_id=draft.key,
                    issued_at=draft.at,
                    currency=self._currency,
                    lines=lines,
                    customer=customer,
                    address=address,
                    fingerprint=fingerprint,
                    restocked=self._mapping.history.restocked,
                    source=where,
                )
            )
        elif lines:
            made.append(
                AdjustmentData(
                    external_id=draft.key,
                    at=draft.at,
                    currency=self._currency,
                    lines=lines,
                    fingerprint=fingerprint,
                    source=where,
                )
            )
        if draft.stock:
            made.append(
                StockChangeData(
                    external_id=draft.key,
                    at=draft.at,
                    lines=tuple(draft.stock),
                    fingerprint=fingerprint,
                    source=where,
                )
            )
        return made

    def _order(
        self,
        draft: _Draft,
        at: datetime,
        lines: tuple[LineData, ...],
        customer: CustomerData,
        address: Address | None,
        fingerprint: str,
        where: str,
    ) -> OrderData:
        history = self._mapping.history
        total = Money.sum((line.gross for line in lines), self._currency)
        payments: tuple[PaymentData, ...] = ()
        if history.paid and total:
            captured = PaymentState.CAPTURED
            payments = (PaymentData(reference=draft.key, gateway="file", state=captured, amount=total, at=at),)
        shipped: tuple[FulfillmentData, ...] = ()
        if history.shipped and any(line.kind is LineKind.GOODS for line in lines):
            shipped = (FulfillmentData(external_id=draft.key, shipped_at=at),)
        return OrderData(
            external_id=draft.key,
            external_number=draft.key,
            placed_at=at,
            currency=self._currency,
            lines=lines,
            fingerprint=fingerprint,
            taxes_included=history.taxes_included,
            customer=customer,
            shipping_address=address,
            billing_address=address,
            payments=payments,
            fulfillments=shipped,
            source=where,
        )

    def _fingerprint(self, rows: list[Row]) -> str:
        digest = hashlib.blake2b(self._digest, digest_size=16)
        digest.update("\x1e".join(["\x1f".join(cells) for _, cells in rows]).encode())
        return digest.hexdigest()

    def _unfit(self, kind: str, quantity: Quantity, price: Price, rule: RowRule | None) -> Unreadable:
        reason = f"A {kind} row with a {quantity.sign} quantity and a {price.sign} price means nothing here."
        mend = "Mend the row, or add a rule for it to the mapping's rows."
        return Unreadable("quantity", (rule and rule.reason) or reason, (rule and rule.mend) or mend)

    def _reject(self, row: Row, fault: Unreadable) -> RejectedRow:
        return RejectedRow(
            line=row[0],
            reason=fault.reason,
            mend=fault.mend,
            column=self._mapping.columns.used[fault.role],
            text=self._mapping.file.delimiter.join(row[1])[:500],
        )

"""Read the rows of one document into a draft: each becomes a line, changes stock, or is rejected alone."""

import re
from collections.abc import Mapping as Places
from dataclasses import dataclass, field
from datetime import datetime

from crossdock import LineData, LineKind, Money, RejectedRow, StockLine, StockReason
from plugins.csv_orders import cells
from plugins.csv_orders.cells import Price, Quantity, Remembered, Sku, Unreadable
from plugins.csv_orders.mapping import DocumentKind, Mapping, RowRule
from plugins.csv_orders.source import Row


@dataclass(slots=True)
class Draft:
    """One document in the making. `free` are rows that are a gift or found stock, which the whole document tells."""

    key: str
    kind: DocumentKind
    at: datetime | None = None
    customer: str | None = None
    country: str | None = None
    lines: list[LineData] = field(default_factory=list)
    free: list[tuple[Row, LineData]] = field(default_factory=list)
    stock: list[StockLine] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


class Rows:
    """Reads rows by one mapping. Cells are remembered by their text, as most of them come again and again."""

    def __init__(self, mapping: Mapping, index: Places[str, int]) -> None:
        self._mapping = mapping
        self._currency = mapping.file.currency
        self._zero = Money.zero(self._currency)
        self._rules = {(rule.document, rule.quantity, rule.price): rule for rule in reversed(mapping.rows)}
        self._notes = [(re.compile(rule.pattern, re.IGNORECASE), rule.reason) for rule in mapping.notes]
        kinds: list[tuple[str | None, DocumentKind]] = [
            (mapping.credit, "credit"),
            (mapping.adjustment, "adjustment"),
        ]
        self._kinds = [(re.compile(pattern), kind) for pattern, kind in kinds if pattern]

        self._sku_at, self._quantity_at = index["sku"], index["quantity"]
        self._price_at, self._time_at = index["unit_price"], index["at"]
        self._name_at, self._customer_at, self._country_at = map(index.get, ("name", "customer", "country"))
        self._skus: Remembered[Sku] = Remembered(cells.sku_reader(mapping))
        self._quantities: Remembered[Quantity] = Remembered(cells.quantity)
        self._prices: Remembered[Price] = Remembered(cells.price_reader(mapping))
        self._moments: Remembered[datetime] = Remembered(cells.moment_reader(mapping))
        self._countries: Remembered[str | None] = Remembered(cells.country_reader(mapping))
        self._customers: Remembered[str | None] = Remembered(cells.customer_reader(mapping))

    def draft(self, key: str, rows: list[Row]) -> Draft:
        """What the rows of one number say. A line is named by its place among them, rejected ones counted."""
        matching: list[DocumentKind] = [kind for pattern, kind in self._kinds if pattern.match(key)]
        draft = Draft(key, matching[0] if matching else "sale")
        for position, row in enumerate(rows, start=1):
            try:
                self._take(draft, position, row)
            except Unreadable as fault:
                draft.rejected.append(self._rejected(row, fault))
        self._settle_free(draft)
        return draft

    def _take(self, draft: Draft, position: int, row: Row) -> None:
        cell = row[1]
        if not draft.key:
            raise Unreadable("document", "The row names no document.", "Write its number.")
        sku = self._skus[cell[self._sku_at]]
        quantity = self._quantities[cell[self._quantity_at]]
        price = self._prices[cell[self._price_at]]
        at = self._moments[cell[self._time_at]]
        country = None if self._country_at is None else self._countries[cell[self._country_at]]
        rule = self._rules.get((draft.kind, quantity.sign, price.sign))
        if rule is None or rule.meaning == "reject":
            raise _unfit(draft.kind, quantity, price, rule)
        if rule.meaning == "stock":
            draft.stock.append(self._stock_line(position, sku, quantity.units, self._name(cell), row[0]))
        elif rule.meaning == "free":
            draft.free.append((row, self._line(position, sku, self._name(cell), quantity, price)))
        else:
            draft.lines.append(self._line(position, sku, self._name(cell), quantity, price))
        if draft.at is None or at < draft.at:
            draft.at = at
        draft.country = draft.country or country
        if self._customer_at is not None and draft.customer is None:
            draft.customer = self._customers[cell[self._customer_at]]

    def _name(self, cell: list[str]) -> str:
        return "" if self._name_at is None else cell[self._name_at].strip()

    def _line(self, position: int, sku: Sku, name: str, quantity: Quantity, price: Price) -> LineData:
        units = abs(quantity.units)
        return LineData(
            external_id=str(position),
            sku=sku.code,
            name=name or sku.code,
            quantity=units,
            unit_price=price.money,
            discount=self._zero,
            tax=self._zero,
            kind=sku.kind,
            amount=None if price.exact is None else Money.rounded(price.exact * units, self._currency),
        )

    def _stock_line(self, position: int, sku: Sku, delta: int, note: str, line: int) -> StockLine:
        if sku.kind is not LineKind.GOODS:
            raise Unreadable(
                "sku",
                f"{sku.code} is {sku.kind.replace('_', ' ').lower()}: there is no stock of it to correct.",
                "Remove the row, or let the mapping's skus say that it is goods.",
            )
        default = StockReason.FOUND if delta > 0 else StockReason.CORRECTION
        reason = next((reason for pattern, reason in self._notes if pattern.search(note)), default)
        # Found goods only ever add, and lost ones only ever take away, whatever somebody wrote.
        if (reason is StockReason.FOUND) != (delta > 0):
            reason = StockReason.CORRECTION
        return StockLine(
            external_id=str(position), sku=sku.code, delta=delta, reason=reason, note=note, source=f"line {line}"
        )

    def _settle_free(self, draft: Draft) -> None:
        """Goods without a price are a gift where somebody bought something, else they were found."""
        if draft.customer is not None or draft.lines:
            draft.lines += [line for _, line in draft.free]
            draft.lines.sort(key=lambda line: int(line.external_id))
            return
        for row, line in draft.free:
            try:
                sku = Sku(line.sku, line.kind)
                place, units, note = int(line.external_id), line.quantity, self._name(row[1])
                draft.stock.append(self._stock_line(place, sku, units, note, row[0]))
            except Unreadable as fault:
                draft.rejected.append(self._rejected(row, fault))

    def _rejected(self, row: Row, fault: Unreadable) -> RejectedRow:
        return RejectedRow(
            line=row[0],
            reason=fault.reason,
            mend=fault.mend,
            column=self._mapping.columns.used[fault.role],
            text=self._mapping.file.delimiter.join(row[1])[:500],
        )


def _unfit(kind: str, quantity: Quantity, price: Price, rule: RowRule | None) -> Unreadable:
    reason = f"A {kind} row with a {quantity.sign} quantity and a {price.sign} price means nothing here."
    mend = "Mend the row, or add a rule for it to the mapping's rows."
    return Unreadable("quantity", (rule and rule.reason) or reason, (rule and rule.mend) or mend)

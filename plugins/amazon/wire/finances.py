"""Payouts of the Finances API v0, and transactions of 2024-06-19."""

import hashlib

from pydantic import AwareDatetime, Field

from crossdock import Money
from plugins.amazon.wire.base import Exact, Wire, money


class PayoutAmount(Wire):
    currency_code: str = Field(alias="CurrencyCode")
    currency_amount: Exact = Field(alias="CurrencyAmount")

    @property
    def money(self) -> Money:
        return money(self.currency_amount, self.currency_code)


class Payout(Wire):
    """A financial event group."""

    group_id: str = Field(alias="FinancialEventGroupId", min_length=1)
    processing_status: str = Field(alias="ProcessingStatus")
    original_total: PayoutAmount | None = Field(default=None, alias="OriginalTotal")
    beginning_balance: PayoutAmount | None = Field(default=None, alias="BeginningBalance")
    start: AwareDatetime | None = Field(default=None, alias="FinancialEventGroupStart")
    end: AwareDatetime | None = Field(default=None, alias="FinancialEventGroupEnd")
    transferred: AwareDatetime | None = Field(default=None, alias="FundTransferDate")

    @property
    def closed(self) -> bool:
        return self.processing_status == "Closed"


class Currency(Wire):
    currency_code: str
    currency_amount: Exact

    @property
    def money(self) -> Money:
        return money(self.currency_amount, self.currency_code)


class RelatedIdentifier(Wire):
    related_identifier_name: str | None = None
    related_identifier_value: str | None = None


class Breakdown(Wire):
    breakdown_type: str = ""
    breakdown_amount: Currency | None = None
    breakdowns: tuple["Breakdown", ...] | None = None


class Context(Wire):
    sku: str | None = None
    quantity_shipped: int | None = None


class Item(Wire):
    description: str | None = None
    total_amount: Currency | None = None
    breakdowns: tuple[Breakdown, ...] | None = None
    contexts: tuple[Context, ...] | None = None


class Transaction(Wire):
    transaction_id: str = ""
    transaction_type: str = ""
    transaction_status: str | None = None
    description: str | None = None
    posted_date: AwareDatetime | None = None
    total_amount: Currency
    related_identifiers: tuple[RelatedIdentifier, ...] | None = None
    items: tuple[Item, ...] | None = None
    breakdowns: tuple[Breakdown, ...] | None = None

    @property
    def name(self) -> str:
        """Amazon's id of it; where it gives none, a digest of all that it says."""
        return self.transaction_id or hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:24]

    def related(self, name: str) -> str | None:
        found = (
            each.related_identifier_value
            for each in self.related_identifiers or ()
            if each.related_identifier_name == name
        )
        return next(found, None)

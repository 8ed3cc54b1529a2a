"""Ids as arguments: a parameter annotated with one of these is an `ID!` outside and a number inside.

An id of another kind, or none at all, is NOT_FOUND at the argument's own path.
"""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Prefix:
    """Marks a number that travels as `<text>_<number>`."""

    text: str


ApiKeyId = Annotated[int, Prefix("key")]
CaseId = Annotated[int, Prefix("case")]
ChannelId = Annotated[int, Prefix("chn")]
CompanyId = Annotated[int, Prefix("com")]
CustomerId = Annotated[int, Prefix("cus")]
EventId = Annotated[int, Prefix("evt")]
ExternalCallId = Annotated[int, Prefix("call")]
FailedJobId = Annotated[int, Prefix("fjob")]
FulfillmentOrderId = Annotated[int, Prefix("ful")]
HoldId = Annotated[int, Prefix("hld")]
InboxMessageId = Annotated[int, Prefix("inb")]
IntegrationId = Annotated[int, Prefix("int")]
ItemId = Annotated[int, Prefix("itm")]
JournalEntryId = Annotated[int, Prefix("jrn")]
LabelId = Annotated[int, Prefix("lbl")]
LedgerAccountId = Annotated[int, Prefix("acc")]
ListingId = Annotated[int, Prefix("lst")]
LocationId = Annotated[int, Prefix("loc")]
ManifestId = Annotated[int, Prefix("man")]
OrderId = Annotated[int, Prefix("ord")]
OrderLineId = Annotated[int, Prefix("orl")]
PackageId = Annotated[int, Prefix("pkg")]
PaymentId = Annotated[int, Prefix("pay")]
PurchaseOrderId = Annotated[int, Prefix("po")]
PurchaseOrderLineId = Annotated[int, Prefix("pol")]
RefundId = Annotated[int, Prefix("ref")]
ReturnId = Annotated[int, Prefix("ret")]
ReturnLineId = Annotated[int, Prefix("rtl")]
SettlementLineId = Annotated[int, Prefix("stll")]
ShipmentId = Annotated[int, Prefix("ship")]
ShippingRateId = Annotated[int, Prefix("rate")]
StockLevelId = Annotated[int, Prefix("lvl")]
StockMovementId = Annotated[int, Prefix("mov")]
SupplierId = Annotated[int, Prefix("sup")]
SyncRunId = Annotated[int, Prefix("sync")]
TicketLinkId = Annotated[int, Prefix("tkt")]

"""eBay's verbs, each in a file of its own."""

from collections.abc import Mapping, Sequence

from crossdock import (
    Address,
    CancelOrder,
    ChannelStock,
    Diagnosis,
    Integration,
    ListingPage,
    OrderData,
    OrderPage,
    OrderWindow,
    RawOrder,
    Receipt,
    RefundOrder,
    Rejected,
    ReturnDecision,
    ReturnPage,
    SettlementPage,
    ShipmentNotice,
    StockAnswer,
    StockLevelUpdate,
    Subscription,
    Token,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
)
from plugins.ebay import (
    cancellations,
    check,
    listings,
    oauth,
    orders,
    refunds,
    returns,
    settlements,
    shipments,
    stock,
    subscriptions,
    webhooks,
)
from plugins.ebay.client import Ctx
from plugins.ebay.mapping.orders import map_order
from plugins.ebay.settings import EbaySettings


class Ebay:
    """One seller's account."""

    def __init__(self, integration: Integration[EbaySettings]) -> None:
        self.integration = integration

    def fetch_orders(self, ctx: Ctx, window: OrderWindow) -> OrderPage:
        return orders.fetch_orders(ctx, window)

    def fetch_order(self, ctx: Ctx, external_id: str) -> RawOrder:
        return orders.fetch_order(ctx, external_id)

    def map_order(self, raw: RawOrder) -> OrderData:
        return map_order(raw, test=self.integration.settings.environment == "sandbox")

    def allow_address(self, ctx: Ctx, external_id: str, address: Address) -> None:
        raise Rejected(
            "address_fixed",
            "eBay protects a seller who ships to the address of the order, and has no way to change it. Cancel this "
            "one, and ask the buyer to order again with the new address.",
        )

    def acknowledge(self, ctx: Ctx, external_ids: Sequence[str]) -> None:
        """EBay does not ask to be told."""

    def parse_webhook(self, settings: EbaySettings, request: WebhookRequest) -> Sequence[WebhookEvent] | WebhookReply:
        return webhooks.parse(settings, request)

    def fetch_webhook_key(self, ctx: Ctx, key_id: str) -> str:
        return webhooks.fetch_key(ctx, key_id)

    def subscribe(self, ctx: Ctx) -> Sequence[Subscription]:
        return subscriptions.subscribe(ctx)

    def unsubscribe(self, ctx: Ctx) -> None:
        subscriptions.unsubscribe(ctx)

    def confirm_shipment(self, ctx: Ctx, notice: ShipmentNotice) -> Receipt:
        return shipments.confirm(ctx, notice)

    def find_shipment(self, ctx: Ctx, notice: ShipmentNotice) -> Receipt | None:
        return shipments.find(ctx, notice)

    def cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt:
        return cancellations.cancel(ctx, request)

    def find_cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt | None:
        return cancellations.find_cancel(ctx, request)

    def accept_cancel(self, ctx: Ctx, request: CancelOrder, *, accepted: bool) -> Receipt:
        return cancellations.answer(ctx, request, accepted=accepted)

    def find_accept_cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt | None:
        return cancellations.find_answer(ctx, request)

    def refund(self, ctx: Ctx, request: RefundOrder) -> Receipt:
        return refunds.refund(ctx, request)

    def find_refund(self, ctx: Ctx, request: RefundOrder) -> Receipt | None:
        return refunds.find(ctx, request)

    def fetch_returns(self, ctx: Ctx, window: OrderWindow) -> ReturnPage:
        return returns.fetch(ctx, window)

    def decide_return(self, ctx: Ctx, decision: ReturnDecision) -> Receipt:
        return returns.decide(ctx, decision)

    def find_return_decision(self, ctx: Ctx, decision: ReturnDecision) -> Receipt | None:
        return returns.find_decision(ctx, decision)

    def publish_stock(self, ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        return stock.publish(ctx, updates)

    def read_stock(self, ctx: Ctx, external_skus: Sequence[str]) -> Sequence[ChannelStock]:
        return stock.read(ctx, external_skus)

    def fetch_listings(self, ctx: Ctx) -> ListingPage:
        return listings.fetch(ctx)

    def fetch_settlements(self, ctx: Ctx, window: OrderWindow) -> SettlementPage:
        return settlements.fetch(ctx, window)

    def check(self, ctx: Ctx) -> Sequence[Diagnosis]:
        return check.check(ctx)

    def authorize_url(self, settings: EbaySettings, *, redirect: str, state: str) -> str:
        """EBay comes back to where the RuName points, which is set up on its own page to be `redirect`."""
        return oauth.authorize_url(settings, state)

    def exchange(self, ctx: Ctx, callback: WebhookRequest, *, redirect: str) -> Mapping[str, Token]:
        return oauth.exchange(ctx, callback)

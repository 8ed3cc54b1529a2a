"""The provider: every verb of a channel, each told in a module of its own."""

from collections.abc import Mapping, Sequence

from crossdock import (
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
    ReturnDecision,
    ReturnPage,
    SettlementPage,
    ShipmentNotice,
    StockAnswer,
    StockLevelUpdate,
    Subscription,
    Token,
    WebhookEvent,
    WebhookRequest,
)
from plugins.shopify import access, given_back, listings, orders, payouts, returns, shipments, stock, webhooks
from plugins.shopify import check as checks
from plugins.shopify.access import Ctx
from plugins.shopify.mapping.orders import map_order
from plugins.shopify.settings import ShopifySettings


class ShopifyChannel:
    """One Shopify store."""

    def __init__(self, integration: Integration[ShopifySettings]) -> None:
        self._settings = integration.settings

    def fetch_orders(self, ctx: Ctx, window: OrderWindow) -> OrderPage:
        return orders.fetch_orders(ctx, window)

    def fetch_order(self, ctx: Ctx, external_id: str) -> RawOrder:
        return orders.fetch_order(ctx, external_id)

    def map_order(self, raw: RawOrder) -> OrderData:
        return map_order(self._settings, raw)

    def acknowledge(self, ctx: Ctx, external_ids: Sequence[str]) -> None:
        """Shopify wants no word: an order waits there until it is fulfilled."""

    def parse_webhook(self, settings: ShopifySettings, request: WebhookRequest) -> Sequence[WebhookEvent]:
        return webhooks.parse_webhook(settings, request)

    def subscribe(self, ctx: Ctx) -> Sequence[Subscription]:
        return webhooks.subscribe(ctx)

    def unsubscribe(self, ctx: Ctx) -> None:
        webhooks.unsubscribe(ctx)

    def publish_stock(self, ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        return stock.publish_stock(ctx, updates)

    def read_stock(self, ctx: Ctx, external_skus: Sequence[str]) -> Sequence[ChannelStock]:
        return stock.read_stock(ctx, external_skus)

    def confirm_shipment(self, ctx: Ctx, notice: ShipmentNotice) -> Receipt:
        return shipments.confirm_shipment(ctx, notice)

    def find_shipment(self, ctx: Ctx, notice: ShipmentNotice) -> Receipt | None:
        return shipments.find_shipment(ctx, notice)

    def cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt:
        return given_back.cancel(ctx, request)

    def find_cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt | None:
        return given_back.find_cancel(ctx, request)

    def accept_cancel(self, ctx: Ctx, request: CancelOrder, *, accepted: bool) -> Receipt:
        return given_back.accept_cancel(ctx, request, accepted=accepted)

    def find_accept_cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt | None:
        return given_back.find_accept_cancel(ctx, request)

    def refund(self, ctx: Ctx, request: RefundOrder) -> Receipt:
        return given_back.refund(ctx, request)

    def find_refund(self, ctx: Ctx, request: RefundOrder) -> Receipt | None:
        return given_back.find_refund(ctx, request)

    def fetch_returns(self, ctx: Ctx, window: OrderWindow) -> ReturnPage:
        return returns.fetch_returns(ctx, window)

    def decide_return(self, ctx: Ctx, decision: ReturnDecision) -> Receipt:
        return returns.decide_return(ctx, decision)

    def find_return_decision(self, ctx: Ctx, decision: ReturnDecision) -> Receipt | None:
        return returns.find_return_decision(ctx, decision)

    def fetch_settlements(self, ctx: Ctx, window: OrderWindow) -> SettlementPage:
        return payouts.fetch_settlements(ctx, window)

    def fetch_listings(self, ctx: Ctx) -> ListingPage:
        return listings.fetch_listings(ctx)

    def check(self, ctx: Ctx) -> Sequence[Diagnosis]:
        return checks.check(ctx)

    def authorize_url(self, settings: ShopifySettings, *, redirect: str, state: str) -> str:
        return access.authorize_url(settings, redirect=redirect, state=state)

    def exchange(self, ctx: Ctx, callback: WebhookRequest, *, redirect: str) -> Mapping[str, Token]:
        return access.exchange(ctx, callback)

"""The provider of kind `channel`: each verb is in the module of its noun."""

from collections.abc import Mapping, Sequence

from crossdock import (
    Address,
    CancelOrder,
    ChannelStock,
    Diagnosis,
    Integration,
    ListingPage,
    Notifications,
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
    WebhookRequest,
)
from plugins.amazon import (
    cancellations,
    checks,
    consent,
    finances,
    listings,
    notifications,
    orders,
    refunds,
    returns,
    shipments,
    stock,
)
from plugins.amazon.client import Ctx
from plugins.amazon.mapping.orders import order_data
from plugins.amazon.settings import AmazonSettings


class AmazonChannel:
    """Kind `channel`."""

    def __init__(self, integration: Integration[AmazonSettings]) -> None:
        self.integration = integration

    def fetch_orders(self, ctx: Ctx, window: OrderWindow) -> OrderPage:
        return orders.page(ctx, window)

    def fetch_order(self, ctx: Ctx, external_id: str) -> RawOrder:
        return orders.one(ctx, external_id)

    def map_order(self, raw: RawOrder) -> OrderData:
        return order_data(raw)

    def allow_address(self, ctx: Ctx, external_id: str, address: Address) -> None:
        raise Rejected(
            "address_fixed",
            "Amazon has its orders shipped to the address that it gave. Cancel this one, and ask the buyer to order "
            "again with the new address.",
        )

    def acknowledge(self, ctx: Ctx, external_ids: Sequence[str]) -> None:
        """Amazon awaits no acknowledgement: the shipment, or the cancellation, is the answer to an order."""

    def fetch_notifications(self, ctx: Ctx) -> Notifications:
        return notifications.take(ctx)

    def forget_notifications(self, ctx: Ctx, receipts: Sequence[str]) -> None:
        notifications.forget(ctx, receipts)

    def subscribe(self, ctx: Ctx) -> Sequence[Subscription]:
        return notifications.subscribe(ctx)

    def unsubscribe(self, ctx: Ctx) -> None:
        notifications.unsubscribe(ctx)

    def publish_stock(self, ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        return stock.publish(ctx, updates)

    def read_stock(self, ctx: Ctx, external_skus: Sequence[str]) -> Sequence[ChannelStock]:
        return stock.read_stock(ctx, external_skus)

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
        return refunds.find_refund(ctx, request)

    def fetch_returns(self, ctx: Ctx, window: OrderWindow) -> ReturnPage:
        return returns.page(ctx, window)

    def decide_return(self, ctx: Ctx, decision: ReturnDecision) -> Receipt:
        returns.decide()

    def find_return_decision(self, ctx: Ctx, decision: ReturnDecision) -> Receipt | None:
        """Never: nothing can be told."""
        return None

    def fetch_settlements(self, ctx: Ctx, window: OrderWindow) -> SettlementPage:
        return finances.page(ctx, window)

    def fetch_listings(self, ctx: Ctx) -> ListingPage:
        return listings.page(ctx)

    def check(self, ctx: Ctx) -> Sequence[Diagnosis]:
        return list(checks.check(ctx))

    def authorize_url(self, settings: AmazonSettings, *, redirect: str, state: str) -> str:
        return consent.authorize_url(settings, redirect=redirect, state=state)

    def exchange(self, ctx: Ctx, callback: WebhookRequest, *, redirect: str) -> Mapping[str, Token]:
        return consent.exchange(ctx, callback, redirect=redirect)

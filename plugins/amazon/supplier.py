"""The provider of kind `supplier`: Amazon ships orders of other channels from its own warehouses."""

from collections.abc import Sequence

from crossdock import (
    Diagnosis,
    Integration,
    Quote,
    QuoteRequest,
    StockSnapshot,
    Submission,
    SupplierOrder,
    Updates,
)
from plugins.amazon import inventory, outbound, outbound_news
from plugins.amazon.client import Ctx
from plugins.amazon.settings import AmazonSettings


class AmazonFulfillment:
    """Kind `supplier`."""

    def __init__(self, integration: Integration[AmazonSettings]) -> None:
        self.integration = integration

    def quote(self, ctx: Ctx, request: QuoteRequest) -> Sequence[Quote]:
        return outbound.quote(ctx, request)

    def submit(self, ctx: Ctx, order: SupplierOrder) -> Submission:
        return outbound.submit(ctx, order)

    def find_submission(self, ctx: Ctx, order: SupplierOrder) -> Submission | None:
        return outbound.find(ctx, order)

    def fetch_updates(self, ctx: Ctx) -> Updates:
        return outbound_news.news(ctx)

    def request_cancel(self, ctx: Ctx, order: SupplierOrder) -> Submission:
        return outbound.request_cancel(ctx, order)

    def find_cancel_request(self, ctx: Ctx, order: SupplierOrder) -> Submission | None:
        return outbound.find_cancel(ctx, order)

    def fetch_stock(self, ctx: Ctx) -> StockSnapshot:
        return inventory.snapshot(ctx)

    def check(self, ctx: Ctx) -> Sequence[Diagnosis]:
        return list(inventory.check(ctx))

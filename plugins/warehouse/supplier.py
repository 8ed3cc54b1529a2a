"""The provider. Nothing leaves the hub, so each answer is known at once and is the same every time."""

from collections.abc import Sequence
from datetime import timedelta

from crossdock import Context, Integration, Submission, SupplierOrder, Updates, WorkState
from plugins.warehouse.settings import WarehouseSettings


class Warehouse:
    """Kind `supplier`, capabilities `orders`, `cancel` and `work`."""

    def __init__(self, integration: Integration[WarehouseSettings]) -> None:
        self._settings = integration.settings

    def submit(self, ctx: Context[WarehouseSettings], order: SupplierOrder) -> Submission:
        """Accept all of it at once: the stock was reserved for it."""
        return Submission(external_id=order.reference, at=ctx.now(), accepted=True)

    def find_submission(self, ctx: Context[WarehouseSettings], order: SupplierOrder) -> Submission | None:
        """Taking an order changes nothing outside, so it always counts as taken."""
        return self.submit(ctx, order)

    def fetch_updates(self, ctx: Context[WarehouseSettings]) -> Updates:
        """There is never any news: what our people do comes through the API."""
        return Updates()

    def request_cancel(self, ctx: Context[WarehouseSettings], order: SupplierOrder) -> Submission:
        """Agree: whether work has gone too far is for the hub to say, which knows it."""
        return Submission(external_id=order.reference, at=ctx.now(), accepted=True)

    def find_cancel_request(self, ctx: Context[WarehouseSettings], order: SupplierOrder) -> Submission | None:
        return self.request_cancel(ctx, order)

    def finished(self, ctx: Context[WarehouseSettings], work: Sequence[WorkState]) -> Sequence[str]:
        """With `autopilot`, the steps that have been due for the pause; else none, as people tell through the API."""
        if not self._settings.autopilot:
            return []
        due = ctx.now() - timedelta(seconds=self._settings.pause_seconds)
        return [each.reference for each in work if each.since <= due]

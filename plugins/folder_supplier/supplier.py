"""The provider: orders out, acknowledgements, shipments and stock in."""

from collections.abc import Callable
from pathlib import Path

from crossdock import Context, Integration, StockSnapshot, Submission, SupplierOrder, Updates
from plugins.folder_supplier import folder as folders
from plugins.folder_supplier import render
from plugins.folder_supplier.inbound import take
from plugins.folder_supplier.settings import FolderSupplierSettings

Ctx = Context[FolderSupplierSettings]


class FolderSupplier:
    """Kind `supplier`, capabilities `orders`, `cancel` and `stock`."""

    def __init__(self, integration: Integration[FolderSupplierSettings]) -> None:
        self._settings = integration.settings

    def submit(self, ctx: Ctx, order: SupplierOrder) -> Submission:
        """Write the order file. A key that was written before is not written again."""
        return self._write(ctx, order, render.order, "")

    def find_submission(self, ctx: Ctx, order: SupplierOrder) -> Submission | None:
        return self._find(ctx, "")

    def request_cancel(self, ctx: Ctx, order: SupplierOrder) -> Submission:
        """Write the wish; the supplier's answer comes as an acknowledgement: cancelled, or cancel_refused."""
        return self._write(ctx, order, render.cancellation, "cancel-")

    def find_cancel_request(self, ctx: Ctx, order: SupplierOrder) -> Submission | None:
        return self._find(ctx, "cancel-")

    def fetch_updates(self, ctx: Ctx) -> Updates:
        """Acknowledgements and shipments, and files that nobody knows, which are quarantined."""
        taken = take(self._folder(ctx), {"ack", "ship", None}, ctx)
        items = sorted(taken.updates, key=lambda update: update.sequence)
        return Updates(items=tuple(items), quarantined=tuple(taken.quarantined), cursor=taken.cursor)

    def fetch_stock(self, ctx: Ctx) -> StockSnapshot:
        """Every stock file that waits, the oldest figures first."""
        taken = take(self._folder(ctx), {"stock"}, ctx)
        rows = sorted(taken.stock, key=lambda row: row.as_of)
        return StockSnapshot(
            rows=tuple(rows),
            complete=self._settings.stock_is_complete and bool(rows),
            quarantined=tuple(taken.quarantined),
            cursor=taken.cursor,
        )

    def _folder(self, ctx: Ctx) -> Path:
        return folders.prepare(self._settings.folder or ctx.home)

    def _write(self, ctx: Ctx, order: SupplierOrder, rendered: Callable[..., str], prefix: str) -> Submission:
        """Our own copy first, as a draft: after a crash the same file, with the same sequence, is delivered again."""
        folder = self._folder(ctx)
        name = prefix + folders.file_name(ctx.key)
        sent, draft = folder / "sent" / f"{name}.csv", folder / "sent" / f"{name}.draft"
        with folders.locked(folder):
            if not sent.is_file():
                if not draft.is_file():
                    sequence = folders.next_sequence(folder)
                    folders.write(draft, rendered(order, sequence=sequence, key=ctx.key, at=ctx.now()))
                content = draft.read_text(encoding="utf-8")
                sequence = _sequence(content)
                folders.write(folder / "orders" / f"{sequence:06d}-{name}.csv", content)
                folders.move(draft, folder / "sent", f"{name}.csv")
        return _submission(sent, ctx)

    def _find(self, ctx: Ctx, prefix: str) -> Submission | None:
        """A draft was never delivered, as far as we know: the next `submit` delivers it."""
        sent = self._folder(ctx) / "sent" / f"{prefix}{folders.file_name(ctx.key)}.csv"
        return _submission(sent, ctx) if sent.is_file() else None


def _submission(sent: Path, ctx: Ctx) -> Submission:
    sequence = _sequence(sent.read_text(encoding="utf-8"))
    return Submission(external_id=f"{sequence:06d}", at=ctx.now(), message=f"Written as file {sequence:06d}.")


def _sequence(content: str) -> int:
    return int(content.split(",", 3)[2])

"""The verbs of a supplier that exchanges files, for any format and any medium."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from crossdock.check import Diagnosis
from crossdock.context import Context
from crossdock.exchange.files import FileAct, FileExchange, OutFile, Sending, act_name
from crossdock.exchange.incoming import Inbox, Taken
from crossdock.exchange.outgoing import Ledger, SentFile, deliver, look
from crossdock.exchange.settings import FolderSettings, TransportSettings
from crossdock.exchange.transport import Opener, Transport, open_transport
from crossdock.supplier import StockSnapshot, Submission, SupplierOrder, Updates


class FileSupplier:
    """A provider of kind `supplier` with the capabilities `orders`, `cancel`, `stock` and `check`.

    form: how the files look. transport: how they travel. complete: what a stock file leaves out is not there.
    opener: what opens the medium; tests give one that breaks on demand.

    What it knows of its files is kept in the exchanged folder itself, or in `ctx.home` where the medium is elsewhere.
    """

    def __init__(
        self,
        form: FileExchange,
        transport: TransportSettings,
        *,
        complete: bool = False,
        opener: Opener = open_transport,
    ) -> None:
        self.form = form
        self.transport = transport
        self.complete = complete
        self.opener = opener

    def submit(self, ctx: Context[Any], order: SupplierOrder) -> Submission:
        """Send the order's file. A key that was sent before is not sent again."""
        return self._deliver(ctx, order, FileAct.ORDER)

    def find_submission(self, ctx: Context[Any], order: SupplierOrder) -> Submission | None:  # noqa: ARG002  # by ctx.key
        return self._look(ctx, FileAct.ORDER)

    def request_cancel(self, ctx: Context[Any], order: SupplierOrder) -> Submission:
        """Send the wish; the supplier's answer comes as an update: CANCELLED, or CANCEL_REFUSED."""
        return self._deliver(ctx, order, FileAct.CANCEL)

    def find_cancel_request(self, ctx: Context[Any], order: SupplierOrder) -> Submission | None:  # noqa: ARG002  # by ctx.key
        return self._look(ctx, FileAct.CANCEL)

    def fetch_updates(self, ctx: Context[Any]) -> Updates:
        """News of orders, and files that nobody knows, which are quarantined."""
        taken = self._take(ctx, stock=False)
        items = sorted(taken.updates, key=lambda update: update.sequence)
        return Updates(items=tuple(items), quarantined=tuple(taken.quarantined), cursor=taken.cursor)

    def fetch_stock(self, ctx: Context[Any]) -> StockSnapshot:
        """Every stock file that waits, the oldest figures first."""
        taken = self._take(ctx, stock=True)
        rows = sorted(taken.stock, key=lambda row: row.as_of)
        return StockSnapshot(
            rows=tuple(rows),
            complete=self.complete and bool(rows),
            quarantined=tuple(taken.quarantined),
            cursor=taken.cursor,
        )

    def check(self, ctx: Context[Any]) -> Sequence[Diagnosis]:
        """Reach the other side and look into the inbox; what is wrong is raised."""
        with self._open(ctx) as transport:
            waiting = len(transport.waiting())
        return [Diagnosis(name="files", ok=True, message=f"It can be reached; {waiting} files wait.")]

    def keep(self, ctx: Context[Any]) -> Path:
        """The folder of our own copies, sequences and of what was read."""
        folder = self.transport.folder if isinstance(self.transport, FolderSettings) else None
        return folder or ctx.home

    def ledger(self, ctx: Context[Any]) -> Ledger:
        """What was sent."""
        return Ledger(self.keep(ctx))

    def _open(self, ctx: Context[Any]) -> AbstractContextManager[Transport]:
        return self.opener(self.transport, ctx)

    def _deliver(self, ctx: Context[Any], order: SupplierOrder, act: FileAct) -> Submission:
        def render(sequence: int) -> OutFile:
            return self.form.render(Sending(act=act, order=order, sequence=sequence, key=ctx.key, at=ctx.now()))

        record = deliver(self.ledger(ctx), act_name(act, ctx.key), render, lambda: self._open(ctx))
        ctx.log.info("exchange.sent", file=record.name, medium=self.transport.kind)
        return _submission(record, ctx)

    def _look(self, ctx: Context[Any], act: FileAct) -> Submission | None:
        record = look(self.ledger(ctx), act_name(act, ctx.key), lambda: self._open(ctx))
        return None if record is None else _submission(record, ctx)

    def _take(self, ctx: Context[Any], *, stock: bool) -> Taken:
        inbox = Inbox(
            keep=self.keep(ctx),
            sort="stock" if stock else "updates",
            wanted=lambda name: self.form.tells_stock(name) is stock,
            parse=self.form.parse,
        )
        return inbox.take(ctx, lambda: self._open(ctx))


def _submission(record: SentFile, ctx: Context[Any]) -> Submission:
    number = f"{record.sequence:06d}"
    return Submission(external_id=number, at=ctx.now(), message=f"Sent as file {number}.")

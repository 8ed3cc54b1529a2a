"""Importing a file of orders of any size: a look ahead, then batch after batch, each in one transaction."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import actor, garbage
from core.catalog import service as catalog
from core.catalog.models import Channel
from core.errors import Invalid, NotFound, SettingsError
from core.flows.import_files import opening, standing, take
from core.flows.import_files.first_look import FirstLook, look_through
from core.flows.import_files.kept import Mapper
from core.flows.import_files.reading import Reader
from core.flows.import_files.report import Progress, Rejects, Report
from core.flows.import_files.standing import Place
from core.flows.import_files.take import Target
from core.inbox import service as inbox
from core.integrations.models import Integration
from core.stock import locations
from core.stock.models import LocationKind
from crossdock.documents import Document
from crossdock.files import Batch, FileImport

if TYPE_CHECKING:
    from core.hub import Hub

BATCH_ROWS = 10_000
_ANALYZE = (
    "orders",
    "order_lines",
    "shipments",
    "shipment_lines",
    "stock_movements",
    "journal_entries",
    "postings",
    "inbox_messages",
)
_MOST_PERCENT = 1_000


def _nobody(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


def import_orders(
    hub: "Hub",
    path: Path,
    channel_key: str,
    mapping: str,
    *,
    integration_key: str | None = None,
    location: str = "main",
    opening_stock: Literal["auto", "none"] = "auto",
    opening_cost_percent: int = 60,
    progress: Progress = _nobody,
) -> Report:
    """Bring a file's orders, credit notes, stock changes and adjustments in, and say what became of every row.

    What was imported before changes nothing; what stopped half-way goes on where it stopped. The channel and the
    location are made where they are not there. Goods that the file says have shipped leave `location`.

    integration_key: of a provider that reads files; None: the channel's own, or the only one there is.
    opening_stock: `auto` moves in what the file needs so that no level ever falls below zero, at
    `opening_cost_percent` of each SKU's average price; `none` moves nothing in, and what ships without stock is
    found by the way and shown as a case.

    Raises NotFound for a file that is not there, SettingsError where no integration reads files, Invalid for options
    that make no sense, BadData with file, line, column and mend where the file as a whole cannot be trusted.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", path=("path",))
    if not 0 <= opening_cost_percent <= _MOST_PERCENT:
        raise Invalid(f"The opening cost is between 0 and {_MOST_PERCENT} percent.", path=("openingCost",))
    run = _Run(hub, path, channel_key, mapping, location, opening_cost_percent, progress)
    run.provide(integration_key)
    with actor.acting_as("import"), garbage.by_hand():
        try:
            return run.carry_out(look_first=opening_stock == "auto")
        except BaseException as error:
            run.failed(error)
            raise


class _Run:
    """One import from its first look to its report."""

    def __init__(
        self, hub: "Hub", path: Path, channel_key: str, mapping: str, location: str, percent: int, progress: Progress
    ) -> None:
        self._hub = hub
        self._path = path
        self._channel_key = channel_key
        self._mapping = mapping
        self._location = location
        self._percent = percent
        self._progress = progress
        self._job = standing.job_of(channel_key)
        self._began = time.monotonic()
        self._provider: FileImport
        self._integration_id = 0
        self._integration_key = ""
        self._place = Place(file=standing.identity(path), mapping=mapping)

    def provide(self, wanted: str | None) -> None:
        """Find who reads files, and where an earlier import of this one stopped."""
        readers: dict[str, Any] = dict(self._hub.providers("channel", "files"))
        with self._hub.transaction() as session:
            own = session.scalar(
                select(Integration.key)
                .join(Channel, Channel.integration_id == Integration.id)
                .where(Channel.key == self._channel_key)
            )
            key = wanted or own or (next(iter(readers)) if len(readers) == 1 else None)
            if key is None or key not in readers:
                known = ", ".join(sorted(readers)) or "none: add one of the plugin csv_orders to plugins.toml"
                said = f"{wanted!r} reads no files" if wanted else "Say which integration reads the file"
                raise SettingsError(f"{said}. Those that can: {known}.")
            found = session.scalar(select(Integration.id).where(Integration.key == key))
            if found is None:
                raise SettingsError(
                    f"The integration {key!r} is not in the database yet. Run `crossdock migrate` first."
                )
            self._integration_key, self._integration_id, self._provider = key, found, readers[key]
            stopped = standing.known(session, found, self._job)
            if stopped is not None and self._place.resumes(stopped):
                self._place = stopped

    def carry_out(self, *, look_first: bool) -> Report:
        resumed = self._place.run_id > 0
        look = self._first_look() if look_first and not resumed else FirstLook()
        target = self._begin(look) if resumed or look.currency else None
        with Reader(
            self._provider.open(self._path, self._mapping, after=self._place.position, batch_rows=BATCH_ROWS)
        ) as batches:
            for batch in batches:
                if target is None:
                    target = self._begin(FirstLook(currency=_currency(batch)))
                if batch.documents or batch.rejected:
                    self._take(target, batch)
                garbage.tidy()
                self._progress("importing", batch.done, batch.of)
        if target is None:
            target = self._begin(FirstLook())
        with self._hub.transaction() as session:
            standing.finish(session, self._integration_id, self._job, self._place)
        self._analyze()
        return self._report(resumed=resumed)

    def failed(self, error: BaseException) -> None:
        """Leave a note; the place stays, so that the next run goes on there."""
        if not self._place.run_id:
            return
        said = str(error) or type(error).__name__
        try:
            with self._hub.transaction() as session:
                standing.fail(session, self._place, said)
        except Exception:  # noqa: BLE001, S110  # the first error is the one to tell of; the database may be gone
            pass

    def _first_look(self) -> FirstLook:
        with self._hub.transaction() as session:
            everything = inbox.is_empty(session, self._integration_id)

        def unknown(documents: Iterable[Document]) -> list[Document]:
            listed = list(documents)
            if everything or not listed:
                return listed
            with self._hub.transaction() as session:
                return self._unknown(session, listed)

        with Reader(self._provider.open(self._path, self._mapping, batch_rows=BATCH_ROWS)) as batches:
            return look_through(batches, unknown, lambda batch: self._progress("looking ahead", batch.done, batch.of))

    def _unknown(self, session: Session, documents: list[Document]) -> list[Document]:
        raws = [take.raw(self._channel_key, document, "", "") for document in documents]
        known = set(inbox.states(session, self._integration_id, raws))
        known |= inbox.told_before(session, self._integration_id, raws)
        pairs = zip(documents, raws, strict=True)
        return [document for document, raw in pairs if (raw.kind, raw.external_id) not in known]

    def _begin(self, look: FirstLook) -> Target:
        """Channel, location, opening stock and run, in one transaction; on resuming, what of it is there."""
        with self._hub.transaction() as session:
            channel = catalog.ensure_channel(
                session, self._channel_key, currency=look.currency or "GBP", integration_id=self._integration_id
            )
            place = locations.ids_of(session, [self._location]).get(self._location)
            if place is None:
                place = locations.upsert_location(session, self._location, {"kind": LocationKind.WAREHOUSE}).id
            if look.skus:
                items = catalog.ensure_items(session, {code: sku.name for code, sku in look.skus.items()})
                self._place.opening_units, self._place.opening_items = opening.put_there(
                    session, look, items, place, self._percent, source=self._path.name
                )
            standing.start(session, self._integration_id, self._job, self._place)
            mapper = Mapper(self._integration_key, self._mapping, self._location)
            return Target(self._integration_id, channel.id, channel.key, place, str(mapper))

    def _take(self, target: Target, batch: Batch) -> None:
        before = self._place.position
        with self._hub.transaction() as session:
            rejected = take.take(session, target, batch, self._place.counts)
            report = self._rejects()
            report.add(rejected)
            self._place.rejects, self._place.position = report.size, batch.position
            standing.move_on(session, self._integration_id, self._job, before, self._place)
        if before == 0:
            self._analyze()

    def _rejects(self) -> Rejects:
        path = self._hub.config.home.absolute() / "rejects" / f"sync_{self._place.run_id}.csv"
        return Rejects(path, self._place.rejects)

    def _analyze(self) -> None:
        """Tell the planner of the new rows; it would find out by itself, but later."""
        with self._hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"analyze {', '.join(_ANALYZE)}"))

    def _report(self, *, resumed: bool) -> Report:
        rejects = self._rejects()
        return Report(
            sync_run_id=self._place.run_id,
            counts=self._place.counts,
            opening_units=self._place.opening_units,
            opening_items=self._place.opening_items,
            rejects=rejects.path if rejects.size else None,
            seconds=time.monotonic() - self._began,
            resumed=resumed,
        )


def _currency(batch: Batch) -> str | None:
    return next((getattr(each.document, "currency", None) for each in batch.documents), None)

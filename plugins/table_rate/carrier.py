"""The provider: rates from the table, labels drawn here, nothing asked of anybody."""

from collections.abc import Sequence

from crossdock import (
    Context,
    Integration,
    Label,
    LabelRequest,
    ManifestDocument,
    ManifestRequest,
    Money,
    Rate,
    RateRequest,
    Rejected,
    VoidRequest,
    VoidResult,
)
from plugins.table_rate import sheet, table
from plugins.table_rate.label import draw
from plugins.table_rate.numbers import is_valid, tracking_number
from plugins.table_rate.settings import TableRateSettings
from plugins.table_rate.table import Service


class TableRate:
    """Kind `carrier`, capabilities `rates`, `estimates`, `labels`, `return_labels` and `manifests`.

    There is no remote side that could remember what was bought. A label follows from the idempotency key alone, so
    buying twice with one key gives the same number, and `find_label` can always answer. So it is with manifests.
    """

    def __init__(self, integration: Integration[TableRateSettings]) -> None:
        self._key = integration.key
        self._prefix = integration.settings.prefix
        self._table = table.load(integration.settings.table)

    def rates(self, ctx: Context[TableRateSettings], request: RateRequest) -> Sequence[Rate]:
        """Cheapest first. Empty where the table ships nothing from or to, or a parcel is too heavy or long."""
        return self.estimate(request)

    def estimate(self, request: RateRequest) -> Sequence[Rate]:
        """As `rates`, which asks nobody either."""
        here, there = (request.ship_to, request.ship_from) if request.way_back else (request.ship_from, request.ship_to)
        zone = self._zone(here.country, there.country)
        if zone is None or not request.parcels:
            return []
        rates = [rate for service in self._table.services if (rate := self._rate(service, zone, request))]
        return sorted(rates, key=lambda rate: (rate.cost.minor, rate.service))

    def buy_label(self, ctx: Context[TableRateSettings], request: LabelRequest) -> Label:
        """The label of `ctx.key`. Raises Rejected for a service or parcel that the table does not have."""
        return self._label(ctx, request, self._zone(request.ship_from.country, request.ship_to.country))

    def find_label(self, ctx: Context[TableRateSettings], request: LabelRequest) -> Label | None:
        """The label that the key stands for; asking for it has bought it as much as buying would."""
        try:
            return self.buy_label(ctx, request)
        except Rejected:
            return None

    def return_label(self, ctx: Context[TableRateSettings], request: LabelRequest) -> Label:
        """The way back costs what the way there does."""
        return self._label(ctx, request, self._zone(request.ship_to.country, request.ship_from.country))

    def find_return_label(self, ctx: Context[TableRateSettings], request: LabelRequest) -> Label | None:
        """As `find_label`."""
        try:
            return self.return_label(ctx, request)
        except Rejected:
            return None

    def void_label(self, ctx: Context[TableRateSettings], request: VoidRequest) -> VoidResult:
        """Always possible: nobody else knows of the label. All of its price comes back."""
        return VoidResult(voided=True, at=ctx.now())

    def find_void(self, ctx: Context[TableRateSettings], request: VoidRequest) -> VoidResult | None:
        """Voiding has no effect outside, so it always counts as done."""
        return self.void_label(ctx, request)

    def manifest(self, ctx: Context[TableRateSettings], request: ManifestRequest) -> ManifestDocument:
        """The sheet of `ctx.key`. Raises Rejected for a parcel that has none of its labels."""
        for label in request.label_external_ids:
            if not (label.startswith(self._prefix) and is_valid(label)):
                raise Rejected("unknown_label", f"{label!r} is no label of {self._table.name}.", "label_external_ids")
        number = tracking_number(self._prefix, self._key, ctx.key)
        content = sheet.draw(
            request.label_external_ids, request.ship_from, carrier=self._table.name, number=number, at=ctx.now()
        )
        return ManifestDocument(external_id=number, content=content)

    def find_manifest(self, ctx: Context[TableRateSettings], request: ManifestRequest) -> ManifestDocument | None:
        """As `find_label`."""
        try:
            return self.manifest(ctx, request)
        except Rejected:
            return None

    def _label(self, ctx: Context[TableRateSettings], request: LabelRequest, zone: str | None) -> Label:
        service = self._table.service(request.service)
        if service is None:
            known = ", ".join(service.code for service in self._table.services)
            raise Rejected("unknown_service", f"There is no service {request.service!r}, only {known}.", "service")
        priced = self._table.price(service, zone, request.parcel) if zone else None
        if priced is None:
            place = request.ship_to.country or "an unknown country"
            weight = request.parcel.weight_grams
            message = f"{service.name} does not take a parcel of {weight} g of this size to {place}."
            raise Rejected("not_served", message, "parcel")
        number = tracking_number(self._prefix, self._key, ctx.key)
        at = ctx.now()
        return Label(
            external_id=number,
            tracking_number=number,
            service=service.code,
            cost=priced[0],
            content=draw(request, carrier=self._table.name, service=service.name, number=number, at=at),
            purchased_at=at,
        )

    def _zone(self, origin: str | None, destination: str | None) -> str | None:
        if not origin or not destination or origin not in self._table.ships_from:
            return None
        return self._table.zone(destination)

    def _rate(self, service: Service, zone: str, request: RateRequest) -> Rate | None:
        priced = [self._table.price(service, zone, parcel) for parcel in request.parcels]
        known = [each for each in priced if each is not None]
        if len(known) < len(priced):
            return None
        return Rate(
            service=service.code,
            name=service.name,
            cost=Money.sum((cost for cost, _ in known), self._table.currency),
            eta_days=max(days for _, days in known),
            tracked=service.tracked,
        )

"""Labels are files in a folder of the integration's own: one for each key, so that none is written twice."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from crossdock import (
    Context,
    Integration,
    Label,
    LabelRequest,
    Money,
    Rate,
    RateRequest,
    Rejected,
    Settings,
    VoidRequest,
    VoidResult,
)


class OwlSettings(Settings):
    """What an account with Owl Post is charged."""

    pence: int = Field(default=250, ge=1, description="What a flight costs")


class OwlCarrier:
    """Kind `carrier`, capabilities `rates` and `labels`."""

    def __init__(self, integration: Integration[OwlSettings]) -> None:
        self._pence = integration.settings.pence

    def rates(self, _ctx: Context[OwlSettings], request: RateRequest) -> Sequence[Rate]:
        cost = Money(self._pence * len(request.parcels), "GBP")
        return [Rate(service="night", name="By night", cost=cost, eta_days=Decimal(1))]

    def buy_label(self, ctx: Context[OwlSettings], request: LabelRequest) -> Label:
        if request.service != "night":
            raise Rejected("service", "Owls fly by night only.", "service")
        path = _file(ctx, ctx.key)
        if not path.exists():
            facts = {"key": ctx.key, "at": ctx.now().isoformat(), "pence": self._pence, "voided": None}
            path.write_text(json.dumps(facts), encoding="utf-8")
        return _label(path)

    def find_label(self, ctx: Context[OwlSettings], _request: LabelRequest) -> Label | None:
        path = _file(ctx, ctx.key)
        return _label(path) if path.exists() else None

    def void_label(self, ctx: Context[OwlSettings], request: VoidRequest) -> VoidResult:
        path = _file(ctx, request.label_external_id)
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts["voided"] = facts["voided"] or ctx.now().isoformat()
        path.write_text(json.dumps(facts), encoding="utf-8")
        return VoidResult(voided=True, at=datetime.fromisoformat(facts["voided"]))

    def find_void(self, ctx: Context[OwlSettings], request: VoidRequest) -> VoidResult | None:
        path = _file(ctx, request.label_external_id)
        voided = json.loads(path.read_text(encoding="utf-8"))["voided"] if path.exists() else None
        return VoidResult(voided=True, at=datetime.fromisoformat(voided)) if voided else None


def _file(ctx: Context[OwlSettings], key: str) -> Path:
    return ctx.home / f"{key.replace('/', '_')}.json"


def _label(path: Path) -> Label:
    facts = json.loads(path.read_text(encoding="utf-8"))
    return Label(
        external_id=facts["key"],
        tracking_number=f"OWL-{facts['key']}",
        service="night",
        cost=Money(facts["pence"], "GBP"),
        content=f"^XA^FO20,20^FD{facts['key']}^FS^XZ".encode(),
        format="ZPL",
        purchased_at=datetime.fromisoformat(facts["at"]),
    )

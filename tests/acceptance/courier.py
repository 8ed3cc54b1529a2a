"""A courier from elsewhere, as a plugin of its own: it sells a second label to whoever asks twice.

Its books are files in the integration's folder, one for each label sold, which every process of the hub sees. What its
`mood` file says is how the next act goes: `silent` does it and never answers, `deaf` neither does it nor answers,
`refusing` says no. The papers that it made for its driver lie in a folder of their own.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import crossdock
from crossdock import (
    Context,
    Label,
    LabelRequest,
    ManifestDocument,
    ManifestRequest,
    Money,
    OutcomeUnknown,
    Rate,
    RateRequest,
    VoidRequest,
    VoidResult,
)

PRICES = {"GB": 450, "FR": 990}
"""By country, in pence."""

Ctx = Context[Any]


def before_selling() -> None:
    """Called when somebody wants to buy; a process that is to be killed at that moment has a word of its own here."""


class Courier:
    """Kind `carrier`, capabilities `rates`, `labels`, `return_labels` and `manifests`."""

    def rates(self, _ctx: Ctx, request: RateRequest) -> Sequence[Rate]:
        return self.estimate(request)

    def estimate(self, request: RateRequest) -> Sequence[Rate]:
        price = PRICES.get((request.ship_from if request.way_back else request.ship_to).country or "")
        return [] if price is None else [Rate(service="standard", name="Standard", cost=Money(price, "GBP"))]

    def buy_label(self, ctx: Ctx, request: LabelRequest) -> Label:
        return self._sell(ctx, request, request.ship_to.country or "")

    def find_label(self, ctx: Ctx, _request: LabelRequest) -> Label | None:
        return next((_label(ctx, sold) for sold in sales(ctx.home) if sold["key"] == ctx.key), None)

    def return_label(self, ctx: Ctx, request: LabelRequest) -> Label:
        return self._sell(ctx, request, request.ship_from.country or "")

    def find_return_label(self, ctx: Ctx, request: LabelRequest) -> Label | None:
        return self.find_label(ctx, request)

    def manifest(self, ctx: Ctx, request: ManifestRequest) -> ManifestDocument:
        mood = _willing(ctx)
        number = f"MA{uuid4().hex[:12].upper()}"
        made = {"key": ctx.key, "number": number, "labels": request.label_external_ids}
        (_papers(ctx) / f"{number}.json").write_text(json.dumps(made))
        if mood == "silent":
            raise OutcomeUnknown("The courier did not answer.")
        return _paper(made)

    def find_manifest(self, ctx: Ctx, _request: ManifestRequest) -> ManifestDocument | None:
        return next((_paper(made) for made in papers(ctx.home) if made["key"] == ctx.key), None)

    def _sell(self, ctx: Ctx, request: LabelRequest, country: str) -> Label:
        before_selling()
        mood = _willing(ctx)
        number = f"CO{uuid4().hex[:12].upper()}"
        sold = {
            "key": ctx.key,
            "number": number,
            "reference": request.reference,
            "price": PRICES[country],
            "to": request.ship_to.line1,
            "at": ctx.now().isoformat(),
        }
        (_books(ctx) / f"{number}.json").write_text(json.dumps(sold))
        if mood == "silent":
            raise OutcomeUnknown("The courier did not answer.", handle=number)
        return _label(ctx, sold)

    def void_label(self, ctx: Ctx, request: VoidRequest) -> VoidResult:
        path = _books(ctx) / f"{request.label_external_id}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "voided": True}))
        return VoidResult(voided=True, at=ctx.now())

    def find_void(self, ctx: Ctx, request: VoidRequest) -> VoidResult | None:
        sold = json.loads((_books(ctx) / f"{request.label_external_id}.json").read_text())
        return VoidResult(voided=True, at=ctx.now()) if sold.get("voided") else None


def sales(home: Path) -> list[dict[str, Any]]:
    """Every label that it ever sold, those that were given back with `voided`."""
    return [json.loads(path.read_text()) for path in sorted((home / "books").glob("*.json"))]


def papers(home: Path) -> list[dict[str, Any]]:
    """Every manifest that it ever made."""
    return [json.loads(path.read_text()) for path in sorted((home / "papers").glob("*.json"))]


def in_mood(home: Path, mood: str) -> None:
    """How the next act goes."""
    (home / "mood").write_text(mood)


def _mood(ctx: Ctx) -> str | None:
    path = ctx.home / "mood"
    mood = path.read_text() if path.exists() else None
    path.unlink(missing_ok=True)
    return mood


def _willing(ctx: Ctx) -> str | None:
    """The mood, where it does something at all."""
    mood = _mood(ctx)
    if mood == "refusing":
        raise crossdock.Rejected("closed", "The courier takes no parcels today.")
    if mood == "deaf":
        raise OutcomeUnknown("The courier did not answer.")
    return mood


def _books(ctx: Ctx) -> Path:
    books = ctx.home / "books"
    books.mkdir(exist_ok=True)
    return books


def _papers(ctx: Ctx) -> Path:
    folder = ctx.home / "papers"
    folder.mkdir(exist_ok=True)
    return folder


def _paper(made: dict[str, Any]) -> ManifestDocument:
    return ManifestDocument(external_id=made["number"], content=f"%PDF-1.4 {made['number']}".encode())


def _label(ctx: Ctx, sold: dict[str, Any]) -> Label:
    return Label(
        external_id=sold["number"],
        tracking_number=sold["number"],
        service="standard",
        cost=Money(sold["price"], "GBP"),
        content=f"%PDF-1.4 {sold['number']}".encode(),
        purchased_at=ctx.now(),
    )


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "courier",
            kind="carrier",
            settings=crossdock.Settings,
            factory=lambda _integration: Courier(),
            capabilities={"rates", "labels", "estimates", "return_labels", "manifests"},
        )
    ]

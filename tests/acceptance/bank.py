"""A bank from elsewhere, as a plugin of its own: it takes authorised money, and has an opinion about who orders.

Its books are a file for each capture in the integration's folder. What its `mood` file says is how the next capture
goes: `silent` takes the money and never answers, `refusing` says no.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import crossdock
from crossdock import Captured, CaptureRequest, Context, Money, OrderView, OutcomeUnknown, RiskSignal, RiskVerdict

Ctx = Context[Any]
AUTHORIZED = Money(2500, "GBP")
"""What it holds for every payment that it is asked about."""


class Till:
    """Kind `payment`, capability `capture`."""

    def capture(self, ctx: Ctx, request: CaptureRequest) -> Captured:
        known = self.find_capture(ctx, request)
        if known is not None:
            return known
        mood = _mood(ctx.home)
        if mood == "refusing":
            raise crossdock.Rejected("expired", "The authorisation has expired.")
        if request.amount > AUTHORIZED:
            raise crossdock.Rejected("too_much", f"Only {AUTHORIZED} was authorised.")
        if any(each["reference"] == request.reference for each in captures(ctx.home)):
            raise crossdock.Rejected("captured", "This payment was captured before.")
        taken = {"key": ctx.key, "reference": request.reference, "minor": request.amount.minor}
        (ctx.home / f"capture-{len(captures(ctx.home))}.json").write_text(json.dumps(taken))
        if mood == "silent":
            raise OutcomeUnknown("The bank did not answer.")
        return Captured(amount=request.amount, at=ctx.now(), external_id=ctx.key)

    def find_capture(self, ctx: Ctx, _request: CaptureRequest) -> Captured | None:
        mine = (each for each in captures(ctx.home) if each["key"] == ctx.key)
        return next(
            (Captured(amount=Money(each["minor"], "GBP"), at=ctx.now(), external_id=ctx.key) for each in mine), None
        )


class Clerk:
    """Kind `risk`, capability `assess`: whoever has parcels sent to Gotham is suspect."""

    def assess(self, _ctx: Ctx, order: OrderView) -> RiskVerdict:
        address = order.data.shipping_address
        if address is not None and address.city == "Gotham":
            signal = RiskSignal(code="gotham", message="It goes to Gotham.", weight=Decimal(90))
            return RiskVerdict(level=crossdock.RiskLevel.HIGH, score=Decimal(90), signals=(signal,))
        return RiskVerdict(level=crossdock.RiskLevel.LOW, score=Decimal(5))


def captures(home: Path) -> list[dict[str, Any]]:
    """Everything that it ever took."""
    return [json.loads(path.read_text()) for path in sorted(home.glob("capture-*.json"))]


def in_mood(home: Path, mood: str) -> None:
    """How the next capture goes."""
    (home / "mood").write_text(mood)


def _mood(home: Path) -> str | None:
    path = home / "mood"
    mood = path.read_text() if path.exists() else None
    path.unlink(missing_ok=True)
    return mood


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "bank", kind="payment", settings=crossdock.Settings, factory=lambda _: Till(), capabilities={"capture"}
        ),
        crossdock.Provider(
            "bank", kind="risk", settings=crossdock.Settings, factory=lambda _: Clerk(), capabilities={"assess"}
        ),
    ]

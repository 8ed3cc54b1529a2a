"""A bank from elsewhere, as a plugin of its own: it takes money, gives it back, and has an opinion about who orders.

Its books are files in the integration's folder: one for each capture and refund, and one for each order that it heard
the end of. What its `mood` file says is how the next act goes: `silent` does it and never answers, `refusing` says no.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import crossdock
from crossdock import (
    Captured,
    CaptureRequest,
    Context,
    GiveBackRequest,
    GivenBack,
    Money,
    OrderView,
    OutcomeUnknown,
    PaymentStanding,
    PaymentState,
    RiskOutcome,
    RiskSignal,
    RiskVerdict,
)

Ctx = Context[Any]
AUTHORIZED = Money(2500, "GBP")
"""What it holds for every payment that it is asked about."""


class Till:
    """Kind `payment`: `capture`, `refund` and `status`."""

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

    def refund(self, ctx: Ctx, request: GiveBackRequest) -> GivenBack:
        known = self.find_refund(ctx, request)
        if known is not None:
            return known
        mood = _mood(ctx.home)
        if mood == "refusing":
            raise crossdock.Rejected("closed", "The shopper's account is closed.")
        taken = sum(each["minor"] for each in captures(ctx.home) if each["reference"] == request.reference)
        given = sum(each["minor"] for each in refunds(ctx.home) if each["reference"] == request.reference)
        if given + request.amount.minor > taken:
            raise crossdock.Rejected("too_much", f"Only {Money(taken - given, 'GBP')} is left of it.")
        entry = {"key": ctx.key, "reference": request.reference, "minor": request.amount.minor}
        (ctx.home / f"refund-{len(refunds(ctx.home))}.json").write_text(json.dumps(entry))
        if mood == "silent":
            raise OutcomeUnknown("The bank did not answer.")
        return GivenBack(amount=request.amount, at=ctx.now(), external_id=ctx.key)

    def find_refund(self, ctx: Ctx, _request: GiveBackRequest) -> GivenBack | None:
        mine = (each for each in refunds(ctx.home) if each["key"] == ctx.key)
        return next(
            (GivenBack(amount=Money(each["minor"], "GBP"), at=ctx.now(), external_id=ctx.key) for each in mine), None
        )

    def status(self, ctx: Ctx, reference: str) -> PaymentStanding:
        if not reference.startswith("a-"):
            raise crossdock.Rejected("unknown", f"There is no payment {reference}.")
        taken = [each["minor"] for each in captures(ctx.home) if each["reference"] == reference]
        state = PaymentState.CAPTURED if taken else PaymentState.AUTHORIZED
        return PaymentStanding(state=state, amount=Money(sum(taken) or AUTHORIZED.minor, "GBP"), at=ctx.now())


class Clerk:
    """Kind `risk`, `assess` and `outcomes`: whoever has parcels sent to Gotham is suspect."""

    def assess(self, _ctx: Ctx, order: OrderView) -> RiskVerdict:
        address = order.data.shipping_address
        if address is not None and address.city == "Gotham":
            signal = RiskSignal(code="gotham", message="It goes to Gotham.", weight=Decimal(90))
            return RiskVerdict(level=crossdock.RiskLevel.HIGH, score=Decimal(90), signals=(signal,))
        return RiskVerdict(level=crossdock.RiskLevel.LOW, score=Decimal(5))

    def report_outcome(self, ctx: Ctx, outcome: RiskOutcome) -> None:
        (ctx.home / f"ending-{outcome.number}-{outcome.ending}").write_text(outcome.message)


def captures(home: Path) -> list[dict[str, Any]]:
    """Everything that it ever took."""
    return [json.loads(path.read_text()) for path in sorted(home.glob("capture-*.json"))]


def refunds(home: Path) -> list[dict[str, Any]]:
    """Everything that it ever gave back."""
    return [json.loads(path.read_text()) for path in sorted(home.glob("refund-*.json"))]


def endings(home: Path) -> dict[str, str]:
    """What it heard of the orders that it judged: by number and ending."""
    return {path.name.removeprefix("ending-"): path.read_text() for path in sorted(home.glob("ending-*"))}


def in_mood(home: Path, mood: str) -> None:
    """How the next act goes."""
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
            "bank",
            kind="payment",
            settings=crossdock.Settings,
            factory=lambda _: Till(),
            capabilities={"capture", "refund", "status"},
        ),
        crossdock.Provider(
            "bank",
            kind="risk",
            settings=crossdock.Settings,
            factory=lambda _: Clerk(),
            capabilities={"assess", "outcomes"},
        ),
    ]

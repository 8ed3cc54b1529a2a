"""The house's own return policy: whatever arrived within the window may come back, whatever arrived broken always."""

from crossdock.returns import PolicyVerdict, ReturnRequest

NAME = "return-window"
_OUR_FAULT = {"DEFECTIVE", "DAMAGED_IN_TRANSIT", "NOT_AS_DESCRIBED", "WRONG_ITEM", "UNDELIVERABLE"}


def judge(request: ReturnRequest) -> PolicyVerdict:
    """The window counts from delivery; while nobody knows of one, it has not begun."""
    ours = [line.sku for line in request.lines if line.reason in _OUR_FAULT]
    days = (request.requested_at - request.delivered_at).days if request.delivered_at else 0
    if days <= request.window_days:
        return PolicyVerdict(
            policy=NAME, accepted=True, reasons=(f"It is within {request.window_days} days of delivery.",)
        )
    late = f"It arrived {days} days ago; the window is {request.window_days} days."
    if len(ours) == len(request.lines):
        why = f"{late} The goods were not as they should be, so a person decides."
        return PolicyVerdict(policy=NAME, accepted=True, automatic=False, reasons=(why,))
    return PolicyVerdict(policy=NAME, accepted=False, reasons=(late,))


def strictest(verdicts: list[PolicyVerdict]) -> PolicyVerdict:
    """The verdict that counts: a refusal before a question for a person, and that before a yes."""
    return min(verdicts, key=lambda verdict: (verdict.accepted, verdict.automatic))

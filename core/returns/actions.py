"""What may be done with a return in each state, and why not where it may not. Pure."""

from core.actions import Action
from core.returns.models import ReturnState

_UNDECIDED = {ReturnState.REQUESTED}
_EXPECTED = {ReturnState.APPROVED, ReturnState.LABEL_ISSUED, ReturnState.IN_TRANSIT, ReturnState.PARTIALLY_RECEIVED}
_ARRIVED = {ReturnState.PARTIALLY_RECEIVED, ReturnState.RECEIVED, ReturnState.INSPECTED}

ALLOWED: dict[str, set[ReturnState]] = {
    "returnApprove": _UNDECIDED | {ReturnState.DECLINED},
    "returnDecline": _UNDECIDED,
    "returnCancel": _UNDECIDED | {ReturnState.APPROVED, ReturnState.LABEL_ISSUED},
    "returnLabelPurchase": {ReturnState.APPROVED},
    "returnReceive": _EXPECTED | {ReturnState.RECEIVED},
    "returnInspect": _ARRIVED,
    "returnClose": _ARRIVED,
}
"""Mutation: the states in which it makes sense."""


def available(state: ReturnState) -> list[Action]:
    return [Action(name, state in states, _why_not(name, state)) for name, states in ALLOWED.items()]


def _why_not(name: str, state: ReturnState) -> str | None:
    if state in ALLOWED[name]:
        return None
    wanted = " or ".join(sorted(word.value.replace("_", " ").lower() for word in ALLOWED[name]))
    return f"The return is {state.value.replace('_', ' ').lower()}; this needs it {wanted}."

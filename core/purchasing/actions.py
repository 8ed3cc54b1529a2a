"""What may be done with a purchase order in each state, and why not where it may not. Pure."""

from core.actions import Action
from core.errors import IllegalState
from core.purchasing.models import PurchaseOrderState as State

_UNSENT = {State.DRAFT, State.APPROVED}
_EXPECTED = {State.SENT, State.ACKNOWLEDGED, State.PARTIALLY_RECEIVED}

ALLOWED: dict[str, set[State]] = {
    "purchaseOrderEdit": _UNSENT,
    "purchaseOrderApprove": {State.DRAFT},
    "purchaseOrderSend": {State.APPROVED},
    "purchaseOrderReceive": _EXPECTED | {State.RECEIVED},
    "purchaseOrderClose": _EXPECTED | {State.RECEIVED},
    "purchaseOrderCancel": _UNSENT | {State.SENT, State.ACKNOWLEDGED},
}
"""Mutation: the states in which it makes sense."""

INCOMING = _EXPECTED
"""States in which what has not come yet is on its way."""


def available(state: State) -> list[Action]:
    return [Action(name, state in states, _why_not(name, state)) for name, states in ALLOWED.items()]


def require(number: str, state: State, action: str) -> None:
    """Raises IllegalState where the action makes no sense now."""
    reason = _why_not(action, state)
    if reason is not None:
        raise IllegalState(f"{number}: {reason[0].lower()}{reason[1:]}", path=("id",))


def _why_not(name: str, state: State) -> str | None:
    if state in ALLOWED[name]:
        return None
    wanted = " or ".join(sorted(_words(each) for each in ALLOWED[name]))
    return f"The purchase order is {_words(state)}; this needs it {wanted}."


def _words(state: State) -> str:
    return state.value.replace("_", " ").lower()

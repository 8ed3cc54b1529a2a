"""What may be done with work that a location was given, and why not where it may not. Pure."""

from core.actions import Action
from core.fulfillment.models import RequestState as R
from core.fulfillment.models import WorkState as W
from core.fulfillment.queries import LIVE

_UNSUBMITTED = {R.UNSUBMITTED}
_UNANSWERED = {R.UNSUBMITTED, R.SUBMITTED}
_AGREED = {R.ACCEPTED, R.CANCELLATION_REJECTED}

ALLOWED: dict[str, set[R]] = {
    "fulfillmentSubmit": _UNSUBMITTED,
    "fulfillmentAccept": _UNANSWERED,
    "fulfillmentReject": _UNANSWERED | _AGREED,
    "fulfillmentCancel": _UNANSWERED | _AGREED,
    "fulfillmentAnswerCancel": {R.CANCELLATION_REQUESTED},
    "fulfillmentPick": _AGREED,
    "fulfillmentPack": _AGREED,
}
"""Mutation: how the location must have answered, for work that is not over."""

_RESTS = {"fulfillmentSubmit", "fulfillmentPick", "fulfillmentPack"}
"""What waits for as long as the order is on hold."""


def available(request: R, work: W) -> list[Action]:
    return [Action(name, reason is None, reason) for name in ALLOWED for reason in [_why_not(name, request, work)]]


def _why_not(name: str, request: R, work: W) -> str | None:
    if work not in LIVE:
        return f"The work is over: it is {_words(work)}."
    if work is W.ON_HOLD and name in _RESTS:
        return "The order is on hold."
    if request not in ALLOWED[name]:
        wanted = " or ".join(sorted(_words(state) for state in ALLOWED[name]))
        return f"The work is {_words(request)}; this needs it {wanted}."
    return None


def _words(state: R | W) -> str:
    return state.value.replace("_", " ").lower()

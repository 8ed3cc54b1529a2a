"""Asking a remote system to act, at most once: intent, call, outcome, and a look before any second try."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from core import clock
from core.external import service as external
from core.external.models import CallState, ExternalCall
from core.external.service import Begun, Ended
from core.integrations.health import note_health
from crossdock import Kind
from crossdock import errors as provider_errors

if TYPE_CHECKING:
    from core.hub import Hub

_SAYS_WHEN = (provider_errors.Retryable, provider_errors.RateLimited, provider_errors.AuthExpired)

T = TypeVar("T")
Verb = Callable[[Any, Any], T]
"""(provider, context) -> answer"""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """How it ended. `value` is there when it succeeded now; `answer` is what was written down when it did before.

    `error` is what the provider raised: Retryable and RateLimited say when to try again.
    """

    state: CallState
    value: T | None = None
    message: str | None = None
    answer: dict[str, Any] | None = None
    error: Exception | None = None

    @property
    def succeeded(self) -> bool:
        return self.state is CallState.SUCCEEDED

    @property
    def again(self) -> provider_errors.ProviderError | None:
        """What a job raises to be run again, or to fail where nothing helps; None where the call has ended."""
        if self.state in {CallState.SUCCEEDED, CallState.REJECTED}:
            return None
        if isinstance(self.error, provider_errors.Pending):
            return provider_errors.Retryable(self.error.message, after=self.error.ask_again_after)
        if isinstance(self.error, _SAYS_WHEN):
            return self.error
        return provider_errors.Retryable(self.message or "The other side has not answered yet.")


def perform(
    hub: "Hub",
    call_id: int,
    integration_key: str,
    kind: Kind,
    act: Verb[T],
    find: Verb[T | None],
    *,
    note: Callable[[T], dict[str, Any]] | None = None,
) -> Outcome[T]:
    """Ask, unless it was asked before and answered; where the outcome is unknown, look first.

    No transaction may be open. `note` says what of the answer to keep with the call. Never raises for what the other
    side does.
    """
    with hub.transaction() as session:
        begun = external.begin(session, [call_id])[call_id]
    outcome = ask(hub, begun, integration_key, kind, act, find)
    with hub.transaction() as session:
        write_down(session, [(begun, outcome)], note=note)
        note_health(session, integration_key, outcome.error)
    return outcome


def ask(hub: "Hub", begun: Begun, integration_key: str, kind: Kind, act: Verb[T], find: Verb[T | None]) -> Outcome[T]:
    """The part of `perform` without a transaction, for flows that make many calls between two of their own."""
    if begun.found in {CallState.SUCCEEDED, CallState.REJECTED}:
        return Outcome(begun.found, message=begun.message, answer=begun.answer)
    if begun.found is CallState.CALLING:
        return Outcome(CallState.UNKNOWN, message="Another request is asking for this at the moment.")
    return _ask(hub, begun, integration_key, kind, act, find)


def write_down(
    session: Session,
    outcomes: Sequence[tuple[Begun, Outcome[T]]],
    *,
    note: Callable[[T], dict[str, Any]] | None = None,
) -> None:
    """Write down how calls of ours ended; those that were over, or are somebody else's, stay as they are."""
    external.finish(
        session,
        [
            Ended(
                begun.id,
                outcome.state,
                outcome.message,
                note(outcome.value) if note is not None and outcome.value is not None else _handle_of(begun, outcome),
            )
            for begun, outcome in outcomes
            if begun.found not in {CallState.SUCCEEDED, CallState.REJECTED, CallState.CALLING}
        ],
    )


def recall(hub: "Hub", call_id: int, integration_key: str, kind: Kind, find: Verb[T | None]) -> Outcome[T]:
    """Ask for what a call brought that has succeeded, where whoever made it did not live to keep it.

    No transaction may be open. Never raises for what the other side does. UNKNOWN where it does not say and, without
    an error, where the call has ended only just now: whoever made it is about to keep what it brought.
    """
    with hub.transaction() as session:
        call = session.get_one(ExternalCall, call_id)
        key, ended = call.call_key, call.finished_at or call.created_at
    if ended + external.STUCK_AFTER > clock.now():
        return Outcome(CallState.UNKNOWN, message="Another request has just been answered.")
    try:
        value = find(hub.provider(integration_key, kind), hub.context(integration_key, key=key))
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the hub bears it
        return Outcome(CallState.UNKNOWN, message=_sentence(error), error=error)
    if value is None:
        lost = provider_errors.OutcomeUnknown("It was done, and now the other side does not know of it.")
        return Outcome(CallState.UNKNOWN, message=lost.message, error=lost)
    return Outcome(CallState.SUCCEEDED, value)


def _handle_of(begun: Begun, outcome: Outcome[T]) -> dict[str, Any] | None:
    """What helps finding out what became of it, as the provider gave it now or before."""
    if outcome.state is not CallState.UNKNOWN:
        return None
    handle = getattr(outcome.error, "handle", None) or (begun.answer or {}).get("handle")
    return {"handle": handle} if handle is not None else None


def _ask(hub: "Hub", begun: Begun, integration_key: str, kind: Kind, act: Verb[T], find: Verb[T | None]) -> Outcome[T]:
    found = begun.found
    try:
        provider = hub.provider(integration_key, kind)
        context = hub.context(integration_key, key=begun.key, handle=(begun.answer or {}).get("handle"))
        if found is CallState.UNKNOWN:
            known = find(provider, context)
            if known is not None:
                return Outcome(CallState.SUCCEEDED, known)
    except provider_errors.Rejected as error:
        # Looked for where it may have happened: the other side says how it ended, and that is no.
        state = CallState.REJECTED if found is CallState.UNKNOWN else CallState.FAILED
        return Outcome(state, message=_sentence(error), error=error)
    except Exception as error:  # noqa: BLE001  # whether it happened is as unknown as before
        state = CallState.UNKNOWN if found is CallState.UNKNOWN else CallState.FAILED
        return Outcome(state, message=_sentence(error), error=error)
    try:
        return Outcome(CallState.SUCCEEDED, act(provider, replace(context, handle=None)))
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the hub bears it
        return Outcome(_state_after(error), message=_sentence(error), error=error)


def _state_after(error: Exception) -> CallState:
    """What an error of a provider means. A fault of the plugin's own leaves it open whether it acted."""
    if isinstance(error, provider_errors.Rejected | provider_errors.NotSupported):
        return CallState.REJECTED
    if isinstance(error, provider_errors.Retryable | provider_errors.RateLimited | provider_errors.AuthExpired):
        return CallState.FAILED
    return CallState.UNKNOWN


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__


__all__ = ["Outcome", "ask", "perform", "recall", "write_down"]

"""Asking a remote system to act, at most once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core import clock
from core.config import Config
from core.external.models import CallState, ExternalCall
from core.external.service import intend
from core.flows.asking import Outcome, perform
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import Integration
from tests.core.flows.fulfilling import configured


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, '[integrations.post]\nplugin = "table_rate"\n')


@pytest.fixture
def call(hub: Hub, session: Session) -> ExternalCall:
    mirror(session, hub.registry)
    post = session.scalars(select(Integration.id).where(Integration.key == "post")).one()
    call_id = intend(session, purpose="label", subject="pkg_1", call_key="pkg_1-1", integration_id=post)
    session.commit()
    return session.get_one(ExternalCall, call_id)


class Carrier:
    """The other side: it answers what it is told to, and counts how often it was asked."""

    def __init__(self, *, act: Any = "done", find: Any = None) -> None:
        self.answers = {"act": act, "find": find}
        self.asked: list[str] = []
        self.keys: set[str] = set()

    def perform(self, hub: Hub, call: ExternalCall, integration: str = "post") -> Outcome[str]:
        return perform(
            hub,
            call.id,
            integration,
            "carrier",
            lambda _, context: self._answer("act", context),
            lambda _, context: self._answer("find", context),
            note=lambda value: {"said": value},
        )

    def _answer(self, verb: str, context: crossdock.Context[Any]) -> Any:
        self.asked.append(verb)
        self.keys.add(context.key)
        answer = self.answers[verb]
        if isinstance(answer, Exception):
            raise answer
        return answer


def state_of(session: Session, call: ExternalCall) -> tuple[CallState, int]:
    session.expire_all()
    session.refresh(call)
    return call.state, call.attempts


def test_what_succeeded_is_never_asked_again(hub: Hub, session: Session, call: ExternalCall) -> None:
    carrier = Carrier()

    first, second = carrier.perform(hub, call), carrier.perform(hub, call)

    assert (first.value, second.value, second.answer) == ("done", None, {"said": "done"})
    assert first.succeeded
    assert second.succeeded
    assert (carrier.asked, carrier.keys) == (["act"], {"pkg_1-1"})
    assert state_of(session, call) == (CallState.SUCCEEDED, 1)


@pytest.mark.parametrize(
    ("error", "state", "then"),
    [
        (crossdock.Rejected("bad", "No such street"), CallState.REJECTED, []),
        (crossdock.NotSupported("No labels"), CallState.REJECTED, []),
        (crossdock.Retryable("Busy"), CallState.FAILED, ["act"]),
        (crossdock.RateLimited("Slow down", datetime.now(UTC)), CallState.FAILED, ["act"]),
        (crossdock.AuthExpired("Who are you?"), CallState.FAILED, ["act"]),
        (crossdock.OutcomeUnknown("Timed out"), CallState.UNKNOWN, ["find", "act"]),
        (crossdock.BadData("Gibberish"), CallState.UNKNOWN, ["find", "act"]),
        (ZeroDivisionError("A plugin's own fault"), CallState.UNKNOWN, ["find", "act"]),
    ],
)
def test_each_error_says_what_to_do_next_time(
    hub: Hub, session: Session, call: ExternalCall, error: Exception, state: CallState, then: list[str]
) -> None:
    outcome = Carrier(act=error).perform(hub, call)
    assert (outcome.state, outcome.error) == (state, error)
    assert state_of(session, call) == (state, 1)
    next_time = Carrier()

    next_time.perform(hub, call)

    assert next_time.asked == then


def test_what_is_found_is_not_done_twice(hub: Hub, session: Session, call: ExternalCall) -> None:
    Carrier(act=crossdock.OutcomeUnknown("Timed out")).perform(hub, call)
    carrier = Carrier(find="found")

    assert carrier.perform(hub, call).value == "found"
    assert carrier.asked == ["find"]
    assert state_of(session, call) == (CallState.SUCCEEDED, 2)


def test_what_cannot_be_looked_for_stays_unknown(hub: Hub, session: Session, call: ExternalCall) -> None:
    Carrier(act=crossdock.OutcomeUnknown("Timed out")).perform(hub, call)
    carrier = Carrier(find=crossdock.Retryable("Busy"))

    assert carrier.perform(hub, call).state is CallState.UNKNOWN
    assert carrier.asked == ["find"]
    assert state_of(session, call) == (CallState.UNKNOWN, 2)


def test_an_integration_that_does_not_run_was_not_asked(hub: Hub, session: Session, call: ExternalCall) -> None:
    carrier = Carrier()

    assert carrier.perform(hub, call, "nobody").state is CallState.FAILED
    assert carrier.asked == []
    assert state_of(session, call)[0] is CallState.FAILED


def test_somebody_elses_call_is_left_to_them_until_they_are_lost(
    hub: Hub, session: Session, call: ExternalCall
) -> None:
    """However long ago it was meant: what counts is when it was last asked."""
    call.created_at = clock.now() - timedelta(days=1)
    call.state, call.called_at = CallState.CALLING, clock.now()
    session.commit()
    carrier = Carrier()

    assert carrier.perform(hub, call).state is CallState.UNKNOWN
    assert carrier.asked == []

    call.called_at = clock.now() - timedelta(minutes=3)
    session.commit()
    assert carrier.perform(hub, call).succeeded
    assert carrier.asked == ["find", "act"]

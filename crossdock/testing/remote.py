"""What every provider promises that talks HTTP: patience, honesty about outcomes, no secrets in what it says."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import httpx2
import pytest

from crossdock.errors import AuthExpired, BadData, ProviderError, RateLimited, Rejected, Retryable
from crossdock.provider import Provider
from crossdock.testing.contract import Contract
from crossdock.testing.faults import REFUSED, TOO_MANY, Fault
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.world import World

NewWorld = Callable[[], World]
Ask = Callable[[World], object]
_URL = "http://127.0.0.1:9"

GARBAGE = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"3",
    b'"ok"',
    b'{"surely": "unknown"}',
    b"\xff\xfe\x00",
    b"<html>Maintenance</html>",
)
"""Answers that say 200 and make no sense."""

ACT_FAULTS = (Fault.LOST, Fault.FAILED, Fault.FAILED_AFTER, Fault.CUT, Fault.DRIP, Fault.GARBAGE, Fault.TOO_MANY)
"""What may happen to a request of an act, beside a timeout behind its effect."""

_REQUESTS = 12
"""More than any act sends."""


class Prepared(NamedTuple):
    """An act that is about to be done in a world, and how often the sandbox has done it by now."""

    act: Callable[[], object]
    done: Callable[[], int]


class RemoteContract(Contract):
    """Needs a provider whose sandbox is an ASGI app. Say how the other side says no, where it is not by 429 and 401."""

    too_many: ClassVar[httpx2.Response] = TOO_MANY
    refused: ClassVar[httpx2.Response] = REFUSED

    def reads(self, registration: Provider) -> Mapping[str, Ask]:
        """Verbs that only read, by name, each as a call on a world."""
        raise NotImplementedError

    def worlds(self, registration: Provider, folder: Path) -> World:
        """A world of its own: the same seed, nothing placed yet."""
        has_url = "url" in registration.settings.model_fields
        return World(registration, {**({"url": _URL} if has_url else {}), **self.settings}, folder)

    @pytest.fixture
    def new_world(self, registration: Provider, tmp_path: Path) -> Iterator[NewWorld]:
        made: list[World] = []

        def make() -> World:
            folder = tmp_path / str(len(made))
            folder.mkdir()
            made.append(self.worlds(registration, folder))
            return made[-1]

        yield make
        for world in made:
            world.close()

    @pytest.fixture
    def world(self, new_world: NewWorld) -> World:
        return new_world()

    def ready(self, world: World) -> None:
        """Put into the sandbox what `reads` wants to find."""

    def survives(self, verb: str, fault: Fault, new_world: NewWorld, prepare: Callable[[World], Prepared]) -> None:
        """Strike the first request of an act, then in a new world the second, and so on: it is done once each time.

        Where a page for people came in place of an answer, it may also be rejected, and not done.
        """
        for number in range(_REQUESTS):
            world = new_world()
            prepared = prepare(world)
            answer = self.too_many if fault is Fault.TOO_MANY else None
            planned = world.faults.next(fault, skip=number, answer=answer)

            refused = None
            try:
                prepared.act()
            except Rejected as error:
                refused = error

            times = prepared.done()
            if refused is not None and (fault is not Fault.GARBAGE or not planned.struck or times):
                raise refused
            if planned.struck == 0:
                assert number, f"{verb} sent no request"
                return
            assert times == (0 if refused else 1), (
                f"{verb} was done {times} times when its request {number + 1} was {fault}"
            )
        raise AssertionError(f"{verb} sends more than {_REQUESTS} requests.")

    @proves(Promise.LIMITS)
    def test_a_limit_is_obeyed_until_the_time_that_it_names(self, new_world: NewWorld, registration: Provider) -> None:
        for verb, ask in self.reads(registration).items():
            world = new_world()
            self.ready(world)
            planned = world.faults.next(Fault.TOO_MANY, times=None, answer=self.too_many)

            with pytest.raises(RateLimited) as limited:
                ask(world)

            assert limited.value.until > world.clock.now(), f"{verb}: `until` is in the past"
            assert planned.struck == 1, f"{verb} asked again at once when it was told to wait"
            if (seconds := self.too_many.headers.get("retry-after", "")).isdigit():
                waits = (limited.value.until - world.clock.now()).total_seconds()
                assert waits >= int(seconds), f"{verb} waits for less than the other side asked for"

    @proves(Promise.LIMITS)
    def test_every_group_of_requests_has_a_bucket(self, world: World, registration: Provider) -> None:
        self.ready(world)
        for ask in self.reads(registration).values():
            ask(world)

        limits = registration.limits(world.integration.settings) if registration.limits else ()
        assert all(limit.size > 0 and limit.rate > 0 for limit in limits)
        assert world.wire.groups - {""} <= {limit.group for limit in limits}

    @proves(Promise.LOGIN)
    def test_refused_credentials_are_said_to_be_refused(self, new_world: NewWorld, registration: Provider) -> None:
        for verb, ask in self.reads(registration).items():
            world = new_world()
            self.ready(world)
            planned = world.faults.next(Fault.REFUSED, times=None, answer=self.refused)

            with pytest.raises(AuthExpired):
                ask(world)

            assert planned.struck < 10, f"{verb} never stops asking"  # noqa: PLR2004  # a token may be renewed

    @proves(Promise.FAILURES)
    def test_what_makes_no_sense_is_bad_data(self, new_world: NewWorld, registration: Provider) -> None:
        for verb, ask in self.reads(registration).items():
            for body in GARBAGE:
                world = new_world()
                self.ready(world)
                world.faults.next(Fault.GARBAGE, times=None, answer=httpx2.Response(200, content=body))

                with pytest.raises(ProviderError) as raised:
                    ask(world)

                assert isinstance(raised.value, BadData), f"{verb} takes {body!r} for {raised.value!r}"

    @proves(Promise.FAILURES)
    def test_an_answer_that_is_cut_off_is_bad_data(self, new_world: NewWorld, registration: Provider) -> None:
        for ask in self.reads(registration).values():
            world = new_world()
            self.ready(world)
            world.faults.next(Fault.CUT, times=None)

            with pytest.raises(BadData):
                ask(world)

    @proves(Promise.OUTCOMES)
    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.DRIP, Fault.FAILED])
    def test_a_reading_that_failed_can_be_tried_again(
        self, fault: Fault, new_world: NewWorld, registration: Provider
    ) -> None:
        for ask in self.reads(registration).values():
            world = new_world()
            self.ready(world)
            world.faults.next(fault)

            with pytest.raises(Retryable):
                ask(world)
            ask(world)

    @proves(Promise.FAILURES)
    def test_secrets_are_in_no_log_no_repr_and_no_error(self, new_world: NewWorld, registration: Provider) -> None:
        for ask in self.reads(registration).values():
            for fault in (None, Fault.ECHO, Fault.FAILED, Fault.REFUSED, Fault.GARBAGE, Fault.LOST):
                world = new_world()
                self.ready(world)
                if fault is not None:
                    world.faults.next(fault, times=None)
                said = [repr(world.provider()), repr(world.integration)]
                try:
                    ask(world)
                except ProviderError as error:
                    said += [error.message, repr(error), "".join(traceback.format_exception(error))]
                    said += [str(getattr(error, name, "")) for name in ("code", "field", "where", "handle")]
                said += [repr(line) for line in world.log.told]

                for secret in world.secrets():
                    assert not any(secret in text for text in said), f"{fault or 'a sound answer'} shows a secret"

    @proves(Promise.DIAGNOSTICS)
    def test_its_check_finds_nothing_wrong_with_what_is_right(self, world: World) -> None:
        self.needs("check", world.registration)

        found = world.ask("check")

        assert found
        assert all(each.ok and each.message for each in found), found

    @proves(Promise.DIAGNOSTICS)
    def test_its_check_says_what_is_wrong_and_how_to_mend_it(self, world: World) -> None:
        self.needs("check", world.registration)
        world.faults.next(Fault.REFUSED, times=None, answer=self.refused)
        found: Any = ()

        with suppress(AuthExpired):
            found = world.ask("check")
            assert any(not each.ok and each.severe and each.mend for each in found), found

"""Requests of one kind that are done together."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from core.access.idempotency import Request
from schema import convoy
from schema.convoy import Asked, Convoy


class Worker:
    """Does one batch each time that it is let go on; "bad" things fail."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun: asyncio.Queue[list[str]] = asyncio.Queue()
        self.go_on = asyncio.Semaphore(0)

    async def __call__(self, asked: Sequence[Asked[str]]) -> list[Any]:
        self.batches.append([thing for _, thing in asked])
        self.begun.put_nowait(self.batches[-1])
        await self.go_on.acquire()
        return [ValueError(thing) if thing == "bad" else f"{thing} done" for _, thing in asked]


async def ask(convoy: Convoy[str], *things: str, key: str | None = None) -> "list[asyncio.Future[Any]]":
    """Ask for these things one after the other, and come back when each is under way or waits."""
    request = None if key is None else Request(1, "make", key, {})
    asked: list[asyncio.Future[Any]] = [asyncio.ensure_future(convoy.ask((request, thing))) for thing in things]
    for _ in range(5):
        await asyncio.sleep(0)
    return asked


async def answers(worker: Worker, asked: "list[asyncio.Future[Any]]") -> list[Any]:
    for _ in asked:
        worker.go_on.release()
    return await asyncio.gather(*asked, return_exceptions=True)


def test_what_comes_while_one_is_at_work_is_done_together_and_each_hears_its_own_answer() -> None:
    async def scenario() -> tuple[list[Any], list[list[str]]]:
        worker = Worker()
        together = Convoy(worker)
        asked = [*await ask(together, "a"), *await ask(together, "b", "bad", "c")]
        return await answers(worker, asked), worker.batches

    (a, b, bad, c), batches = asyncio.run(scenario())

    assert batches == [["a"], ["b", "bad", "c"]]
    assert (a, b, c) == ("a done", "b done", "c done")
    assert isinstance(bad, ValueError)


def test_those_who_were_answered_together_are_waited_for_when_they_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convoy, "PAUSE", 30)
    monkeypatch.setattr(convoy, "REUNION", 30)

    async def scenario() -> list[list[str]]:
        worker = Worker()
        together = Convoy(worker)
        first = [*await ask(together, "a"), *await ask(together, "b", "c")]
        await answers(worker, first[:1])
        await worker.begun.get()
        asked = await ask(together, "a again")
        await answers(worker, first[1:])
        for thing in ("b again", "c again"):
            asked += await ask(together, thing)
        await answers(worker, asked)
        return worker.batches

    assert asyncio.run(asyncio.wait_for(scenario(), 10)) == [["a"], ["b", "c"], ["a again", "b again", "c again"]]


@pytest.mark.parametrize("limit", ["PAUSE", "REUNION"])
def test_nobody_is_waited_for_who_does_not_come(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convoy, "PAUSE", 30)
    monkeypatch.setattr(convoy, "REUNION", 30)
    monkeypatch.setattr(convoy, limit, 0)

    async def scenario() -> list[list[str]]:
        worker = Worker()
        together = Convoy(worker)
        await answers(worker, [*await ask(together, "a"), *await ask(together, "b", "c")])
        await answers(worker, await ask(together, "c again"))
        return worker.batches

    assert asyncio.run(asyncio.wait_for(scenario(), 10)) == [["a"], ["b", "c"], ["c again"]]


def test_one_who_asks_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convoy, "PAUSE", 30)
    monkeypatch.setattr(convoy, "REUNION", 30)

    async def scenario() -> list[list[str]]:
        worker = Worker()
        together = Convoy(worker)
        for thing in ("a", "b", "c"):
            await answers(worker, await ask(together, thing))
        return worker.batches

    assert asyncio.run(asyncio.wait_for(scenario(), 10)) == [["a"], ["b"], ["c"]]


def test_the_same_key_again_comes_after_the_first() -> None:
    async def scenario() -> list[list[str]]:
        worker = Worker()
        together = Convoy(worker)
        asked = [*await ask(together, "a"), *await ask(together, "b", "b again", key="k"), *await ask(together, "c")]
        await answers(worker, asked)
        return worker.batches

    assert asyncio.run(scenario()) == [["a"], ["b", "c"], ["b again"]]


def test_a_batch_that_waits_for_a_lock_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convoy, "PATIENCE", 0)

    async def scenario() -> list[list[str]]:
        worker = Worker()
        together = Convoy(worker)
        asked = [*await ask(together, "a"), *await ask(together, "b")]
        begun = [await worker.begun.get(), await worker.begun.get()]
        await answers(worker, asked)
        return begun

    assert asyncio.run(asyncio.wait_for(scenario(), 30)) == [["a"], ["b"]]


def test_who_has_gone_leaves_the_others_their_answers() -> None:
    async def scenario() -> tuple[list[Any], list[list[str]]]:
        worker = Worker()
        together = Convoy(worker)
        asked = [*await ask(together, "a"), *await ask(together, "b", "c")]
        asked[1].cancel()
        return await answers(worker, asked), worker.batches

    (a, b, c), batches = asyncio.run(scenario())

    assert (a, c) == ("a done", "c done")
    assert isinstance(b, asyncio.CancelledError)
    assert batches == [["a"], ["b", "c"]]


def test_what_fails_as_a_whole_is_told_to_each() -> None:
    async def scenario() -> list[Any]:
        async def broken(_asked: Sequence[Asked[str]]) -> list[Any]:
            raise ConnectionError("gone")

        return await asyncio.gather(*await ask(Convoy(broken), "a", "b"), return_exceptions=True)

    assert [type(each) for each in asyncio.run(scenario())] == [ConnectionError, ConnectionError]

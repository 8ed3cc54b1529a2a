"""Requests of one kind that come while others are at work, done together: alone nobody waits, under load batches grow.

Programs that were answered together often ask again together, each a moment after the other. Whoever of them came
first would go alone, and the rest after it: so after a batch of several the next one waits for them, while they come.

A batch takes one transaction and as many statements as one request would. What fails together is done one by one, so
that everybody hears of their own mistake alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.access.idempotency import Request

T = TypeVar("T")

MOST = 50
"""Requests in one batch."""
PATIENCE = 0.25
"""Seconds that requests gather at most: a batch that takes longer, for it waits for a lock, holds up nobody else."""
PAUSE = 0.02
"""Seconds without a new request after which nobody else is waited for, of those who were answered together."""
REUNION = 0.05
"""Seconds that they are waited for in all, for those who come may be others, and come for ever."""

Asked = tuple[Request | None, T]
"""A request's idempotency key, and what it asks for."""
Answer = Callable[[Sequence[Asked[T]]], Awaitable[Sequence[Any]]]
"""Does a batch: an answer or an error for each."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T]):
    asked: Asked[T]
    answer: "asyncio.Future[Any]"


class Convoy(Generic[T]):
    """One kind of request, of one caller, in one event loop."""

    def __init__(self, answer: Answer[T], *, pause: float = PAUSE, reunion: float = REUNION) -> None:
        self._answer = answer
        self._pause, self._reunion = pause, reunion
        self._waiting: list[_Waiting[T]] = []
        self._came = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[None]] = set()

    async def ask(self, asked: Asked[T]) -> Any:
        """The answer to one request, or its error."""
        waiting = _Waiting(asked, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._came.set()
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())
        return await waiting.answer

    async def _tend(self) -> None:
        try:
            while self._waiting:
                batch = self._next_batch()
                at_work = asyncio.create_task(self._do(batch))
                self._at_work.add(at_work)
                at_work.add_done_callback(self._at_work.discard)
                await asyncio.wait({at_work}, timeout=PATIENCE)
                if len(batch) > 1 and at_work.done():
                    await self._gather(len(self._waiting) + len(batch))
        finally:
            self._tending = None

    async def _gather(self, expected: int) -> None:
        """Wait until so many are there, or nobody has come for a moment."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._reunion
        while len(self._waiting) < min(expected, MOST):
            self._came.clear()
            try:
                async with asyncio.timeout_at(min(until, loop.time() + self._pause)):
                    await self._came.wait()
            except TimeoutError:
                return

    def _next_batch(self) -> list[_Waiting[T]]:
        """The oldest. Of those with the same key only the first: the others come after it, and hear its answer."""
        batch, later, names = list[_Waiting[T]](), list[_Waiting[T]](), set[tuple[int, str, str]]()
        for waiting in self._waiting:
            request, _ = waiting.asked
            if len(batch) == MOST or (request is not None and request.name in names):
                later.append(waiting)
                continue
            batch.append(waiting)
            if request is not None:
                names.add(request.name)
        self._waiting = later
        return batch

    async def _do(self, batch: Sequence[_Waiting[T]]) -> None:
        try:
            answers = await self._answer([waiting.asked for waiting in batch])
        except asyncio.CancelledError:  # this process is asked to stop
            for waiting in batch:
                waiting.answer.cancel()
            raise
        except Exception as problem:  # noqa: BLE001  # it is the answer of each of them
            answers = [problem] * len(batch)
        for waiting, answer in zip(batch, answers, strict=True):
            _settle(waiting, answer)


def _settle(waiting: _Waiting[Any], answer: object) -> None:
    if waiting.answer.done():
        return  # who asked has gone
    if isinstance(answer, BaseException):
        waiting.answer.set_exception(answer)
    else:
        waiting.answer.set_result(answer)

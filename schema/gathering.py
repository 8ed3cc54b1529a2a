"""Calls that wait until nothing else of a request is under way, so that each is made once for all its rows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Call = Callable[[Sequence[Any]], Awaitable[list[Any]]]
"""Answers one value per row, in order: a value, or the exception that stands for it. It raises nothing."""

_TURNS = 5
"""Of the event loop, for what has just ended to begin what follows from it."""


@dataclass(eq=False, slots=True)
class Gathering:
    """One request's. What reads or computes says so by `under_way`; what asks is no longer under way while it waits."""

    _busy: int = 0
    _waiting: dict[Call, list[tuple[Sequence[Any], "asyncio.Future[list[Any]]"]]] = field(default_factory=dict)
    _running: set["asyncio.Task[None]"] = field(default_factory=set)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """More rows may come of this block."""
        self._busy += 1
        try:
            yield
        finally:
            self._rest()

    async def ask(self, call: Call, rows: Sequence[Any]) -> list[Any]:
        """A call's answer for these rows, made together with all others. Only from within `under_way`."""
        answer: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(call, []).append((rows, answer))
        self._rest()
        try:
            return await answer
        finally:
            self._busy += 1

    def _rest(self) -> None:
        self._busy -= 1
        if not self._busy and self._waiting:
            self._look(_TURNS)

    def _look(self, turns: int) -> None:
        if self._busy:
            return  # it looks again when it is done
        if turns:
            asyncio.get_running_loop().call_soon(self._look, turns - 1)
            return
        waiting, self._waiting = self._waiting, {}
        for call, asked in waiting.items():
            task = asyncio.get_running_loop().create_task(_answer(call, asked))
            self._running.add(task)
            task.add_done_callback(self._running.discard)


async def _answer(call: Call, asked: Sequence[tuple[Sequence[Any], "asyncio.Future[list[Any]]"]]) -> None:
    values = await call([row for rows, _ in asked for row in rows])
    start = 0
    for rows, answer in asked:
        if not answer.done():  # its field may have been given up
            answer.set_result(values[start : start + len(rows)])
        start += len(rows)

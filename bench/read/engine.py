"""The read engine without HTTP: which statements it sends, and what a query costs it the first time and later."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter

from bench.read.questions import Question
from schema import domains
from schema.build import build_engine
from schema.context import Context, Viewer
from schema.engine.database import Database, Row
from schema.engine.engine import Engine

_ADMIN = Viewer(name="bench", scopes=frozenset({"admin"}))
_HOT = 200
Statement = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU milliseconds of one query: text to document, document to plan and SQL, and of each later request."""

    parsed: float
    planned: float
    hot: float


@dataclass(frozen=True, slots=True)
class Looked:
    """`statements` are those that each request took, with their values."""

    statements: list[list[Statement]]
    costs: Costs


def look(database: str, asked: Sequence[Question]) -> dict[str, Looked]:
    """Both, for each question by its name."""
    domains.load()
    engine = build_engine()
    return asyncio.run(_look(engine, database, asked))


async def _look(engine: Engine, url: str, asked: Sequence[Question]) -> dict[str, Looked]:
    recorder = _Recorder(url)
    await recorder.start()
    try:
        return {question.name: await _one(engine, recorder, question) for question in asked}
    finally:
        await recorder.stop()


async def _one(engine: Engine, recorder: "_Recorder", question: Question) -> Looked:
    statements = []
    recorder.answers.clear()
    for body in question.bodies():
        recorder.statements = []
        await _run(engine, recorder, body)
        statements.append(recorder.statements)
    body, replay = question.bodies()[0], _Replay(recorder.answers)
    engine.documents.forget()
    began = time.process_time()
    engine.documents.get(question.query)
    parsed = time.process_time()
    await _run(engine, replay, body)
    first = time.process_time()
    for _ in range(_HOT):
        await _run(engine, replay, body)
    hot = (time.process_time() - first) / _HOT
    return Looked(statements, Costs((parsed - began) * 1000, (first - parsed - hot) * 1000, hot * 1000))


async def _run(engine: Engine, database: Database, body: dict[str, Any]) -> None:
    context = Context(viewer=_ADMIN, database=database, threads=CapacityLimiter(1), request_id="req_bench")
    response = await engine.execute(body["query"], context, variables=body["variables"])
    if response.errors:
        raise RuntimeError(response.errors[0]["message"])


class _Recorder(Database):
    """A database that remembers what it was asked, and what it answered."""

    def __init__(self, url: str) -> None:
        super().__init__(url, size=1)
        self.statements: list[Statement] = []
        self.answers: dict[tuple[str, str], list[Row]] = {}

    async def fetch(self, text: str, values: Sequence[Any], *, anew: bool = False) -> list[Row]:
        self.statements.append((text, list(values)))
        rows = self.answers[text, repr(values)] = await super().fetch(text, values, anew=anew)
        return rows


class _Replay(Database):
    """A database that has every answer ready: what is left is the engine's own work."""

    def __init__(self, answers: dict[tuple[str, str], list[Row]]) -> None:
        super().__init__("")
        self._answers = answers

    async def fetch(self, text: str, values: Sequence[Any], *, anew: bool = False) -> list[Row]:  # noqa: ARG002  # kept
        return self._answers[text, repr(values)]

"""Everything that goes wrong between two systems, on demand and without waiting: a transport around a sandbox.

    faults = Faults(Asgi(app))
    faults.next(Fault.UNANSWERED, method="POST")
    httpx2.Client(transport=faults)

It speaks httpx2, so it stands before a provider in a test as well as before a whole hub.
"""

import asyncio
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import httpx2

T = TypeVar("T")

TOO_MANY = httpx2.Response(429, headers={"retry-after": "7"}, json={"message": "Too many requests."})
REFUSED = httpx2.Response(401, json={"message": "The credentials are not valid."})
PAGE = "<!doctype html><title>Maintenance</title><p>We will be right back.</p>"


class Fault(StrEnum):
    """What happens to one request.

    DUPLICATE: it is delivered twice. LATE: no answer comes, and it is delivered behind the next one. LOST: no answer
    comes, for it never arrived. UNANSWERED: it arrived and had its effect, and no answer comes. FAILED, FAILED_AFTER:
    answered with 500, before or after the effect. CUT: half of the answer's body arrives, as if it were all. DRIP: the
    answer comes so slowly that its reader gives up. GARBAGE: answered 200 with a page for people. TOO_MANY: answered
    429. REFUSED: answered 401. ECHO: answered 400 with the whole request in the body, headers and all.
    """

    DUPLICATE = "DUPLICATE"
    LATE = "LATE"
    LOST = "LOST"
    UNANSWERED = "UNANSWERED"
    FAILED = "FAILED"
    FAILED_AFTER = "FAILED_AFTER"
    CUT = "CUT"
    DRIP = "DRIP"
    GARBAGE = "GARBAGE"
    TOO_MANY = "TOO_MANY"
    REFUSED = "REFUSED"
    ECHO = "ECHO"


class Asgi(httpx2.BaseTransport):
    """Answers requests by an ASGI app, in this process and with no socket."""

    def __init__(self, app: Any) -> None:  # an ASGI app, whatever made it
        self._transport = httpx2.ASGITransport(app)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._transport.handle_async_request(request)
        return httpx2.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


@dataclass(slots=True)
class Planned:
    """A fault that waits for its requests. `struck` counts those that it met."""

    fault: Fault
    method: str | None
    path: re.Pattern[str]
    answer: httpx2.Response | None
    skip: int
    left: int | None
    struck: int = 0

    def meets(self, request: httpx2.Request) -> bool:
        """Whether this one is struck; counts those that are let through first."""
        if self.left == 0 or self.method not in {None, request.method} or not self.path.search(request.url.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.struck += 1
        self.left = None if self.left is None else self.left - 1
        return True


@dataclass
class Faults(httpx2.BaseTransport):
    """Between a client and the other side. `asked` are the requests that the client sent, faults or not."""

    inner: httpx2.BaseTransport
    asked: list[httpx2.Request] = field(default_factory=list)
    _planned: list[Planned] = field(default_factory=list)
    _held: list[httpx2.Request] = field(default_factory=list)

    def next(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str = "",
        skip: int = 0,
        times: int | None = 1,
        answer: httpx2.Response | None = None,
    ) -> Planned:
        """Strike the next request, or the next `times` (None: all), of this method and path (a regular expression).

        skip: let so many pass first. answer: in place of the usual one of TOO_MANY, REFUSED, GARBAGE and FAILED.
        """
        planned = Planned(fault, method, re.compile(path), answer, skip, times)
        self._planned.append(planned)
        return planned

    def clear(self) -> None:
        """The wire is sound again. What is late stays late."""
        self._planned.clear()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.asked.append(request)
        struck = next((each for each in self._planned if each.meets(request)), None)
        answer = self._struck(struck, request) if struck else self.inner.handle_request(request)
        if struck is None or struck.fault is not Fault.LATE:
            self._deliver_late()
        return answer

    def _deliver_late(self) -> None:
        while self._held:
            self.inner.handle_request(self._held.pop(0))

    def _struck(self, planned: Planned, request: httpx2.Request) -> httpx2.Response:
        match planned.fault:
            case Fault.LATE:
                self._held.append(request)
                raise httpx2.ReadTimeout("No answer.", request=request)
            case Fault.LOST:
                raise httpx2.ReadTimeout("No answer.", request=request)
            case Fault.TOO_MANY | Fault.REFUSED | Fault.GARBAGE | Fault.FAILED | Fault.ECHO:
                return _canned(planned.answer, planned.fault, request)
        answer = self.inner.handle_request(request)
        match planned.fault:
            case Fault.DUPLICATE:
                return self.inner.handle_request(request)
            case Fault.UNANSWERED:
                raise httpx2.ReadTimeout("No answer.", request=request)
            case Fault.CUT:
                return _whole(answer, answer.content[: len(answer.content) // 2])
            case Fault.DRIP:
                return httpx2.Response(
                    answer.status_code, headers=_plain(answer), stream=_Drip(answer.content, request)
                )
        return httpx2.Response(500, json={"message": "Something went wrong."})


def _canned(given: httpx2.Response | None, fault: Fault, request: httpx2.Request) -> httpx2.Response:
    """A fresh copy: a response is read once."""
    if fault is Fault.ECHO:
        lines = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in request.headers.items())]
        said = "\n".join([*lines, "", request.content.decode(errors="replace")])
        return httpx2.Response(400, json={"code": "debug", "message": said, "errors": [{"message": said}]})
    usual = {
        Fault.TOO_MANY: TOO_MANY,
        Fault.REFUSED: REFUSED,
        Fault.GARBAGE: httpx2.Response(200, html=PAGE),
        Fault.FAILED: httpx2.Response(500, json={"message": "Something went wrong."}),
    }
    answer = given or usual[fault]
    return _whole(answer, answer.content)


def _whole(answer: httpx2.Response, content: bytes) -> httpx2.Response:
    return httpx2.Response(answer.status_code, headers=_plain(answer), content=content)


def _plain(answer: httpx2.Response) -> Mapping[str, str]:
    """Its headers without those that tell of the body's length."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name not in {"content-length", "transfer-encoding", "content-encoding"}
    }


class _Drip(httpx2.SyncByteStream):
    """A few bytes, and then whoever reads has waited for too long."""

    def __init__(self, content: bytes, request: httpx2.Request) -> None:
        self._content = content
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._content[:1]
        raise httpx2.ReadTimeout("The answer drips in too slowly.", request=self._request)


def unruly(
    letters: Sequence[T], *, seed: int = 1, duplicated: float = 0.1, disordered: float = 0.1, reach: int = 20
) -> list[T]:
    """Webhooks as a bad day delivers them: this share twice, and this share up to `reach` places too late.

    The same seed, the same day. None is lost.
    """
    chance = random.Random(seed)  # noqa: S311  # a day that can be had again, no secret
    placed: list[tuple[float, T]] = []
    for place, letter in enumerate(letters):
        late = chance.uniform(1, reach) if chance.random() < disordered else 0.0
        placed.append((place + late, letter))
        if chance.random() < duplicated:
            placed.append((place + late + chance.uniform(0, reach), letter))
    return [letter for _, letter in sorted(placed, key=lambda each: each[0])]

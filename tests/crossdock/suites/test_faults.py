"""What each fault does to a request, to whom, and that the tests' client says of it what the hub's own says."""

import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from itertools import pairwise
from typing import Any

import httpx2
import pytest

from core.http import Client
from core.integrations.buckets import LocalBuckets
from crossdock import Http, OutcomeUnknown, ProviderError, Retryable
from crossdock.testing import Asgi, Fault, Faults, Lines, Wire, unruly

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

URL = "http://counter.example/count"


class Counter:
    """Counts what is posted to it, and says how far it is."""

    def __init__(self) -> None:
        self.counted: list[str] = []

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        if scope["method"] == "POST":
            self.counted.append(json.loads(body)["what"])
        said = json.dumps({"counted": len(self.counted)}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said})


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def faults(counter: Counter) -> Faults:
    return Faults(Asgi(counter))


@pytest.fixture(params=["the tests' client", "the hub's client"])
def http(request: pytest.FixtureRequest, faults: Faults) -> Iterator[Http]:
    if request.param == "the tests' client":
        wire = Wire(faults, Lines())
        yield wire
        wire.close()
        return
    with httpx2.Client(transport=faults, trust_env=False) as pool:
        yield Client("counter", deadline=None, log=Lines(), pool=pool, buckets=LocalBuckets())


def post(http: Http, what: str = "cup") -> Any:
    return http.request("POST", URL, json={"what": what})


@pytest.mark.parametrize(
    ("fault", "counted", "raised"),
    [
        (Fault.DUPLICATE, 2, None),
        (Fault.LATE, 0, OutcomeUnknown),
        (Fault.LOST, 0, OutcomeUnknown),
        (Fault.UNANSWERED, 1, OutcomeUnknown),
        (Fault.DRIP, 1, OutcomeUnknown),
        (Fault.CUT, 1, None),
        (Fault.FAILED, 0, None),
        (Fault.FAILED_AFTER, 1, None),
        (Fault.GARBAGE, 0, None),
        (Fault.TOO_MANY, 0, None),
        (Fault.REFUSED, 0, None),
        (Fault.ECHO, 0, None),
    ],
)
def test_a_fault_has_the_effect_and_the_answer_that_it_is_named_for(
    fault: Fault, counted: int, raised: type[ProviderError] | None, http: Http, faults: Faults, counter: Counter
) -> None:
    faults.next(fault)

    if raised is None:
        statuses = {
            Fault.FAILED: 500, Fault.FAILED_AFTER: 500, Fault.TOO_MANY: 429, Fault.REFUSED: 401, Fault.ECHO: 400,
        }  # fmt: skip
        assert post(http).status_code == statuses.get(fault, 200)
    else:
        with pytest.raises(raised):
            post(http)

    assert len(counter.counted) == counted
    assert post(http, "next").status_code == 200


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.DRIP])
def test_what_only_reads_may_be_asked_again(fault: Fault, http: Http, faults: Faults) -> None:
    faults.next(fault, times=2)

    with pytest.raises(Retryable):
        http.request("GET", URL)
    with pytest.raises(Retryable):
        http.request("POST", URL, json={"what": "question"}, reads=True)
    assert http.request("GET", URL).status_code == 200


def test_a_late_request_arrives_behind_the_next_one(http: Http, faults: Faults, counter: Counter) -> None:
    faults.next(Fault.LATE)
    with pytest.raises(OutcomeUnknown):
        post(http, "first")
    post(http, "second")

    assert counter.counted == ["second", "first"]


def test_half_an_answer_is_cut_off_and_garbage_is_a_page(http: Http, faults: Faults) -> None:
    faults.next(Fault.CUT)
    faults.next(Fault.GARBAGE)

    assert post(http).text == '{"count'
    assert post(http).text.startswith("<!doctype html>")


def test_a_fault_strikes_the_request_that_it_was_planned_for(http: Http, faults: Faults, counter: Counter) -> None:
    planned = faults.next(Fault.FAILED, method="POST", path="^/count$", skip=1, times=2)

    answers = [http.request("GET", URL).status_code, *(post(http).status_code for _ in range(4))]

    assert answers == [200, 200, 500, 500, 200]
    assert planned.struck == 2
    assert [request.method for request in faults.asked] == ["GET", *["POST"] * 4]


def test_an_echo_holds_all_that_was_sent(http: Http, faults: Faults) -> None:
    faults.next(Fault.ECHO)

    answer = http.request("GET", URL, headers={"authorization": "Bearer token-4711"})

    assert "token-4711" in answer.json()["message"]


def test_a_bad_day_loses_no_letter_repeats_a_share_and_disorders_a_share() -> None:
    letters = list(range(1_000))

    day = unruly(letters)

    first = list(dict.fromkeys(day))
    assert sorted(first) == letters
    assert 60 < len(day) - len(letters) < 140
    assert 60 < sum(letter < before for before, letter in pairwise(first)) < 140
    assert day == unruly(letters)
    assert day != unruly(letters, seed=2)
    assert unruly(letters, duplicated=0, disordered=0) == letters

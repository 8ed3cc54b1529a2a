"""Doing a request once, however often it comes."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import keys
from core.catalog.models import Item
from core.errors import IdempotencyConflict, Invalid
from core.flows import once
from core.flows.once import Request, Unfinished
from core.hub import Hub


@pytest.fixture
def key_id(session: Session) -> int:
    key, _ = keys.create(session, "A program", ["admin"])
    session.commit()
    return key.id


def request_of(key_id: int, key: str = "k1", **arguments: Any) -> Request:
    return Request(key_id, "make", key, arguments)


def made(session: Session) -> int:
    item = Item(sku="ONE", name="One")
    session.add(item)
    session.flush()
    return item.id


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Item)) or 0


def test_the_first_answer_is_everybodys(hub: Hub, session: Session, key_id: int) -> None:
    with ThreadPoolExecutor(20) as pool:
        futures = [pool.submit(once.in_one_transaction, hub, request_of(key_id, n=1), made) for _ in range(20)]
        answers = {future.result() for future in futures}

    assert len(answers) == 1
    assert count(session) == 1
    with pytest.raises(IdempotencyConflict):
        once.in_one_transaction(hub, request_of(key_id, n=2), made)


def test_work_that_fails_may_be_tried_again(hub: Hub, session: Session, key_id: int) -> None:
    def fail(session: Session) -> None:
        made(session)
        raise Invalid("No")

    with pytest.raises(Invalid):
        once.in_one_transaction(hub, request_of(key_id), fail)

    assert count(session) == 0
    assert once.in_one_transaction(hub, request_of(key_id), lambda _: "ok") == "ok"
    assert once.in_one_transaction(hub, request_of(key_id), fail) == "ok"


def test_without_a_key_everything_is_done(hub: Hub, session: Session) -> None:
    assert [once.in_one_transaction(hub, None, lambda _: 1), once.in_steps(hub, None, lambda _: Unfinished(2))] == [
        1,
        2,
    ]


def test_steps_are_taken_once_unless_they_did_not_come_to_an_end(hub: Hub, key_id: int) -> None:
    taken: list[str] = []

    def steps(answer: Any) -> Any:
        def work(_: Hub) -> Any:
            taken.append(str(answer))
            return answer

        return work

    assert once.in_steps(hub, request_of(key_id), steps(Unfinished(["later"]))) == ["later"]
    assert once.in_steps(hub, request_of(key_id), steps(["done"])) == ["done"]
    assert once.in_steps(hub, request_of(key_id), steps(["never"])) == ["done"]
    assert len(taken) == 2


def test_steps_that_broke_off_are_begun_again(hub: Hub, key_id: int) -> None:
    def breaks(_: Hub) -> None:
        raise Invalid("No")

    with pytest.raises(Invalid):
        once.in_steps(hub, request_of(key_id), breaks)

    assert once.in_steps(hub, request_of(key_id), lambda _: None) is None
    assert once.in_steps(hub, request_of(key_id), breaks) is None


def test_the_result_is_noted_with_the_last_step(hub: Hub, session: Session, key_id: int) -> None:
    def work(hub: Hub) -> str:
        with hub.transaction() as inner:
            return str(once.done(inner, f"item {made(inner)}"))

    first = once.in_steps(hub, request_of(key_id), work)

    assert once.in_steps(hub, request_of(key_id), work) == first
    assert count(session) == 1


def test_keys_of_others_and_of_other_mutations_are_other_keys(hub: Hub, session: Session, key_id: int) -> None:
    other, _ = keys.create(session, "Another", ["admin"])
    session.commit()
    asked = [request_of(key_id), request_of(other.id), Request(key_id, "unmake", "k1", {}), request_of(key_id, "k2")]

    answers = [once.in_one_transaction(hub, each, lambda _: uuid4().hex) for each in asked]

    assert len(set(answers)) == len(asked)
    for bad in ("", "x" * 256):
        with pytest.raises(Invalid):
            once.in_one_transaction(hub, request_of(key_id, bad), made)


def test_a_second_request_waits_for_the_first(hub: Hub, key_id: int) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: Session) -> str:
        begun.set()
        go_on.wait(5)
        return "first"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once.in_one_transaction, hub, request_of(key_id), slow)
        begun.wait(5)
        second = pool.submit(once.in_one_transaction, hub, request_of(key_id), lambda _: "second")
        go_on.set()

        assert (first.result(), second.result()) == ("first", "first")


def test_of_many_requests_only_those_not_known_are_done(hub: Hub, key_id: int) -> None:
    once.in_one_transaction(hub, request_of(key_id, "b"), lambda _: "B of before")

    def in_capitals(_: Session, letters: Sequence[str]) -> list[str]:
        return [letter.upper() for letter in letters]

    asked = [
        (request_of(key_id, "c"), "c"),
        (request_of(key_id, "b"), "b"),
        (None, "d"),
        (request_of(key_id, "a"), "a"),
    ]
    answers = once.together(hub, asked, in_capitals)

    assert answers == ["C", "B of before", "D", "A"]
    assert once.in_one_transaction(hub, request_of(key_id, "a"), lambda _: "another") == "A"


def test_where_one_of_many_fails_none_is_done(hub: Hub, session: Session, key_id: int) -> None:
    def make_all(session: Session, letters: Sequence[str]) -> list[str]:
        made(session)
        raise Invalid(f"No {letters[-1]}")

    with pytest.raises(Invalid, match="No b"):
        once.together(hub, [(request_of(key_id, letter), letter) for letter in "ab"], make_all)

    assert count(session) == 0
    assert once.in_one_transaction(hub, request_of(key_id, "a"), lambda _: "again") == "again"

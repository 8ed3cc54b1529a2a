"""A pure verb asked for several things in one go: each has its own answer, whatever becomes of the others."""

import threading
from typing import Any

import pytest

from core.errors import PluginFault
from core.plugins.patience import TookTooLong
from core.plugins.verbs import ask_each
from crossdock import BadData, WebhookReply

MOMENT = 0.05
"""Seconds that are waited for one that does not come back."""


class Reader:
    """Answers as it is asked to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[int] = set()

    def parse_webhook(self, _settings: Any, request: str) -> Any:
        self.asked.append(request)
        self.threads.add(threading.get_ident())
        match request:
            case "hang":
                threading.Event().wait(MOMENT * 20)
            case "exit":
                raise SystemExit
            case "bad":
                raise BadData("This is no JSON.")
            case "nonsense":
                return 7
        return WebhookReply(body=request.encode())


def ask(reader: Reader, *requests: str) -> list[Any]:
    given = [(None, each) for each in requests]
    return ask_each("channel", "parse_webhook", reader, given, seconds=MOMENT)


def test_each_has_its_own_answer_and_all_take_one_thread() -> None:
    reader = Reader()

    a, bad, nonsense, b = ask(reader, "a", "bad", "nonsense", "b")

    assert (a, b) == (WebhookReply(body=b"a"), WebhookReply(body=b"b"))
    assert isinstance(bad, BadData)
    assert isinstance(nonsense, PluginFault)
    assert len(reader.threads) == 1


@pytest.mark.parametrize(("wrong", "error"), [("hang", TookTooLong), ("exit", PluginFault)])
def test_one_that_never_comes_back_holds_up_nobody_else(wrong: str, error: type[Exception]) -> None:
    reader = Reader()

    a, other, b = ask(reader, "a", wrong, "b")

    assert (a, b) == (WebhookReply(body=b"a"), WebhookReply(body=b"b"))
    assert isinstance(other, error)
    assert reader.asked == ["a", wrong, "b"]


def test_a_plugin_that_hangs_again_is_not_asked_for_the_rest() -> None:
    reader = Reader()

    answers = ask(reader, "hang", "a", "hang", "b", "c")

    assert [type(each) for each in answers] == [TookTooLong, WebhookReply, TookTooLong, TookTooLong, TookTooLong]
    assert reader.asked == ["hang", "a", "hang"]


def test_nothing_asked_is_nothing_answered() -> None:
    assert ask(Reader()) == []

"""What a process remembers for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock, kept

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_answer_holds_for_its_span_and_not_a_moment_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = kept.Kept()
    monkeypatch.setattr(clock, "now", lambda: NOON)
    answers.keep("tea", 3, timedelta(minutes=5))
    answers.keep("tea", 4, timedelta(minutes=5))

    seen = list[object]()
    for later in (0, 299, 300, 0):
        monkeypatch.setattr(clock, "now", lambda at=NOON + timedelta(seconds=later): at)
        seen.append(answers.get("tea"))

    assert seen == [4, 4, None, None]


def test_what_was_asked_first_is_forgotten_first_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST", 2)
    answers = kept.Kept()
    for name in ("tea", "cup", "tea", "jug"):
        answers.keep(name, name, timedelta(minutes=5))

    assert [answers.get(name) for name in ("tea", "cup", "jug")] == ["tea", None, "jug"]

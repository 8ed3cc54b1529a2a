"""What a process remembers for a few minutes, so that it need not ask again."""

import threading
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Any

from core import clock

_MOST = 10_000
"""Answers at once; then the oldest are forgotten first."""


class Kept:
    """Answers by what was asked. Safe to use from many threads; other processes do not know of them."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[datetime, Any]] = {}
        self._lock = threading.Lock()

    def get(self, asked: Hashable) -> Any:
        """The answer; None where there is none that still holds."""
        with self._lock:
            until, answer = self._answers.get(asked, (None, None))
            if until is None or until > clock.now():
                return answer
            del self._answers[asked]
            return None

    def keep(self, asked: Hashable, answer: object, span: timedelta) -> None:
        with self._lock:
            self._answers.pop(asked, None)
            self._answers[asked] = (clock.now() + span, answer)
            while len(self._answers) > _MOST:
                del self._answers[next(iter(self._answers))]

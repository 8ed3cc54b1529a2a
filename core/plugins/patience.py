"""Calling what may never come back."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def within(seconds: float, function: Callable[[], T]) -> T:
    """What the function returns or raises. Raises TimeoutError where that takes longer.

    It then goes on in a thread of its own, which does not keep the process from ending: nobody can stop it.
    """
    answer: dict[str, Any] = {}

    def call() -> None:
        try:
            answer["value"] = function()
        except BaseException as error:  # noqa: BLE001  # raised again for the caller
            answer["error"] = error

    thread = threading.Thread(target=call, daemon=True, name="plugin")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"It did not answer within {seconds:g} seconds.")
    if "error" in answer:
        raise answer["error"]
    value: T = answer["value"]
    return value

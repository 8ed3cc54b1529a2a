"""Calling what may never come back, or may try to end the whole process."""

import ctypes
import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue
from time import monotonic
from typing import Any, TypeVar

from core.errors import PluginFault

T = TypeVar("T")

_MOST_IDLE = 8
_LOOK_UP_SECONDS = 0.5
"""Whoever waits looks up so often: Python tells a thread to stop only where it runs Python."""


class TookTooLong(TimeoutError):
    """It did not answer in time."""


class _GivenUp(BaseException):
    """Raised in a thread whose answer nobody waits for any more, so that a loop without end has one."""


def within(seconds: float, function: Callable[[], T]) -> T:
    """What the function returns or raises. Raises TookTooLong where that takes longer.

    It runs in a thread of its own with the caller's context. What is no Exception, such as SystemExit, is raised as
    PluginFault: it is not the function's to end this process. One that is given up is told to stop; where it waits
    outside Python it goes on until that ends, which does not keep the process from ending.
    """
    call = _Call(function)
    try:
        caller = _idle.pop()
    except IndexError:
        caller = _Caller()
    caller.calls.put(call)
    in_time = False
    try:
        in_time = call.wait(seconds)
    finally:
        if not in_time:
            call.give_up(caller)
    if not in_time:
        raise TookTooLong(f"It did not answer within {seconds:g} seconds.")
    if call.error is not None:
        raise call.error
    value: T = call.value
    return value


def stop(thread: threading.Thread) -> None:
    """Have whatever runs in a thread end, as soon as it runs Python."""
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_GivenUp))


class _Call:
    def __init__(self, function: Callable[[], Any]) -> None:
        self.value: Any = None
        self.error: Exception | None = None
        self._function = function
        self._context = copy_context()
        self._lock = threading.Lock()
        self._ended = self._given_up = False
        self._pending = threading.Lock()
        self._pending.acquire()

    def run(self) -> None:
        try:
            self.value = self._context.run(self._function)
        except Exception as error:  # noqa: BLE001  # raised again for the caller
            self.error = error
        except BaseException as error:  # noqa: BLE001  # told to the caller in words that end nothing
            self.error = PluginFault(f"It raised {type(error).__name__}, which would have ended the hub.")

    def over(self) -> bool:
        """Whether somebody still waits for the answer."""
        with self._lock:
            self._ended = True
            return not self._given_up

    def tell(self) -> None:
        self._pending.release()

    def wait(self, seconds: float) -> bool:
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if self._pending.acquire(timeout=min(left, _LOOK_UP_SECONDS)):
                return True
        return False

    def give_up(self, caller: "_Caller") -> None:
        with self._lock:
            self._given_up = True
            if not self._ended:
                stop(caller)


class _Caller(threading.Thread):
    """Makes one call after another; after one that was given up it ends, since nobody knows in what state it is."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="plugin")
        self.calls: SimpleQueue[_Call] = SimpleQueue()
        self.start()

    def run(self) -> None:
        try:
            while True:
                call = self.calls.get()
                call.run()
                if not call.over():
                    return
                stays = len(_idle) < _MOST_IDLE
                if stays:
                    _idle.append(self)
                call.tell()
                if not stays:
                    return
                del call  # what it answered is the caller's now
        except _GivenUp:
            return


_idle: list[_Caller] = []
os.register_at_fork(after_in_child=_idle.clear)  # a forked process has none of these threads

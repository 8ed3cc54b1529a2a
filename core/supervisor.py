"""Several processes under one parent: started together, started again when they die, stopped together."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import structlog

from core.servers.process import bound_command

log = structlog.get_logger()

_POLL_SECONDS = 0.1
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_STEADY_SECONDS = 60
"""A child that ran this long has recovered: its next death counts as the first."""
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    delay: float = _FIRST_DELAY
    started: float = 0
    restart_at: float = field(default=0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the parent alone."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            bound_command(self.command, death_signal=signal.SIGTERM),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def tend(self) -> None:
        """Note its death, and start it again when its delay has passed."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            if now - self.started > _STEADY_SECONDS:
                self.delay = _FIRST_DELAY
            self.restart_at = now + self.delay
            log.warning("process ended", process=self.name, exit=_describe(code), again_in=f"{self.delay:g} s")
            self.delay = min(self.delay * 2, _LONGEST_DELAY)
            self.kill_group()
            self.process = None
        elif now >= self.restart_at:
            self.start()

    def kill_group(self) -> None:
        """Kill what it started and did not take along."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def supervise(
    commands: Mapping[str, Sequence[str]],
    environment: Mapping[str, str] | None = None,
    *,
    on_ready: Callable[[], None] | None = None,
    is_ready: Callable[[], bool] = lambda: True,
    patience: float = 8,
) -> None:
    """Run the named commands until SIGTERM or SIGINT, then stop them all.

    They have `patience` seconds to finish what they are at, and are killed after that. A child that
    ends, however it ends, is started again after 0.5 s, 1 s, 2 s ... up to 30 s. `on_ready` is called once,
    when `is_ready` first says so; both run in this thread and must be quick. A command begins with a path.
    Children get SIGTERM when this process dies, even by SIGKILL. Call it from the main thread.
    """
    children = [_Child(name, command, environment or os.environ) for name, command in commands.items()]
    with _stop_signals() as asked_to_stop:
        try:
            for child in children:
                child.start()
            while not asked_to_stop():
                if on_ready is not None and is_ready():
                    on_ready()
                    on_ready = None
                time.sleep(_POLL_SECONDS)
                for child in children:
                    child.tend()
        finally:
            _stop(children, patience)


@contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn SIGTERM and SIGINT into a question that can be asked."""
    received: list[int] = []

    def receive(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, receive) for number in _STOP_SIGNALS}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(children: Sequence[_Child], patience: float) -> None:
    """Ask each child itself, not what it started: Dramatiq's workers listen to their master alone."""
    running = [child for child in children if child.process is not None]
    for child in running:
        assert child.process is not None
        child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + patience
    for child in running:
        assert child.process is not None
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process killed", process=child.name, after=f"{patience:g} s")
        child.kill_group()
        child.process.wait()


def _describe(code: int) -> str:
    """An exit code for people: `3`, or `SIGKILL` for a death by signal."""
    return signal.Signals(-code).name if code < 0 else str(code)

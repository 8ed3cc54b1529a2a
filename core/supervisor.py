"""Several processes under one parent: they read the code once, are started again when they die, and stopped together.

The command that wants them forks the supervisor first of all, while it has no threads yet. The supervisor reads the
code they have in common while the command prepares the rest (servers, tables, keys), and forks each of them from what
it has read: three processes start in the time of one, and share the memory of it.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from types import FrameType

import structlog
from setproctitle import getproctitle, setproctitle

from core.servers.errors import ServerError
from core.servers.launch import die_with

log = structlog.get_logger()

_POLL_SECONDS = 0.1
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_STEADY_SECONDS = 60
"""A child that ran this long has recovered: its next death counts as the first."""
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_GRACE_SECONDS = 5
"""What the supervisor has, beyond its children's patience, to end itself."""

_fork = multiprocessing.get_context("fork")


class Supervisor:
    """The parent of the processes, as the command that forked it sees it."""

    def __init__(self, process: ForkProcess, begin: Connection, patience: float) -> None:
        self._process = process
        self._begin = begin
        self._patience = patience

    @property
    def pid(self) -> int | None:
        """The supervisor's own."""
        return self._process.pid

    def run(
        self,
        environment: Mapping[str, str],
        *,
        on_ready: Callable[[], None] = lambda: None,
        is_ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """Run the processes in this environment until SIGTERM or SIGINT, then stop them all.

        `on_ready` is called once, when `is_ready` first says so; both run in this thread and must be quick.
        Call it from the main thread. Raises ServerError where the supervisor itself dies.
        """
        with _stop_signals() as asked_to_stop:
            with contextlib.suppress(BrokenPipeError):  # it died; the loop will see
                self._begin.send(dict(environment))
            greeted = False
            while self._process.is_alive() and not asked_to_stop():
                if not greeted and is_ready():
                    greeted = True
                    on_ready()
                self._process.join(_POLL_SECONDS)
            self.stop()
        if self._process.exitcode:
            raise ServerError(f"The supervisor ended: {_describe(self._process.exitcode)}. Start the command again.")

    def stop(self) -> None:
        """Return when all have ended."""
        self._process.terminate()
        self._process.join(self._patience + _GRACE_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def supervisor(
    roles: Mapping[str, Callable[[], object]],
    *,
    read_ahead: Callable[[], object] = lambda: None,
    patience: float = 8,
) -> Iterator[Supervisor]:
    """Fork the parent of these named processes, each of which is a call; they begin with `run`.

    `read_ahead` imports what they share; it must start no thread and open no connection. When they are to stop, they
    have `patience` seconds to finish what they are at, and are killed after that. One that ends, however it ends, is
    started again after 0.5 s, 1 s, 2 s ... up to 30 s. All get SIGTERM when this process dies, even by SIGKILL.
    Call it from the main thread, before there is another.
    """
    receiver, sender = _fork.Pipe(duplex=False)
    parent = os.getpid()

    def supervise() -> None:
        sender.close()
        _supervise(roles, read_ahead, receiver, parent, patience)

    getproctitle()  # finds the place of the name while the environment is still beside it
    process = _start("supervisor", supervise)
    receiver.close()
    handle = Supervisor(process, sender, patience)
    try:
        yield handle
    finally:
        handle.stop()


def _supervise(
    roles: Mapping[str, Callable[[], object]],
    read_ahead: Callable[[], object],
    begin: Connection,
    parent: int,
    patience: float,
) -> None:
    """What the supervisor does. Where the kernel does not tell of the parent's death, it looks."""
    with _stop_signals() as asked_to_stop:
        die_with(parent, signal.SIGTERM)
        read_ahead()
        gc.freeze()  # so that looking for garbage does not write to the pages that the processes share
        while not begin.poll(_POLL_SECONDS):
            if asked_to_stop():
                return
        os.environ.update(begin.recv())
        children = [_Child(name, role) for name, role in roles.items()]
        try:
            while not asked_to_stop() and os.getppid() == parent:
                for child in children:
                    child.tend()
                time.sleep(_POLL_SECONDS)
        finally:
            _stop(children, patience)


@dataclass
class _Child:
    name: str
    role: Callable[[], object]
    parent: int = field(default_factory=os.getpid)
    process: ForkProcess | None = None
    delay: float = _FIRST_DELAY
    started: float = 0
    restart_at: float = 0

    def tend(self) -> None:
        """Start it; note its death, and start it again when its delay has passed."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.restart_at:
                self.started = now
                self.process = _start(self.name, self._live)
        elif (code := self.process.exitcode) is not None:
            if now - self.started > _STEADY_SECONDS:
                self.delay = _FIRST_DELAY
            self.restart_at = now + self.delay
            log.warning("process ended", process=self.name, exit=_describe(code), again_in=f"{self.delay:g} s")
            self.delay = min(self.delay * 2, _LONGEST_DELAY)
            self.kill_group()
            self.process = None

    def _live(self) -> None:
        die_with(self.parent, signal.SIGTERM)
        self.role()

    def kill_group(self) -> None:
        """Kill what it started and did not take along."""
        if self.process is not None and self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _start(name: str, target: Callable[[], object]) -> ForkProcess:
    """Fork, in a session of its own, so that Ctrl-C reaches the command alone; no signal is lost on the way."""

    def begin() -> None:
        os.setsid()
        setproctitle(f"crossdock {name}")
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        target()

    process = _fork.Process(target=begin)
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    return process


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
    """Ask each child itself, not what it started: a master of processes ends its own."""
    running = [(child, child.process) for child in children if child.process is not None]
    for _child, process in running:
        process.terminate()
    deadline = time.monotonic() + patience
    for child, process in running:
        process.join(max(0.0, deadline - time.monotonic()))
        if process.exitcode is None:
            log.warning("process killed", process=child.name, after=f"{patience:g} s")
        child.kill_group()
        process.join()


def _describe(code: int) -> str:
    """An exit code for people: `3`, or `SIGKILL` for a death by signal."""
    return signal.Signals(-code).name if code < 0 else str(code)

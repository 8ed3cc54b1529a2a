"""Server processes that live exactly as long as the process that started them."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import structlog

from core.servers import launch
from core.servers.errors import ServerError

log = structlog.get_logger()

_POLL_SECONDS = 0.005
_LOG_BYTES = 5_000_000


def bound_command(
    argv: Sequence[str | Path], *, identity: str = "self", death_signal: signal.Signals = signal.SIGTERM
) -> list[str]:
    """The command line that runs `argv` and sends it `death_signal` when the caller's process dies.

    The thread that starts it must live as long as the process: Linux ties the signal to the thread.
    """
    bound = [sys.executable, "-I", "-S", launch.__file__, os.getpid(), int(death_signal), identity, *argv]
    return [str(part) for part in bound]


@dataclass(frozen=True)
class Program:
    """How one server is started, asked whether it is ready, and stopped."""

    name: str
    argv: Sequence[str | Path]
    log: Path
    stop_signal: signal.Signals
    is_ready: Callable[[int], bool]
    """Given the pid, whether the server takes connections."""
    prepare: Callable[[], None]
    """Mends what a crash left behind; runs before every start."""
    reason: Callable[[str], str]
    """The sentence's cause, from what the server has logged since its start."""
    identity: str = "self"
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    retry: Callable[[str], bool] = lambda _log: False
    """Whether a start that failed with this log is worth another try."""


class Server:
    """One running program, started again when it dies without having been asked to."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name=f"{program.name} watcher", daemon=True)

    @property
    def pid(self) -> int | None:
        """The process now running, or None between two starts."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, *, seconds: float = 60) -> None:
        """Return when the server takes connections.

        Raises ServerError when it ends first or is not ready in time.
        """
        try:
            self._start(seconds)
        except BaseException:
            self.stop()
            raise
        self._watcher.start()

    def stop(self, *, seconds: float = 6) -> None:
        """Stop it in order, then by force. Stopping twice is harmless."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join(seconds)
        process = self._process
        if process is None:
            return
        for number, patience in (
            (self._program.stop_signal, seconds),
            (signal.SIGQUIT, 1),
            (signal.SIGKILL, 1),
        ):
            with contextlib.suppress(subprocess.TimeoutExpired):
                if process.poll() is None:
                    process.send_signal(number)
                process.wait(patience)
                return

    def _start(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            self._program.prepare()
            logged = self._run_until_ready(deadline)
            if logged is None:
                return
            if not self._program.retry(logged) or time.monotonic() > deadline:
                cause = self._program.reason(logged).rstrip(".")
                raise ServerError(f"{self._program.name} does not start: {cause} (log: {self._program.log}).")
            time.sleep(0.2)

    def _run_until_ready(self, deadline: float) -> str | None:
        """None when the server is ready, else what it logged before it ended."""
        path = self._program.log
        with open_log(path) as sink:
            begin = path.stat().st_size
            self._process = process = subprocess.Popen(
                bound_command(
                    self._program.argv,
                    identity=self._program.identity,
                    death_signal=self._program.stop_signal,
                ),
                env=dict(self._program.environment),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,  # Ctrl-C is for the parent, which stops its servers last
            )
        while process.poll() is None:
            if self._program.is_ready(process.pid):
                return None
            if time.monotonic() > deadline:
                raise ServerError(f"{self._program.name} is not ready after a minute (log: {path}).")
            if self._stopping.is_set():
                return ""
            time.sleep(_POLL_SECONDS)
        return path.read_bytes()[begin:].decode(errors="replace")

    def _watch(self) -> None:
        """Start it again when it dies, at most about once a second."""
        while not self._stopping.wait(0.2):
            if self.pid is None:
                log.warning("server ended, starting it again", server=self._program.name)
                with contextlib.suppress(ServerError, OSError):
                    self._start(60)
                self._stopping.wait(0.8)


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; a large one is set aside first."""
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")

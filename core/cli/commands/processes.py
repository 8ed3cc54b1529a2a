"""`crossdock worker` and `crossdock scheduler`: the processes that do the work, apart from the web server."""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import typer

from core.cli import command
from core.cli.app import fail, settings
from core.config import Config, variable

_NICENESS = 10
"""Of workers: where they share a machine with the web server, whoever waits for an answer goes first."""


def add_to(app: typer.Typer) -> None:
    app.command()(worker)
    app.command()(scheduler)


def worker(
    queue: Annotated[
        list[str] | None,
        typer.Option(help="Work on this queue only; several times for several. All by default."),
    ] = None,
) -> None:
    """Run jobs until stopped.

    Run as many of these as you like, on as many machines. CROSSDOCK_WORKER_PROCESSES and CROSSDOCK_WORKER_THREADS say
    how much one of them does at once. A worker that is killed loses nothing: its jobs are run again within seconds.
    """
    from core.jobs import registry

    config = settings()
    queues = list(queue or registry.QUEUES)
    unknown = [name for name in queues if name not in registry.QUEUES]
    if unknown:
        fail(f"There is no queue {unknown[0]!r}; there are {', '.join(registry.QUEUES)}.")
    if config.worker_processes > 1:
        _several(config, queues)
    else:
        _one(queues)


def scheduler() -> None:
    """Run periodic jobs, wake workers for what was missed, and take back the jobs of workers that died.

    Run two for safety: one acts, the others stand by.
    """
    from core import scheduler as scheduling
    from core.cli.joining import joined
    from core.cli.observed import observed
    from core.jobs import registry

    registry.load_all()
    stopped = _until_stopped()
    with joined("scheduler", plugins=False) as (hub, _servers), observed(hub.config):
        scheduling.run(hub, stopped)


def _one(queues: list[str]) -> None:
    from core import worker as working
    from core.cli.joining import joined
    from core.cli.observed import observed
    from core.jobs import registry

    os.nice(_NICENESS)
    registry.load_all()
    stopped = _until_stopped()
    with joined("worker") as (hub, servers), observed(hub.config):
        try:
            working.run(hub, servers.redis_url, stopped, queues=queues)
        except working.WorkerFault as fault:
            fail(str(fault))


def workers(config: Config, *options: str) -> dict[str, Callable[[], None]]:
    """As many worker processes as are wanted, by name."""

    def one() -> None:
        os.environ[variable("worker_processes")] = "1"
        command("worker", *options)()

    if config.worker_processes == 1:
        return {"worker": one}
    return {f"worker {number}": one for number in range(1, config.worker_processes + 1)}


def _several(config: Config, queues: list[str]) -> None:
    """Each is started again when it dies."""
    from core.cli.joining import servers_of
    from core.cli.reading import read_ahead
    from core.cli.shared_metrics import shared_metrics
    from core.supervisor import supervisor

    options = [part for name in queues for part in ("--queue", name)]
    with (
        shared_metrics(),
        supervisor(workers(config, *options), read_ahead=read_ahead) as processes,
        servers_of(config),
    ):
        processes.run(os.environ)


def _until_stopped() -> threading.Event:
    """Set by SIGTERM and SIGINT; a second one does not wait. SIGUSR1 writes what every thread is at to stderr."""
    faulthandler.register(signal.SIGUSR1, file=sys.__stderr__ or sys.stderr)
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopped

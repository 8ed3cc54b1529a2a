"""Workers at work while other things happen, and things that happen all at once."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from core.hub import Hub
from core.jobs import registry
from core.jobs.heartbeat import alive
from core.jobs.run import drain, run_jobs

Made = TypeVar("Made")


@contextmanager
def workers(hub: Hub, number: int) -> Iterator[None]:
    """So many workers, each with connections of its own, for as long as the block lasts; then no job is left."""
    registry.load_all()
    over = threading.Event()

    def work() -> None:
        with alive(hub.engine) as name:
            while True:
                last = over.is_set()
                if not sum(drain(hub, queue, name) for queue in registry.QUEUES):
                    if last:
                        return
                    time.sleep(0.005)

    with ThreadPoolExecutor(number) as pool:
        shifts = [pool.submit(work) for _ in range(number)]
        try:
            yield
        finally:
            over.set()
        for shift in shifts:
            shift.result()
    run_jobs(hub)


def at_once(*acts: Callable[[], Made]) -> Sequence[Made]:
    """Do all of these in the same instant; what each came to, in the order given."""
    barrier = threading.Barrier(len(acts))

    def do(act: Callable[[], Made]) -> Made:
        barrier.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(do, act) for act in acts]]


def eventually(condition: Callable[[], bool], *, seconds: float = 40) -> None:
    """Wait until it is so, not for ever."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)

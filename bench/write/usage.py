"""CPU seconds of the processes that take part, which tell more than wall times where a machine is shared."""

from collections.abc import Mapping
from contextlib import suppress

import psutil  # type: ignore[import-untyped]  # it ships no types


def cpu_seconds(processes: Mapping[str, int]) -> dict[str, float]:
    """What each process (name and pid) and its children, those that ended as well, have used so far; and we."""
    own = psutil.Process().cpu_times()
    return {**{name: _used(psutil.Process(pid)) for name, pid in processes.items()}, "clients": own.user + own.system}


def _used(process: psutil.Process) -> float:
    seconds = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a backend that ended while we looked; its parent counts it from now on
            seconds += sum(each.cpu_times()[:4])
    return seconds

"""The supervisor: what it starts lives, comes back, and goes with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.servers.process import bound_command

PARENT = """
import functools, os, sys
from core.supervisor import supervisor

folder, *scripts = sys.argv[1:]
roles = {str(place): functools.partial(exec, script, {}) for place, script in enumerate(scripts)}
with supervisor(roles, read_ahead=lambda: open(f"{folder}/read", "a").write("once"), patience=2) as processes:
    with open(f"{folder}/supervisor", "w") as file:
        file.write(str(processes.pid))
    processes.run({"FOLDER": folder}, on_ready=lambda: open(f"{folder}/ready", "w").close())
"""

CHILD = """
import os, sys, time
with open(f"{os.environ['FOLDER']}/pids", "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CHILD

MASTER = f"""
import signal, subprocess, sys
script = {"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + CHILD!r}
worker = subprocess.Popen([sys.executable, "-c", script])
signal.signal(signal.SIGTERM, lambda *_: (worker.kill(), sys.exit(0)))
{CHILD}
"""


@contextmanager
def supervised(folder: Path, *scripts: str) -> Iterator[subprocess.Popen[bytes]]:
    command = bound_command([sys.executable, "-c", PARENT, folder, *scripts])
    errors = (folder / "errors").open("wb")
    with errors, subprocess.Popen(command, stderr=errors, stdout=subprocess.DEVNULL) as parent:
        try:
            yield parent
        finally:
            parent.terminate()


def pids(folder: Path) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(line) for line in (folder / "pids").read_text().split()]
    return []


def alive(pid: int) -> bool:
    """Whether it runs; a zombie that nobody has collected does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def eventually(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all(tmp_path: Path, number: signal.Signals) -> None:
    with supervised(tmp_path, CHILD, CHILD) as parent:
        eventually(lambda: len(pids(tmp_path)) == 2 and (tmp_path / "ready").exists())
        parent.send_signal(number)
        assert parent.wait(5) == 0
    assert not any(alive(pid) for pid in pids(tmp_path))


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path, CHILD):
        eventually(lambda: len(pids(tmp_path)) == 1)
        os.kill(pids(tmp_path)[0], signal.SIGKILL)
        eventually(lambda: len(pids(tmp_path)) == 2)
        first, second = pids(tmp_path)
        assert not alive(first)
        assert alive(second)


def test_a_child_that_dies_at_once_is_tried_ever_less_often(tmp_path: Path) -> None:
    with supervised(tmp_path, CHILD.replace("time.sleep(600)", "sys.exit(3)")):
        eventually(lambda: len(pids(tmp_path)) == 2)
        began = time.monotonic()
        eventually(lambda: len(pids(tmp_path)) == 3)
        assert time.monotonic() - began > 0.8


def test_what_they_share_is_read_once_whatever_dies(tmp_path: Path) -> None:
    with supervised(tmp_path, CHILD, CHILD):
        eventually(lambda: len(pids(tmp_path)) == 2)
        os.kill(pids(tmp_path)[0], signal.SIGKILL)
        eventually(lambda: len(pids(tmp_path)) == 3)
        assert (tmp_path / "read").read_text() == "once"


def test_each_is_named_for_what_it_does(tmp_path: Path) -> None:
    with supervised(tmp_path, CHILD) as parent:
        eventually(lambda: len(pids(tmp_path)) == 1)
        supervisor = int((tmp_path / "supervisor").read_text())
        named = [Path(f"/proc/{pid}/cmdline").read_text().strip("\0") for pid in (supervisor, *pids(tmp_path))]
        assert named == ["crossdock supervisor", "crossdock 0"]
        assert parent.poll() is None


def test_a_supervisor_that_is_killed_takes_all_with_it_and_the_command_says_so(tmp_path: Path) -> None:
    with supervised(tmp_path, CHILD, MASTER) as parent:
        eventually(lambda: len(pids(tmp_path)) == 3)
        os.kill(int((tmp_path / "supervisor").read_text()), signal.SIGKILL)
        assert parent.wait(10) == 1
        eventually(lambda: not any(alive(pid) for pid in pids(tmp_path)))
        assert "The supervisor ended: SIGKILL." in (tmp_path / "errors").read_text()


def test_kill_9_of_the_parent_leaves_nothing(tmp_path: Path) -> None:
    with supervised(tmp_path, CHILD, MASTER) as parent:
        eventually(lambda: len(pids(tmp_path)) == 3)
        parent.kill()
        eventually(lambda: not any(alive(pid) for pid in pids(tmp_path)))


def test_what_a_killed_child_had_started_is_not_left_behind(tmp_path: Path) -> None:
    with supervised(tmp_path, MASTER):
        eventually(lambda: len(pids(tmp_path)) == 2)
        before = pids(tmp_path)
        group = os.getpgid(before[0])
        assert all(os.getpgid(pid) == group for pid in before)
        os.kill(group, signal.SIGKILL)
        eventually(lambda: not any(alive(pid) for pid in before))


def test_a_child_that_does_not_listen_is_killed_when_patience_ends(tmp_path: Path) -> None:
    with supervised(tmp_path, STUBBORN, CHILD) as parent:
        eventually(lambda: len(pids(tmp_path)) == 2)
        began = time.monotonic()
        parent.terminate()
        assert parent.wait(10) == 0
        assert time.monotonic() - began > 1.5
    assert not any(alive(pid) for pid in pids(tmp_path))

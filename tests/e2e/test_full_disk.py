"""The disk is full in the middle of an import: one sentence; with room again, the import goes on where it stopped."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.small_disk import ROWS

# An ordinary user may mount where user namespaces are allowed.
ALONE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def may_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = [*ALONE, "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@pytest.mark.long
def test_an_import_that_filled_the_disk_goes_on_when_there_is_room(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("no disk can be mounted here that is small enough to be filled")

    ran = subprocess.run(
        [*ALONE, sys.executable, "-m", "tests.e2e.small_disk", str(tmp_path)],
        capture_output=True, text=True, timeout=180, check=False, env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr[-4000:]
    seen = json.loads(ran.stdout.splitlines()[-1])
    assert seen["made"][0] == 0, seen["made"]
    code, said = seen["full"]
    assert code == 1
    assert "PostgreSQL has no room left on its disk. Make room and run this again" in said
    assert "Traceback" not in said
    code, said = seen["again"]
    assert code == 0, said
    assert f"{ROWS:,} rows in" in said
    assert f"{ROWS:,} created, 0 updated, 0 unchanged, 0 rejected" in said
    assert seen["verified"][0] == 0, seen["verified"][1]

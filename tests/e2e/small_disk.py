"""An import on a disk that is too small, then on the same disk with more room: `python -m tests.e2e.small_disk FOLDER`.

It is run in a mount namespace of its own, which takes the disk away with it; what was seen is printed as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from core.cli import main

ROWS = 2_000
_SIZE, _LEFT = 256 << 20, 4 << 20
_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def play() -> None:
    folder = Path(sys.argv[1])
    home = folder / "home"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", home], check=True)
    (folder / "plugins.toml").write_text('[integrations.files]\nplugin = "csv_orders"\n')
    rows = (f"{n // 4},10A{n % 50},MUG,2,2010-12-01 08:26:00,2.50,17,United Kingdom" for n in range(ROWS))
    (folder / "orders.csv").write_text("\n".join([_HEADER, *rows]) + "\n")
    os.environ |= {
        "CROSSDOCK_HOME": str(home),
        "CROSSDOCK_PLUGINS_FILE": str(folder / "plugins.toml"),
        "CROSSDOCK_LOG_LEVEL": "error",
    }
    seen: dict[str, Any] = {"made": _crossdock("migrate")}
    ballast = home / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(home).f_bavail * os.statvfs(home).f_frsize
        os.posix_fallocate(file.fileno(), 0, free - _LEFT)
    words = ("import", "orders", str(folder / "orders.csv"), "--channel", "uk-shop", "--mapping", "online-retail")
    seen["full"] = _crossdock(*words)
    ballast.unlink()
    seen["again"] = _crossdock(*words)
    seen["verified"] = _crossdock("verify")
    sys.stdout.write(json.dumps(seen) + "\n")


def _crossdock(*words: str) -> tuple[int, str]:
    """The exit code of a command, and all that it says. A process of its own that has loaded everything already."""
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if not child:
            os.dup2(said.fileno(), sys.stdout.fileno())
            os.dup2(said.fileno(), sys.stderr.fileno())
            sys.argv = ["crossdock", *words]
            os._exit(_ended())
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read()


def _ended() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # it is shown as Python would show it
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    play()

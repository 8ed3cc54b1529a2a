"""Processes that are killed in the middle of what they do.

`python -m tests.acceptance.mortal` is a process of the hub: it loads the product once, then has a child of its own for
each shipment, which asks the API to buy the label and is killed, by SIGKILL, at one step further than the one before.
A step is the moment before a commit, when all is done and nothing is kept, or that in which the courier is asked.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from core import db
from core.config import Config
from core.hub import Hub
from schema import domains
from schema.build import build_engine
from tests.acceptance import courier, shipping
from tests.api import serving
from tests.hubs import loaded

MOST_STEPS = 18
"""More than buying one label takes."""

_SURVIVED = 0


def killed_at_each_step(hub: Hub, secret: str, shipments: Sequence[str]) -> int:
    """Have each bought by a process that is killed one step later, until one comes to its end; how many were killed."""
    assert hub.config.database_url is not None
    told = {
        "database": hub.config.database_url,
        "home": str(hub.config.home),
        "plugins": str(hub.config.plugins_file),
        "secret": secret,
        "shipments": list(shipments),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.mortal"],
        input=json.dumps(told), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-4000:]
    return int(ran.stdout.splitlines()[-1])


def main() -> None:
    told = json.load(sys.stdin)
    config = Config(
        database_url=told["database"], home=Path(told["home"]), plugins_file=Path(told["plugins"]), sample=False
    )
    registry = loaded(config, courier=courier.__name__)
    domains.load()
    engine = build_engine()
    for step, shipment in enumerate(told["shipments"]):
        child = os.fork()
        if child == 0:
            hub = Hub(config, db.connect(told["database"]), registry)
            with serving(hub, engine, told["database"], told["secret"]) as api, _dying_at(step):
                shipping.label_of(shipping.label(api, shipment, f"key-{shipment}"))
            os._exit(_SURVIVED)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == _SURVIVED:
            sys.stdout.write(f"{step}\n")
            return
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise SystemExit(f"the process of step {step} failed")
    raise SystemExit("every process was killed: there are more steps than shipments")


@contextmanager
def _dying_at(step: int) -> Iterator[None]:
    """Killed at this step, counted from 0."""
    moments = count()

    def passed(_session: Session | None = None) -> None:
        if next(moments) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", passed)
    courier.before_selling = passed
    yield


if __name__ == "__main__":
    main()

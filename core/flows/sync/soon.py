"""Running a job because somebody asks who waits for the answer, but not for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from core import clock
from core.errors import CrossdockError
from core.flows.sync.by_hand import sync
from core.integrations.models import Integration, SyncRun

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

PATIENCE = 20.0
"""Seconds after which whoever asked is told how far it is."""

_Asked = tuple["Hub", str, str, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class _Going:
    """A job that somebody asked for: since when it runs, and how it ends."""

    began: datetime
    ended: Future[int] = field(default_factory=Future)


_going: dict[_Asked, _Going] = {}
_lock = threading.Lock()


def sync_soon(
    hub: "Hub",
    integration_key: str,
    job_name: str,
    *,
    window_from: datetime | None = None,
    window_to: datetime | None = None,
) -> int | None:
    """As `sync`, and where that takes longer than somebody waits: its run as it stands. It goes on, and ends by itself.

    None where it has written no run down by then. Asked for again while it goes on, it is not begun anew. A process
    that ends leaves it where it stood, as a worker would: the next run goes on from there.
    """
    asked = (hub, integration_key, job_name, window_from, window_to)
    going = _begin(asked, lambda: sync(hub, integration_key, job_name, window_from=window_from, window_to=window_to))
    wait([going.ended], timeout=PATIENCE)
    return going.ended.result() if going.ended.done() else _run_since(hub, integration_key, job_name, going.began)


def _begin(asked: _Asked, work: Callable[[], int]) -> _Going:
    with _lock:
        known = _going.get(asked)
        if known is not None:
            return known
        _going[asked] = going = _Going(clock.now())
    context = copy_context()
    threading.Thread(target=context.run, args=(_work, asked, work, going.ended), name="sync", daemon=True).start()
    return going


def _work(asked: _Asked, work: Callable[[], int], ended: Future[int]) -> None:
    try:
        answer = work()
    except Exception as error:  # noqa: BLE001  # whoever waits is told, whatever it is
        if not isinstance(error, CrossdockError):
            log.warning("sync.failed", integration=asked[1], job=asked[2], error=repr(error))
        _over(asked)
        ended.set_exception(error)
    else:
        _over(asked)
        ended.set_result(answer)


def _over(asked: _Asked) -> None:
    with _lock:
        _going.pop(asked, None)


def _run_since(hub: "Hub", key: str, job_name: str, began: datetime) -> int | None:
    query = (
        select(SyncRun.id)
        .join(Integration, Integration.id == SyncRun.integration_id)
        .where(Integration.key == key, SyncRun.job == job_name, SyncRun.started_at >= began)
        .order_by(SyncRun.id.desc())
        .limit(1)
    )
    with hub.transaction() as session:
        return session.scalar(query)

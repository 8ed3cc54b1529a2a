"""Sending what stores tell the hub, as senders of webhooks do: apart from what caused it, and again where it failed."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus

import httpx2
import structlog

log = structlog.get_logger(__name__)

_PATIENCE = 5.0
_AGAIN_AFTER = (1.0, 5.0, 20.0)
_AT_ONCE = 4


class Letters:
    """A `crossdock.Send`. GET is a question, whose status counts; all else is on its way when this returns."""

    def __init__(self, client: httpx2.Client, threads: ThreadPoolExecutor) -> None:
        self._client = client
        self._threads = threads
        self._stopped = threading.Event()

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        if method == "GET":
            return self._send(method, url, headers, body)
        if not self._stopped.is_set():
            self._threads.submit(self._deliver, method, url, headers, body)
        return HTTPStatus.ACCEPTED

    def stop(self) -> None:
        """What is not delivered now will not be: the hub finds it by itself."""
        self._stopped.set()

    def _deliver(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        status = self._send(method, url, headers, body)
        for seconds in _AGAIN_AFTER:
            if 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR or self._stopped.wait(seconds):
                break
            status = self._send(method, url, headers, body)
        if not HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST:
            log.warning("sandbox.not_delivered", url=url, status=status)

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Its status; 0 where nobody answered."""
        try:
            return self._client.request(method, url, headers=dict(headers), content=body).status_code
        except httpx2.HTTPError:
            return 0


@contextmanager
def letters() -> Iterator[Letters]:
    """Deliver until the block ends."""
    threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="letters")
    with httpx2.Client(timeout=_PATIENCE, trust_env=False) as client:
        post = Letters(client, threads)
        try:
            yield post
        finally:
            post.stop()
            threads.shutdown(cancel_futures=True)

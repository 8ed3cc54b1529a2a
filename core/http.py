"""The HTTP client that plugins are handed: rate-limited, timed, bound by a deadline, logged without secrets."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from core import clock
from core.integrations import skew
from core.integrations.buckets import Buckets, Lane
from core.near import is_near
from crossdock import BadData, Log, OutcomeUnknown, RateLimit, RateLimited, Response, Retryable

_TIMEOUT = timedelta(seconds=30)
"""For one request, its whole answer included: one that drips in slowly is not waited for."""
_CONNECT_SECONDS = 10.0
_LONGEST_WAIT = timedelta(seconds=20)
"""For tokens. Whoever would wait longer does something else meanwhile."""
_LARGEST = 64 * 1024 * 1024
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_READS = {"GET", "HEAD", "OPTIONS"}
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}


class OutOfTokens(RateLimited):
    """Our own count says that it is too soon: the other side was not asked."""


class Client:
    """One integration's client for one call of a verb.

    lane: how urgent that call is. wrong_clock: what its last answer says against this machine's clock.
    """

    def __init__(
        self,
        integration: str,
        *,
        deadline: datetime | None,
        log: Log,
        pool: httpx2.Client,
        buckets: Buckets,
        limits: Sequence[RateLimit] = (),
    ) -> None:
        self.lane = Lane.REST
        self.wrong_clock: str | None = None
        self._answered = False
        self._integration = integration
        self._deadline = deadline
        self._log = log
        self._pool = pool
        self._buckets = buckets
        self._limits = {limit.group: limit for limit in limits}

    @property
    def tells(self) -> bool:
        """Whether the call says anything of the other side: not where one that is reached by HTTP was asked nothing."""
        return self._answered or not self._limits

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,  # anything that JSON can say
        group: str = "",
        cost: float = 1,
        reads: bool | None = None,
    ) -> Response:
        """See `crossdock.Http`."""
        self._take(group, cost)
        harmless = method.upper() in _READS if reads is None else reads
        seconds = self._patience().total_seconds()
        timeout = httpx2.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))
        place = urlsplit(url)
        facts = {"method": method, "host": place.hostname, "path": place.path}  # queries and headers may hold secrets
        began = time.monotonic()
        sent = self._pool.build_request(
            method, url, params=params, headers=headers, content=content, json=json, timeout=timeout
        )
        try:
            answer = _read(self._pool.send(sent, stream=True), until=began + seconds)
        except _NOT_SENT as error:
            self._log.warning("http request not sent", **facts, error=type(error).__name__)
            raise Retryable(f"{place.hostname} cannot be reached ({type(error).__name__}).") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            self._log.warning("http answer missing", **facts, error=type(error).__name__)
            said = f"{place.hostname} did not answer ({type(error).__name__})."
            raise (Retryable(said) if harmless else OutcomeUnknown(said)) from None
        self._answered = True
        self.wrong_clock = skew.of_answer(place.hostname or "the other side", answer.headers)
        # A sandbox of this machine answers every second or so, which is nothing to report.
        say = self._log.debug if is_near(url) and answer.is_success else self._log.info
        say("http", **facts, status=answer.status_code, seconds=round(time.monotonic() - began, 3))
        return answer

    def observe(
        self, group: str = "", *, left: float | None = None, size: float | None = None, rate: float | None = None
    ) -> None:
        """See `crossdock.Http`."""
        self._buckets.observe(self._integration, group, left=left, size=size, rate=rate)

    def _take(self, group: str, cost: float) -> None:
        """Wait for tokens. Raises OutOfTokens where that would take long."""
        limit = self._limits.get(group)
        if limit is None:
            limit = RateLimit(size=float("1e9"), rate=float("1e9"), group=group)  # free, unless it is blocked
        began = clock.now()
        patience = began + _LONGEST_WAIT
        if self._deadline is not None:
            patience = min(patience, self._deadline)
        while (wait := self._buckets.take(self._integration, limit, cost, self.lane)) > 0:
            until = clock.now() + timedelta(seconds=wait)
            if until > patience:
                raise OutOfTokens(f"{self._integration} may not be asked before {until:%H:%M:%S} UTC.", until, group)
            time.sleep(min(wait, 1.0))

    def _patience(self) -> timedelta:
        left = _TIMEOUT if self._deadline is None else min(_TIMEOUT, self._deadline - clock.now())
        if left <= timedelta(0):
            raise Retryable(f"The time for asking {self._integration} is over.")
        return left


class Pool:
    """Connections of one process, kept open between calls; made with the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None

    def client(self) -> httpx2.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx2.Client(follow_redirects=False, trust_env=True)
            return self._client

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _read(answer: httpx2.Response, *, until: float) -> httpx2.Response:
    """The whole answer. Raises ReadTimeout where it is not there in time, BadData where it is too large."""
    try:
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > _LARGEST:
                raise BadData(f"{answer.request.url.host} answered with more than {_LARGEST >> 20} MB.")
            if time.monotonic() > until:
                raise httpx2.ReadTimeout("The answer drips in too slowly.", request=answer.request)
    finally:
        answer.close()
    kept = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in _OF_THE_WIRE]
    return httpx2.Response(answer.status_code, headers=kept, content=b"".join(parts), request=answer.request)

"""The HTTP client that plugins are handed: timed, bound by a deadline, logged without secrets."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from core import clock
from crossdock import Log, OutcomeUnknown, Response, Retryable

_TIMEOUT = timedelta(seconds=30)
_CONNECT_SECONDS = 10.0
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Client:
    """One integration's client for one call of a verb."""

    def __init__(self, integration: str, *, deadline: datetime | None, log: Log) -> None:
        self._integration = integration
        self._deadline = deadline
        self._log = log

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,  # anything that JSON can say
    ) -> Response:
        """Ask, and return the answer whatever its status; redirects are not followed.

        Raises Retryable when nothing was sent, OutcomeUnknown when it was and no answer came.
        """
        timeout = self._patience()
        place = urlsplit(url)
        facts = {"method": method, "host": place.hostname, "path": place.path}  # queries and headers may hold secrets
        began = time.monotonic()
        try:
            answer = httpx2.request(
                method, url, params=params, headers=headers, content=content, json=json, timeout=timeout
            )
        except _NOT_SENT as error:
            self._log.warning("http request not sent", **facts, error=type(error).__name__)
            raise Retryable(f"{place.hostname} cannot be reached ({type(error).__name__}).") from None
        except httpx2.TransportError as error:
            self._log.warning("http answer missing", **facts, error=type(error).__name__)
            raise OutcomeUnknown(f"{place.hostname} did not answer ({type(error).__name__}).") from None
        self._log.info("http", **facts, status=answer.status_code, seconds=round(time.monotonic() - began, 3))
        return answer

    def _patience(self) -> httpx2.Timeout:
        left = _TIMEOUT if self._deadline is None else min(_TIMEOUT, self._deadline - clock.now())
        if left <= timedelta(0):
            raise Retryable(f"The time for asking {self._integration} is over.")
        return httpx2.Timeout(left.total_seconds(), connect=min(_CONNECT_SECONDS, left.total_seconds()))

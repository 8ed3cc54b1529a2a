"""The HTTP client of a context in tests: the same promises as the hub's own, over any transport."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from crossdock.context import Log, Response
from crossdock.errors import OutcomeUnknown, Retryable

_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_READS = {"GET", "HEAD", "OPTIONS"}


class Wire:
    """See `crossdock.Http`. It counts no tokens and never waits: a test sees what the provider does when told to wait.

    groups: those that requests named. observed: what answers said of the buckets, as (group, left, size, rate).
    """

    def __init__(self, transport: httpx2.BaseTransport, log: Log) -> None:
        self.groups = set[str]()
        self.observed = list[tuple[str, float | None, float | None, float | None]]()
        self._client = httpx2.Client(transport=transport, follow_redirects=False, trust_env=False)
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
        group: str = "",
        cost: float = 1,
        reads: bool | None = None,
    ) -> Response:
        """Ask. Raises Retryable where nothing was sent or what only reads was not answered, else OutcomeUnknown."""
        self.groups.add(group)
        place = urlsplit(url)
        facts = {"method": method, "host": place.hostname, "path": place.path}
        try:
            answer = self._client.request(method, url, params=params, headers=headers, content=content, json=json)
        except _NOT_SENT as error:
            raise Retryable(f"{place.hostname} cannot be reached ({type(error).__name__}).") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            said = f"{place.hostname} did not answer ({type(error).__name__})."
            harmless = method.upper() in _READS if reads is None else reads
            raise (Retryable(said) if harmless else OutcomeUnknown(said)) from None
        self._log.info("http", **facts, status=answer.status_code, cost=cost)
        return answer

    def observe(
        self, group: str = "", *, left: float | None = None, size: float | None = None, rate: float | None = None
    ) -> None:
        """Note it down."""
        self.observed.append((group, left, size, rate))

    def close(self) -> None:
        self._client.close()

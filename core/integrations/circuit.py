"""The circuit breaker: who failed again and again is left alone for a while, then tried by one caller."""

import time
from typing import Any, NamedTuple

import redis
import structlog

log = structlog.get_logger(__name__)

THRESHOLD = 5
"""Failures in a row that open it."""
_FIRST_SECONDS, _LONGEST_SECONDS = 15, 600
_PROBE_SECONDS = 60
_OUTAGE_SECONDS = 5.0
_REMEMBERED_SECONDS = 24 * 3600


class Standing(NamedTuple):
    """How an integration stands: failures in a row, and the seconds until it may be asked, 0 for now.

    refused: why its credentials were refused; then it is not asked at all, until it gets others.
    """

    failures: int
    wait: float
    refused: str | None = None


# After the wait one caller may try; the others wait for how it fares.
_LOOK = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local known = redis.call('HMGET', KEYS[1], 'failures', 'until', 'probe', 'refused')
local failures, opens = tonumber(known[1] or 0), tonumber(known[2] or 0)
if known[4] then return {failures, '0', known[4]} end
if failures < tonumber(ARGV[1]) then return {failures, '0'} end
if opens > now then return {failures, tostring(opens - now)} end
local probe = tonumber(known[3] or 0)
if probe > now then return {failures, tostring(probe - now)} end
redis.call('HSET', KEYS[1], 'probe', tostring(now + tonumber(ARGV[2])))
return {failures, '0'}
"""

_FAIL = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local over = failures - tonumber(ARGV[1])
if over >= 0 then
    local wait = math.min(tonumber(ARGV[2]) * 2 ^ math.min(over, 20), tonumber(ARGV[3]))
    redis.call('HSET', KEYS[1], 'until', tostring(now + wait))
    redis.call('HDEL', KEYS[1], 'probe')
end
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[4]))
return failures
"""


_REFUSE = """
redis.call('HSET', KEYS[1], 'refused', ARGV[1])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[2]))
"""

_FORGET = "return redis.call('DEL', KEYS[1])"


class Circuits:
    """Of all integrations, in Valkey. Where that is away, none is open: then each call finds out by itself."""

    def __init__(self, client: redis.Redis | None, namespace: str = "crossdock:circuits") -> None:
        self._client = client
        self._namespace = namespace
        self._away_until = 0.0

    def look(self, integration: str) -> Standing:
        """How it stands. Where the wait is 0 after failures, the caller is the one that tries."""
        found = self._run(_LOOK, integration, THRESHOLD, _PROBE_SECONDS)
        if found is None:
            return Standing(0, 0.0)
        refused = found[2].decode() if len(found) > 2 else None  # noqa: PLR2004  # the script's third part
        return Standing(int(found[0]), float(found[1]), refused)

    def failed(self, integration: str) -> int:
        """Count a failure; how many there were in a row."""
        return int(self._run(_FAIL, integration, THRESHOLD, _FIRST_SECONDS, _LONGEST_SECONDS, _REMEMBERED_SECONDS) or 0)

    def refused(self, integration: str, why: str) -> None:
        """Its credentials are no good: leave it alone until `worked` says otherwise."""
        self._run(_REFUSE, integration, why, _REMEMBERED_SECONDS)

    def worked(self, integration: str) -> None:
        """It answered, or has other settings: all is forgotten."""
        self._run(_FORGET, integration)

    def _run(self, script: str, integration: str, *arguments: float | str) -> Any:
        if self._client is None or time.monotonic() < self._away_until:
            return None
        try:
            return self._client.eval(script, 1, self._key(integration), *map(str, arguments))
        except redis.RedisError as error:
            self._away_until = time.monotonic() + _OUTAGE_SECONDS
            log.warning("circuits.away", error=str(error))
            return None

    def _key(self, integration: str) -> str:
        return f"{self._namespace}:{integration}"

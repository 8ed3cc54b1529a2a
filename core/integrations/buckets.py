"""Buckets of tokens, one for each group of operations of an integration, shared by all processes.

Whoever wants tokens and does not get them leaves a note of how long it will wait. While somebody more urgent waits,
the less urgent get none: so a cancellation does not stand in line behind a backfill.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import redis
import structlog

from crossdock import RateLimit

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 1.0
"""A note of somebody who waits holds so much longer than the wait: by then it has come back, or given up."""
_OUTAGE_SECONDS = 5.0


class Lane(IntEnum):
    """How urgent a call is; the lower the sooner."""

    CANCEL = 0
    TRACKING = 1
    STOCK = 2
    REST = 3


_LANES: dict[str, Lane] = {
    **dict.fromkeys(("cancel", "find_cancel", "accept_cancel", "find_accept_cancel"), Lane.CANCEL),
    **dict.fromkeys(("request_cancel", "find_cancel_request", "void_label", "find_void"), Lane.CANCEL),
    **dict.fromkeys(("confirm_shipment", "find_shipment"), Lane.TRACKING),
    **dict.fromkeys(("publish_stock", "read_stock"), Lane.STOCK),
}


def lane_of(verb: str) -> Lane:
    return _LANES.get(verb, Lane.REST)


class Buckets(Protocol):
    """The buckets of all integrations. Times are seconds."""

    def take(self, integration: str, limit: RateLimit, cost: float, lane: Lane) -> float:
        """Take tokens and return 0; else how long to wait before asking again. Takes none while blocked."""
        ...

    def observe(
        self, integration: str, group: str, *, left: float | None, size: float | None, rate: float | None
    ) -> None:
        """What the other side says of a bucket holds, until it says otherwise."""
        ...

    def block(self, integration: str, group: str | None, seconds: float) -> None:
        """Give no tokens of this group, or of any, for so long."""
        ...


@dataclass(slots=True)
class _Bucket:
    left: float | None = None
    at: float = 0.0
    size: float | None = None
    rate: float | None = None
    until: float = 0.0
    waiting: dict[Lane, float] = field(default_factory=dict)


class LocalBuckets:
    """Buckets of this process alone: for one without a broker, and while the broker does not answer."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str | None], _Bucket] = {}

    def take(self, integration: str, limit: RateLimit, cost: float, lane: Lane) -> float:
        with self._lock:
            now = self._now()
            bucket, whole = self._of(integration, limit.group), self._of(integration, None)
            blocked = max(bucket.until, whole.until) - now
            if blocked > 0:
                return blocked
            size, rate = bucket.size or limit.size, bucket.rate or limit.rate
            cost = min(cost, size)
            left = size if bucket.left is None else min(size, bucket.left + (now - bucket.at) * rate)
            bucket.left, bucket.at = left, now
            ahead = any(until > now for other, until in bucket.waiting.items() if other < lane)
            if left >= cost and not ahead:
                bucket.left = left - cost
                bucket.waiting.pop(lane, None)
                return 0.0
            wait = max((cost - left) / rate, 0.05)
            bucket.waiting[lane] = now + wait + _PATIENCE_SECONDS
            return wait

    def observe(
        self, integration: str, group: str, *, left: float | None, size: float | None, rate: float | None
    ) -> None:
        with self._lock:
            bucket = self._of(integration, group)
            bucket.size, bucket.rate = size or bucket.size, rate or bucket.rate
            if left is not None:
                bucket.left, bucket.at = left, self._now()

    def block(self, integration: str, group: str | None, seconds: float) -> None:
        with self._lock:
            bucket = self._of(integration, group)
            bucket.until = max(bucket.until, self._now() + seconds)

    def _of(self, integration: str, group: str | None) -> _Bucket:
        return self._buckets.setdefault((integration, group), _Bucket())


_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local size, rate, cost, lane = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local b = redis.call('HMGET', KEYS[1], 'left', 'at', 'size', 'rate', 'until')
local blocked = math.max(tonumber(b[5] or 0), tonumber(redis.call('HGET', KEYS[2], 'until') or 0)) - now
if blocked > 0 then return tostring(blocked) end
size = tonumber(b[3] or size); rate = tonumber(b[4] or rate); cost = math.min(cost, size)
local left = size
if b[1] then left = math.min(size, tonumber(b[1]) + (now - tonumber(b[2])) * rate) end
local ahead = false
for other = 0, lane - 1 do
    if tonumber(redis.call('HGET', KEYS[1], 'waits' .. other) or 0) > now then ahead = true end
end
local wait = 0
if left >= cost and not ahead then
    left = left - cost
    redis.call('HDEL', KEYS[1], 'waits' .. lane)
else
    wait = math.max((cost - left) / rate, 0.05)
    redis.call('HSET', KEYS[1], 'waits' .. lane, tostring(now + wait + tonumber(ARGV[5])))
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(size / rate + wait) + 3600)
return tostring(wait)
"""

_BLOCK = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local known = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
redis.call('HSET', KEYS[1], 'until', tostring(math.max(known, now + tonumber(ARGV[1]))))
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1])) + 3600)
"""

_OBSERVE = """
local time = redis.call('TIME')
for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[1], 'at', tostring(time[1] + time[2] / 1000000))
redis.call('EXPIRE', KEYS[1], 86400)
"""


class SharedBuckets:
    """The same in Valkey, by its clock. While it does not answer, each process keeps buckets of its own."""

    def __init__(self, client: redis.Redis, namespace: str = "crossdock:limits") -> None:
        self._namespace = namespace
        self._take = client.register_script(_TAKE)
        self._observe = client.register_script(_OBSERVE)
        self._block = client.register_script(_BLOCK)
        self._alone = LocalBuckets()
        self._alone_until = 0.0

    def take(self, integration: str, limit: RateLimit, cost: float, lane: Lane) -> float:
        keys = [self._key(integration, limit.group), self._key(integration, None)]
        arguments = [limit.size, limit.rate, cost, int(lane), _PATIENCE_SECONDS]
        if time.monotonic() >= self._alone_until:
            try:
                return float(self._take(keys=keys, args=arguments))
            except redis.RedisError as error:
                self._go_alone(error)
        return self._alone.take(integration, limit, cost, lane)

    def observe(
        self, integration: str, group: str, *, left: float | None, size: float | None, rate: float | None
    ) -> None:
        self._alone.observe(integration, group, left=left, size=size, rate=rate)
        said = {"left": left, "size": size, "rate": rate}
        arguments = [part for name, value in said.items() if value is not None for part in (name, str(value))]
        try:
            if left is not None:
                self._observe(keys=[self._key(integration, group)], args=arguments)
            elif arguments:
                self._observe.registered_client.hset(self._key(integration, group), items=arguments)
        except redis.RedisError as error:
            self._go_alone(error)

    def block(self, integration: str, group: str | None, seconds: float) -> None:
        self._alone.block(integration, group, seconds)
        try:
            self._block(keys=[self._key(integration, group)], args=[seconds])
        except redis.RedisError as error:
            self._go_alone(error)

    def _key(self, integration: str, group: str | None) -> str:
        return f"{self._namespace}:{integration}" + ("" if group is None else f":{group}")

    def _go_alone(self, error: redis.RedisError) -> None:
        self._alone_until = time.monotonic() + _OUTAGE_SECONDS
        log.warning("limits.alone", error=str(error))

"""The broker carries one kind of message: this queue has work. Which work is asked of PostgreSQL.

So Redis may be emptied or lost at any time: the scheduler sees jobs that nobody took, and wakes their queue again.
"""

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import TimeLimit

log = structlog.get_logger(__name__)

NAMESPACE = "crossdock"
_PENDING_MS = 5_000
"""For how long a wake-up may be under way before another is sent all the same."""


class _Broker(RedisBroker):
    """Without the queues for delayed messages: nothing is delayed here, and each would be polled ten times a second."""

    def declare_queue(self, queue_name: str) -> None:
        """Have workers listen to a queue."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)


def connect(redis_url: str) -> RedisBroker:
    """The broker at this address. Messages of a worker that was killed are handed out again within seconds."""
    client = redis.Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=20)
    return _Broker(  # type: ignore[no-untyped-call]  # Dramatiq does not type it
        client=client,
        namespace=NAMESPACE,
        middleware=[TimeLimit()],  # and no retries: whether work is tried again is decided in PostgreSQL
        maintenance_chance=200_000,
        heartbeat_timeout=10_000,
    )


def wake(broker: RedisBroker, queues: set[str]) -> None:
    """Tell workers that these queues have work, unless a message that says so is on its way already."""
    try:
        for queue in queues:
            if broker.client.set(_pending(queue), 1, nx=True, px=_PENDING_MS):
                broker.enqueue(_message(queue))
    except redis.RedisError as error:
        log.warning("nobody was woken", queues=sorted(queues), error=str(error))


def woken(broker: RedisBroker, queue: str) -> None:
    """Note that a worker looks for work now: what is enqueued from here on needs a message of its own."""
    try:
        broker.client.delete(_pending(queue))
    except redis.RedisError as error:
        log.warning("the broker does not answer", error=str(error))


def actor_of(queue: str) -> str:
    """The name that messages for a queue's worker carry."""
    return f"work_on_{queue}"


def _message(queue: str) -> "dramatiq.Message[None]":
    return dramatiq.Message(queue_name=queue, actor_name=actor_of(queue), args=(), kwargs={}, options={})


def _pending(queue: str) -> str:
    return f"{NAMESPACE}:waking:{queue}"

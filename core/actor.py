"""Who is acting: the name that events and movements are signed with."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_actor: ContextVar[str] = ContextVar("actor", default="hub")


def current() -> str:
    """`hub` for the hub's own work, else an API key's name, `cli`, or such as `channel:<key>` and `helpdesk:<key>`."""
    return _actor.get()


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    token = _actor.set(name)
    try:
        yield
    finally:
        _actor.reset(token)

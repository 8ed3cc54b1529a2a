"""A job that counts, and a page that answers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from crossdock import Context
from owl_post.carrier import OwlSettings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def count_moons(ctx: Context[OwlSettings]) -> str:
    """How many moons have passed."""
    return str(int(ctx.cursor or "0") + 1)


async def page(
    _scope: Message, _receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"The owls are awake."})

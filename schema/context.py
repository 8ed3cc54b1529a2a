"""What a resolver is given: who asks, the database, and a way into the synchronous core."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import anyio
from anyio import CapacityLimiter

from schema.gathering import Gathering

if TYPE_CHECKING:
    from schema.convoy import Convoy
    from schema.engine.database import Database

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: an API key. Empty `channels` or `locations` (numbers) mean all of them."""

    name: str
    scopes: frozenset[str]
    key_id: int | None = None
    channels: tuple[int, ...] = ()
    locations: tuple[int, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether there are things that this key may not see."""
        return bool(self.channels or self.locations)

    def can(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes


@dataclass(slots=True, kw_only=True)
class Context:
    """One request's. `hub` is what `create_app` was given for flows to use."""

    viewer: Viewer
    database: "Database"
    threads: CapacityLimiter
    request_id: str
    hub: Any = None
    mutation: str = ""
    """The mutation under way, as idempotency keys know it."""
    operation: str = ""
    """The operation's own name or `unnamed`, once the document is understood."""
    extensions: dict[str, Any] = field(default_factory=dict)
    gathering: Gathering = field(default_factory=Gathering)
    convoys: "dict[Any, Convoy[Any]]" = field(default_factory=dict)
    """One for all requests of a process, which find each other in it."""

    async def run(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a synchronous flow of the core on a worker thread, and await its answer or its error."""
        return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.threads)

    async def select(self, query: Any, **values: Any) -> list[Any]:
        """Rows of a SQLAlchemy SELECT, for what is computed in Python; of a Prepared one, with these values."""
        return await self.database.select(query, **values)

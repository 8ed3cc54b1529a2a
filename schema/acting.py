"""How mutations reach the core: on a worker thread, signed with the caller's name, once per idempotency key."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from core.actor import acting_as
from core.flows import once
from core.hub import Hub
from schema.context import Context

P = ParamSpec("P")
R = TypeVar("R")


async def transact(
    ctx: Context,
    flow: Callable[Concatenate[Session, P], R],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Run a flow that takes a session, in one transaction."""
    answer: R = await _act(ctx, flow, None, args, kwargs, once.in_one_transaction)
    return answer


async def transact_once(
    ctx: Context,
    key: str | None,
    flow: Callable[Concatenate[Session, P], R],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """The same, once for this idempotency key: a repetition gets the first answer, which JSON must be able to say."""
    answer: R = await _act(ctx, flow, key, args, kwargs, once.in_one_transaction)
    return answer


async def perform(
    ctx: Context, flow: Callable[Concatenate[Hub, P], R | once.Unfinished[R]], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run a flow that takes the hub, opens transactions of its own and calls plugins between them."""
    answer: R = await _act(ctx, flow, None, args, kwargs, once.in_steps)
    return answer


async def perform_once(
    ctx: Context,
    key: str | None,
    flow: Callable[Concatenate[Hub, P], R | once.Unfinished[R]],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """The same, once for this idempotency key."""
    answer: R = await _act(ctx, flow, key, args, kwargs, once.in_steps)
    return answer


async def _act(
    ctx: Context,
    flow: Callable[..., Any],
    key: str | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    way: Callable[[Hub, once.Request | None, Callable[[Any], Any]], Any],
) -> Any:
    request = None
    if key is not None and ctx.viewer.key_id is not None:
        request = once.Request(ctx.viewer.key_id, ctx.mutation, key, {"args": args, **kwargs})

    def act() -> Any:
        with acting_as(ctx.viewer.name):
            return way(ctx.hub, request, lambda given: flow(given, *args, **kwargs))

    return await ctx.run(act)

"""How mutations reach the core: on a worker thread, signed with the caller's name, once per idempotency key."""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from core.actor import acting_as
from core.flows import once
from core.hub import Hub
from schema.context import Context
from schema.convoy import Convoy

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


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


async def transact_together(
    ctx: Context,
    key: str | None,
    flow: Callable[[Session, Sequence[T]], Sequence[R]],
    thing: Callable[P, T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """The same for a flow that takes many things, here of one caller at a time, and answers each in its place.

    `thing` makes one of the arguments. Requests that come while others are at work share one transaction.
    """

    async def answered(asked: Sequence[Any]) -> Sequence[Any]:
        return await ctx.run(_do_together, ctx.hub, ctx.viewer.name, flow, asked)

    convoy = ctx.convoys.setdefault((flow, ctx.viewer.name, ctx.viewer.key_id), Convoy(answered))
    answer: R = await convoy.ask((_request(ctx, key, args, kwargs), thing(*args, **kwargs)))
    return answer


def _do_together(hub: Hub, caller: str, flow: Callable[..., Any], asked: Sequence[Any]) -> Sequence[Any]:
    """An answer or an error for each."""
    with acting_as(caller):
        try:
            return once.together(hub, asked, flow)
        except Exception as error:  # noqa: BLE001  # whatever it is, one of them is told
            if len(asked) == 1:
                return [error]
    return [answer for each in asked for answer in _do_together(hub, caller, flow, [each])]


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
    request = _request(ctx, key, args, kwargs)

    def act() -> Any:
        with acting_as(ctx.viewer.name):
            return way(ctx.hub, request, lambda given: flow(given, *args, **kwargs))

    return await ctx.run(act)


def _request(ctx: Context, key: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> once.Request | None:
    if key is None or ctx.viewer.key_id is None:
        return None
    return once.Request(ctx.viewer.key_id, ctx.mutation, key, {"args": args, **kwargs})

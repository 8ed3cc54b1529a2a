"""Doing a caller's request once, however often it comes with the same idempotency key.

Work in one transaction claims its key in that transaction. Work in steps, which calls plugins in between, claims its
key first and notes the result with its last transaction (`done`); interrupted, it is begun again by the next request,
so its steps must bear repetition.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from core.access import idempotency
from core.access.idempotency import Request

if TYPE_CHECKING:
    from core.hub import Hub


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unfinished(Generic[T]):
    """An answer of work in steps that is not final: the same key again goes on instead of hearing it once more."""

    result: T


@dataclass(slots=True)
class _Under:
    request: Request
    noted: bool = field(default=False)


_under: ContextVar[_Under | None] = ContextVar("request", default=None)


def in_one_transaction(hub: "Hub", request: Request | None, work: Callable[[Session], Any]) -> Any:
    """Run `work(session)`, or answer what it answered the first time. Its answer must be something that JSON can say.

    Raises IdempotencyConflict. Work that raises leaves no trace of its key: it may be tried again.
    """
    (answer,) = together(hub, [(request, None)], lambda session, _: [work(session)])
    return answer


def together(
    hub: "Hub", asked: Sequence[tuple[Request | None, T]], work: Callable[[Session, Sequence[T]], Sequence[Any]]
) -> list[Any]:
    """The same for many requests at once, no two with the same key: `work(session, things)` answers each thing.

    One transaction for all of them: where one raises, none is done.
    """
    with hub.transaction() as session:
        keyed = [request for request, _ in asked if request is not None]
        firsts = dict(zip((request.name for request in keyed), idempotency.claim(session, keyed), strict=True))
        known = [None if request is None else firsts[request.name] for request, _ in asked]
        fresh = [each for each, first in zip(asked, known, strict=True) if first is None]
        made = work(session, [thing for _, thing in fresh]) if fresh else []
        answered = [(request, {"result": answer}) for (request, _), answer in zip(fresh, made, strict=True)]
        idempotency.remember(session, [(request, result) for request, result in answered if request is not None])
    new = iter(made)
    return [next(new) if first is None else first.get("result") for first in known]


def in_steps(hub: "Hub", request: Request | None, work: Callable[["Hub"], Any]) -> Any:
    """Run `work(hub)`, which opens transactions of its own, or answer what it answered the first time."""
    if request is None:
        return _said(work(hub))
    with hub.transaction() as session:
        first = _claim(session, request)
        if first:
            return first.get("result")
    under = _Under(request)
    token = _under.set(under)
    try:
        result = work(hub)
    finally:
        _under.reset(token)
    if not under.noted and not isinstance(result, Unfinished):
        with hub.transaction() as session:
            _remember(session, request, result)
    return _said(result)


def done(session: Session, result: Any) -> Any:
    """Note the result of work in steps with the transaction that completes it. Nothing where nobody gave a key."""
    under = _under.get()
    if under is not None:
        _remember(session, under.request, result)
        under.noted = True
    return result


def _said(result: Any) -> Any:
    return result.result if isinstance(result, Unfinished) else result


def _claim(session: Session, request: Request) -> dict[str, Any] | None:
    (first,) = idempotency.claim(session, [request])
    return first


def _remember(session: Session, request: Request, result: Any) -> None:
    idempotency.remember(session, [(request, {"result": result})])


__all__ = ["Request", "Unfinished", "done", "in_one_transaction", "in_steps", "together"]

"""The Admin API over HTTP: asks one document, obeys the points that it costs, and says what went wrong in our words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from crossdock import AuthExpired, BadData, OutcomeUnknown, RateLimited, Rejected, Response, Retryable
from plugins.shopify import access
from plugins.shopify.access import Ctx
from plugins.shopify.documents import VERSION, Document
from plugins.shopify.wire.api import Answer, Cost, Trouble, UserError

_CLOSED = {
    402: "is frozen for unpaid bills (402). Pay them in the store's admin, then check the integration",
    403: "does not let this app in (403). Install the app in the store again",
    404: "does not exist (404). Correct `shop` in the settings, or delete the integration where the store was closed",
    423: "is locked (423). Have Shopify's support unlock it, then check the integration",
}
_UNAUTHORIZED, _TOO_MANY, _OK, _FAILED = 401, 429, 200, 500
_MOST_PAGES = 500
_PATIENCE = timedelta(seconds=2)


def ask(ctx: Ctx, document: Document, /, **variables: Any) -> dict[str, Any]:
    """The `data` of the answer. Raises what every verb may raise; OutcomeUnknown only for documents that act."""
    token = access.token(ctx)
    answer = _send(ctx, document, variables, token)
    if answer.status_code == _UNAUTHORIZED:
        token = access.token(ctx, refused=token)
        answer = _send(ctx, document, variables, token)
    _check_status(ctx, document, answer)
    said = _read(document, answer)
    cost = said.extensions.cost if said.extensions is not None else None
    if cost is not None and cost.throttle_status is not None:
        status = cost.throttle_status
        ctx.http.observe(left=status.currently_available, size=status.maximum_available, rate=status.restore_rate)
    if said.errors:
        raise _trouble(ctx, document, said.errors[0], cost)
    if said.data is None:
        raise BadData("Shopify answered without data.", answer.text, where=document.name)
    return said.data


def pages(
    ctx: Ctx,
    document: Document,
    pick: Callable[[dict[str, Any]], dict[str, Any] | None],
    /,
    after: str | None = None,
    **variables: Any,
) -> Iterator[dict[str, Any]]:
    """The nodes of all pages of a connection, which `pick` finds in the data; None: there is none.

    after: where the first of them ended, where it was read before.
    """
    for _ in range(_MOST_PAGES):
        found = pick(ask(ctx, document, after=after, **variables))
        if found is None:
            return
        yield from found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            return
        if found["pageInfo"]["endCursor"] in {None, after}:
            raise BadData("Shopify's pages lead nowhere.", where=document.name)
        after = found["pageInfo"]["endCursor"]
    raise BadData(f"Shopify has more than {_MOST_PAGES} pages of this.", where=document.name)


def inside(*path: str) -> Callable[[dict[str, Any]], Any]:
    """For `pages`: the connection that lies there in the data; None where something on the way is null."""

    def pick(data: dict[str, Any]) -> Any:
        found: Any = data
        for name in path:
            found = found[name] if found is not None else None
        return found

    return pick


@contextmanager
def sense(what: str, said: Any = None) -> Iterator[None]:
    """Whatever of an answer is missing inside of it, or of another kind than the API publishes, is BadData."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        payload = json.dumps(said)[:10_000] if said is not None else ""
        raise BadData(f"{what} makes no sense: {problem}.", payload, where=what) from error


def refuse(errors: Sequence[Mapping[str, Any]]) -> None:
    """Raise Rejected where a mutation was not taken: its `userErrors`."""
    for error in errors:
        said = UserError.model_validate(error)
        raise Rejected(said.code or "INVALID", said.message, field=".".join(said.field or ()) or None)


def _send(ctx: Ctx, document: Document, variables: Mapping[str, Any], token: str) -> Response:
    return ctx.http.request(
        "POST",
        f"{ctx.settings.base}/admin/api/{VERSION}/graphql.json",
        json={"query": document.text, "variables": variables, "operationName": document.name},
        headers={"x-shopify-access-token": token, "accept": "application/json"},
        cost=document.cost,
        reads=not document.acts,
    )


def _check_status(ctx: Ctx, document: Document, answer: Response) -> None:
    status, shop = answer.status_code, ctx.settings.shop
    if status == _OK:
        return
    if status == _UNAUTHORIZED:
        raise AuthExpired(f"Shopify refuses the token of {shop}. Install the app again, or give a new token.")
    if status in _CLOSED:
        raise AuthExpired(f"{shop} {_CLOSED[status]}.")
    if status == _TOO_MANY:
        raise RateLimited("Shopify asks for patience.", until=ctx.now() + _wait(answer))
    if status >= _FAILED:
        raise _failed(document, f"Shopify failed ({status}).", answer.headers.get("x-request-id"))
    raise Rejected(str(status), f"Shopify refuses what was asked ({status}).")


def _wait(answer: Response) -> timedelta:
    try:
        return timedelta(seconds=min(300.0, max(0.0, float(answer.headers.get("retry-after", "")))))
    except ValueError:
        return _PATIENCE


def _read(document: Document, answer: Response) -> Answer:
    try:
        return Answer.model_validate_json(answer.content)
    except ValidationError:
        error = BadData("What Shopify answered is no GraphQL answer.", answer.text[:10_000], where=document.name)
        # An act may have happened, whatever the answer looks like.
        raise (OutcomeUnknown(error.message) if document.acts else error) from None


def _failed(document: Document, message: str, handle: str | None = None) -> Exception:
    return OutcomeUnknown(message, handle) if document.acts else Retryable(message)


def _trouble(ctx: Ctx, document: Document, error: Trouble, cost: Cost | None) -> Exception:
    """An error of the whole answer, by its code."""
    match error.code:
        case "THROTTLED":
            return RateLimited("The points are used up.", until=ctx.now() + _refill(ctx, cost))
        case "ACCESS_DENIED":
            return Rejected("ACCESS_DENIED", f"The app may not do this: {error.message}")
        case "INTERNAL_SERVER_ERROR" | "TIMEOUT":
            return _failed(document, f"Shopify failed: {error.message}")
        case code:
            return Rejected(code or "INVALID", error.message)


def _refill(ctx: Ctx, cost: Cost | None) -> timedelta:
    """How long until the bucket holds what was asked for."""
    status = cost.throttle_status if cost is not None else None
    if cost is None or status is None or not status.restore_rate:
        return _PATIENCE
    missing = max(0.0, cost.requested_query_cost - status.currently_available)
    return timedelta(seconds=max(1.0, missing / status.restore_rate))


def model_of(kind: type[BaseModel], said: Any, what: str) -> Any:
    """A piece of an answer, typed. Raises BadData, which says where it makes no sense."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "$." + ".".join(str(part) for part in first["loc"])
        raise BadData(f"{what} makes no sense: {first['msg']}.", where=where) from None

"""Asking eBay: tokens, signatures, and what its errors mean."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote

from crossdock import (
    AuthExpired,
    BadData,
    Context,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Response,
    Retryable,
    Token,
)
from plugins.ebay import oauth
from plugins.ebay.operations import Operation
from plugins.ebay.settings import EbaySettings
from plugins.ebay.signing import sign

Ctx = Context[EbaySettings]
Params = Mapping[str, str | int]


def ask(
    ctx: Ctx,
    operation: Operation,
    path: Mapping[str, str] | None = None,
    params: Params | None = None,
    body: Any = None,
) -> dict[str, Any]:
    """One operation's answer; {} where it has none.

    Raises RateLimited, AuthExpired, Rejected; Retryable and BadData of what only reads; OutcomeUnknown of acts.
    """
    return _read(operation, send(ctx, operation, path, params, body))


def create(ctx: Ctx, operation: Operation, path: Mapping[str, str] | None = None, body: Any = None) -> str:
    """The id of what was made, which eBay tells as the end of an address. Raises as `ask` does."""
    answer = send(ctx, operation, path, None, body)
    made = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
    if not made:
        raise OutcomeUnknown(f"eBay took {operation.name} and did not say what it made.")
    return made


def send(
    ctx: Ctx,
    operation: Operation,
    path: Mapping[str, str] | None = None,
    params: Params | None = None,
    body: Any = None,
) -> Response:
    """An answer that is no error, with a token that is in force. Raises as `ask` does."""
    name, renew = (oauth.APPLICATION, oauth.of_application) if operation.application else (oauth.ACCESS, oauth.renewed)
    token = ctx.tokens.get(name, lambda last: renew(ctx, last))
    answer = _send(ctx, operation, path or {}, params, body, token)
    if answer.status_code == 401:  # noqa: PLR2004  # unauthorized
        token = ctx.tokens.get(name, lambda last: renew(ctx, last), refused=token.access)
        answer = _send(ctx, operation, path or {}, params, body, token)
    if answer.status_code >= 400:  # noqa: PLR2004  # the first of HTTP's errors
        _fail(ctx, operation, answer, token)
    return answer


def _send(
    ctx: Ctx, operation: Operation, path: Mapping[str, str], params: Params | None, body: Any, token: Token
) -> Response:
    settings = ctx.settings
    named = {key: quote(value, safe="") for key, value in path.items()}
    url = settings.hosts[operation.host] + operation.path.format(**named)
    content = None if body is None else json.dumps(body).encode()
    # Post-Order is older than OAuth and knows its tokens by another name.
    kind = "IAF" if operation.group == "post-order" else "Bearer"
    headers = {
        "authorization": f"{kind} {token.access}",
        "accept": "application/json",
        "x-ebay-c-marketplace-id": settings.marketplace_id,
    }
    if content is not None:
        headers["content-type"] = "application/json"
    if operation.money and settings.signing_key is not None and settings.signing_jwe is not None:
        headers |= sign(
            settings.signing_key.get_secret_value(),
            settings.signing_jwe.get_secret_value(),
            method=operation.method,
            url=url,
            body=content,
            at=ctx.now(),
        )
    return ctx.http.request(
        operation.method,
        url,
        params=params,
        headers=headers,
        content=content,
        group=operation.group,
        reads=not operation.acts,
    )


def _fail(ctx: Ctx, operation: Operation, answer: Response, token: Token) -> NoReturn:
    code, message = _first_error(answer)
    message = message[:300] if token.access not in message else "Its answer repeats the whole request."
    match answer.status_code:
        case 401:
            said = f"eBay refused a token that it has just given ({code})."
            raise AuthExpired(f"{said} Look whether this machine's clock is right, then give consent again.")
        case 403:
            said = f"eBay forbids {operation.name} to this application ({message}). Give consent again with all scopes."
            raise Rejected(code, said)
        case 429:
            until = ctx.now() + oauth.patience(answer)
            raise RateLimited("eBay asks for patience.", until=until, group=operation.group)
        case status if status >= 500:  # noqa: PLR2004  # a fault of the other side
            said = f"eBay failed with {status} at {operation.name}."
            raise OutcomeUnknown(said) if operation.acts else Retryable(said)
    raise Rejected(code, f"eBay refused {operation.name}: {message}")


def _first_error(answer: Response) -> tuple[str, str]:
    """(errorId, message): the Sell APIs say `errors`, Post-Order `error`, at times inside an `errorMessage`."""
    try:
        said = json.loads(answer.content)
        said = said.get("errorMessage") or said
        first = (said.get("errors") or said.get("error"))[0]
        return str(first.get("errorId", answer.status_code)), str(first.get("longMessage") or first["message"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return str(answer.status_code), "It gave no reason."


def _read(operation: Operation, answer: Response) -> dict[str, Any]:
    if not answer.content and (operation.acts or answer.status_code == 204):  # noqa: PLR2004  # no content
        return {}
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    problem = f"eBay's answer to {operation.name} is no JSON object."
    if operation.acts:
        raise OutcomeUnknown(problem)
    raise BadData(problem, answer.content[:10_000], where=operation.path)

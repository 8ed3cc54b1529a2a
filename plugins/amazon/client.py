"""Asking the Selling Partner API: tokens, usage plans, and what its errors mean."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
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
from plugins.amazon.operations import Operation
from plugins.amazon.settings import AmazonSettings

Ctx = Context[AmazonSettings]
Params = Mapping[str, str | int | Sequence[str] | None]

_NOTIFICATIONS = "sellingpartnerapi::notifications"
_STALE = ("has expired", "revoked, malformed or invalid")
"""What Amazon says of a token that another one should take the place of."""

_AGAIN = "Authorize it again in Seller Central and put the new token in refresh_token, or give consent again."
_MENDS = {
    "invalid_client": "Look client_id and client_secret up in the developer profile: a rotated secret ends in a week.",
    "invalid_grant": f"The seller took the consent back, or it ended after its year. {_AGAIN}",
    "unauthorized_client": f"The application may not act for this seller. {_AGAIN}",
}
"""By Login with Amazon's word for what is wrong."""


def ask(
    ctx: Ctx,
    operation: Operation,
    *,
    path: Mapping[str, str] | None = None,
    params: Params | None = None,
    body: Any = None,
    grantless: bool = False,
) -> dict[str, Any]:
    """One operation's answer; {} where it has none. Lists in `params` are sent with commas, what is None is left out.

    grantless: asked in the name of the application, not of the seller, as Amazon wants it of destinations.
    Raises RateLimited, AuthExpired, Rejected; Retryable and BadData of what only reads; OutcomeUnknown of acts.
    """
    name, renew = ("grantless", _grantless) if grantless else ("access", _renewed)
    token = ctx.tokens.get(name, lambda last: renew(ctx, last))
    answer = _send(ctx, operation, path or {}, params or {}, body, token)
    if _refused(answer):
        token = ctx.tokens.get(name, lambda last: renew(ctx, last), refused=token.access)
        answer = _send(ctx, operation, path or {}, params or {}, body, token)
    _observe(ctx, operation, answer)
    if answer.status_code >= 400:  # noqa: PLR2004  # the first of HTTP's errors
        _fail(ctx, operation, answer)
    return _read(operation, answer)


def held(said: Any, *names: str) -> dict[str, Any]:
    """An object within an answer, by the names on the way to it; {} where it is not there.

    Raises BadData where something else is in its place.
    """
    for place, name in enumerate(names):
        found = said.get(name) if isinstance(said, dict) else None
        said = {} if found is None else found
        if not isinstance(said, dict):
            where = "$." + ".".join(names[: place + 1])
            raise BadData(f"Amazon's answer has no object at {where}.", json.dumps(said)[:10_000], where=where)
    whole: dict[str, Any] = said
    return whole


def listed(said: Mapping[str, Any], name: str) -> list[Any]:
    """A list within an answer; [] where it is not there. Raises BadData where something else is in its place."""
    found = said.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadData(f"Amazon's answer has no list at {name}.", json.dumps(found)[:10_000], where=f"$.{name}")
    return found


def must_hold(said: Mapping[str, Any], name: str) -> None:
    """Raises BadData for an answer that lacks what each of its kind has."""
    if name not in said:
        raise BadData(f"Amazon's answer has no {name}.", json.dumps(said)[:10_000], where=f"$.{name}")


def text_of(said: Any, name: str) -> str:
    """A text within an answer that must be there. Raises BadData."""
    value = said.get(name) if isinstance(said, dict) else None
    if not isinstance(value, str) or not value:
        raise BadData(f"Amazon's answer has no {name}.", json.dumps(said)[:10_000], where=f"$.{name}")
    return value


def login(ctx: Ctx, form: Mapping[str, str]) -> dict[str, Any]:
    """What Login with Amazon gives. Raises AuthExpired where it refuses, with its own reason."""
    secret = ctx.settings.client_secret.get_secret_value()
    whole = {**form, "client_id": ctx.settings.client_id, "client_secret": secret}
    content = "&".join(f"{key}={quote(value, safe='')}" for key, value in whole.items()).encode()
    headers = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
    answer = ctx.http.request("POST", ctx.settings.login, headers=headers, content=content, reads=True)
    if answer.status_code == 429:  # noqa: PLR2004  # too many requests
        raise RateLimited("Login with Amazon asks for patience.", until=ctx.now() + timedelta(minutes=1))
    if answer.status_code >= 500:  # noqa: PLR2004  # a fault of the other side
        raise Retryable(f"Login with Amazon failed with {answer.status_code}.")
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    if answer.status_code != 200:  # noqa: PLR2004  # OK
        code = str(said.get("error") or "") if isinstance(said, dict) else ""
        reason = str(said.get("error_description") or "") if isinstance(said, dict) else ""
        mend = _MENDS.get(code, _MENDS["invalid_client"])
        raise AuthExpired(f"Login with Amazon refused: {reason or code or answer.status_code}. {mend}")
    if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
        raise BadData("Login with Amazon answered without a token.")  # and its answer may hold one: it is not kept
    return said


def token_of(ctx: Ctx, said: Mapping[str, Any], refresh: str | None) -> Token:
    """A token as it is kept, from an answer of `login`."""
    life = timedelta(seconds=int(said.get("expires_in", 3600)))
    return Token(
        access=str(said["access_token"]), expires_at=ctx.now() + life, refresh=said.get("refresh_token") or refresh
    )


def _renewed(ctx: Ctx, last: Token | None) -> Token:
    given = ctx.settings.refresh_token
    refresh = given.get_secret_value() if given is not None else last.refresh if last is not None else None
    if refresh is None:
        raise AuthExpired("There is no refresh token. Set refresh_token, or give consent on Amazon's page.")
    return token_of(ctx, login(ctx, {"grant_type": "refresh_token", "refresh_token": refresh}), refresh)


def _grantless(ctx: Ctx, _last: Token | None) -> Token:
    return token_of(ctx, login(ctx, {"grant_type": "client_credentials", "scope": _NOTIFICATIONS}), None)


def _send(ctx: Ctx, operation: Operation, path: Mapping[str, str], params: Params, body: Any, token: Token) -> Response:
    named = {key: quote(value, safe="") for key, value in path.items()}
    query = {
        key: value if isinstance(value, (str, int)) else ",".join(value)
        for key, value in params.items()
        if value is not None
    }
    return ctx.http.request(
        operation.method,
        ctx.settings.endpoint + operation.path.format(**named),
        params=query or None,
        headers={"x-amz-access-token": token.access, "accept": "application/json"},
        json=body,
        group=operation.name,
        reads=not operation.acts,
    )


def _refused(answer: Response) -> bool:
    """Whether it is the token that is refused. A token that no longer holds is a 403 here, as a missing role is."""
    if answer.status_code == 401:  # noqa: PLR2004  # unauthorized
        return True
    said = answer.text.lower()
    return answer.status_code == 403 and any(each in said for each in _STALE)  # noqa: PLR2004  # forbidden


def _observe(ctx: Ctx, operation: Operation, answer: Response) -> None:
    """An account may have another rate than the default: the answer says so."""
    said = answer.headers.get("x-amzn-RateLimit-Limit") or answer.headers.get("x-amzn-ratelimit-limit")
    try:
        rate = float(said or 0)
    except ValueError:
        return
    if rate > 0:
        ctx.http.observe(operation.name, rate=rate)


def _fail(ctx: Ctx, operation: Operation, answer: Response) -> NoReturn:
    status = answer.status_code
    code, message = _first_error(answer)
    if status == 429:  # noqa: PLR2004  # too many requests
        wait = timedelta(seconds=min(max(1 / operation.rate, 2), 600))
        said = f"Amazon's usage plan of {operation.name} is used up."
        raise RateLimited(said, until=ctx.now() + wait, group=operation.name)
    if _refused(answer):
        raise AuthExpired(f"Amazon refused a token that it has just given ({code}: {message}).")
    if status == 403:  # noqa: PLR2004  # forbidden
        raise Rejected(
            code,
            f"Amazon forbids {operation.name} to this application ({message}). Grant it the role in Seller Central's "
            "developer profile, then authorize it again.",
        )
    if status >= 500:  # noqa: PLR2004  # a fault of the other side
        said = f"Amazon failed with {status} at {operation.name}."
        raise OutcomeUnknown(said) if operation.acts else Retryable(said)
    raise Rejected(code, f"Amazon refused {operation.name}: {message}")


def _first_error(answer: Response) -> tuple[str, str]:
    try:
        first = json.loads(answer.content)["errors"][0]
        details = first.get("details")
        return str(first["code"]), f"{first['message']} {details}" if details else str(first["message"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return str(answer.status_code), "It gave no reason."


def _read(operation: Operation, answer: Response) -> dict[str, Any]:
    if answer.status_code == 204:  # noqa: PLR2004  # no content
        return {}
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    problem = f"Amazon's answer to {operation.name} is no JSON object."
    if operation.acts:
        raise OutcomeUnknown(problem)
    raise BadData(problem, answer.content[:10_000], where=operation.path)

"""GraphQL over HTTP: one operation a request, by GET or POST; subscriptions as server-sent events.

Follows the GraphQL-over-HTTP draft: `application/graphql-response+json` carries an honest status, and
`application/json` is 200 for whatever was understood as GraphQL.
"""

import asyncio
import hashlib
from typing import Any, cast

import structlog
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response as HTTPResponse

from schema.engine.engine import Response
from schema.http import graphiql, sse
from schema.http.parameters import BadRequest, Parameters, read
from schema.http.service import Service, encode, new_request_id, problem

log = structlog.get_logger()

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
PATIENCE = 0.05
"""Seconds after which a request that still runs is watched for its caller going away."""
QUERIES = frozenset({OperationType.QUERY})
POSTED = frozenset({OperationType.QUERY, OperationType.MUTATION})


async def endpoint(request: Request) -> HTTPResponse:
    """Answer one request."""
    service: Service = request.app.state.service
    accepted = request.headers.get("accept", "*/*").lower()
    if request.method == "GET" and "query" not in request.query_params and "text/html" in accepted:
        return graphiql.page()
    request_id = new_request_id()
    media = GRAPHQL if GRAPHQL in accepted else JSON
    try:
        response = await _answer(service, request, accepted, request_id, media)
    except BadRequest as refusal:
        response = _json(problem(refusal.message, refusal.code), refusal.status, media)
        if refusal.status == 405:  # noqa: PLR2004
            response.headers["allow"] = "GET, POST"
    except Exception:  # nothing of it may reach the caller
        log.exception("graphql.crashed", request_id=request_id)
        body = problem("Something broke on our side; the request id finds it in the log.", "INTERNAL")
        body["errors"][0]["extensions"]["requestId"] = request_id
        response = _json(body, 500, media)
    response.headers["x-request-id"] = request_id
    return response


async def _answer(service: Service, request: Request, accepted: str, request_id: str, media: str) -> HTTPResponse:
    credentials = request.headers.get("authorization") or request.headers.get("x-api-key")
    viewer = await service.viewer(credentials)
    if viewer is None:
        body = problem("Send an API key: `Authorization: Bearer <key>`.", "UNAUTHENTICATED")
        response = _json(body, 401, media)
        response.headers["www-authenticate"] = "Bearer"
        return response
    parameters = await read(request)
    context = service.context(viewer, request_id)
    if sse.CONTENT_TYPE in accepted:
        return await sse.respond(service, context, parameters)
    running = asyncio.ensure_future(
        service.engine.execute(
            parameters.query,
            context,
            variables=parameters.variables,
            operation_name=parameters.operation_name,
            allowed=QUERIES if request.method == "GET" else POSTED,
        )
    )
    try:
        result = await _unless_gone(request, service, parameters, running)
    finally:
        running.cancel()
    return _respond(request, result, media)


async def _unless_gone(
    request: Request, service: Service, parameters: Parameters, running: "asyncio.Future[Any]"
) -> Response:
    """The result. A query whose caller has gone is cancelled, and its SQL with it. Mutations run to their end."""
    await asyncio.wait({running}, timeout=PATIENCE)
    kind = service.engine.operation_type(parameters.query, parameters.operation_name)
    if running.done() or kind is not OperationType.QUERY:
        return cast("Response", await running)
    gone: asyncio.Future[Any] = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait([running, gone], return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
    if not running.done():
        raise BadRequest("The caller went away.", 499)
    return cast("Response", await running)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _respond(request: Request, result: Response, media: str) -> HTTPResponse:
    if result.wrong_method:
        response = _json(result.body(), 405, media)
        response.headers["allow"] = "POST"
        return response
    status = 200 if media == JSON or result.began else _status(result)
    response = _json(result.body(), status, media)
    if request.method == "GET" and result.began and not result.errors:
        tag = f'"{hashlib.blake2b(response.body, digest_size=12).hexdigest()}"'
        if request.headers.get("if-none-match") == tag:
            response = HTTPResponse(status_code=304)
        response.headers["etag"] = tag
        response.headers["cache-control"] = "private, no-cache"
        response.headers["vary"] = "authorization, x-api-key, accept"
    return response


def _status(result: Response) -> int:
    forbidden = any(error["extensions"].get("code") == "FORBIDDEN" for error in result.errors)
    return 403 if forbidden else 400


def _json(body: object, status: int, media: str) -> HTTPResponse:
    return HTTPResponse(encode(body), status_code=status, headers={"content-type": f"{media}; charset=utf-8"})

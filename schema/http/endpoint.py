"""GraphQL over HTTP: one operation a request, by GET or POST; subscriptions as server-sent events.

Follows the GraphQL-over-HTTP draft: `application/graphql-response+json` carries an honest status, and
`application/json` is 200 for whatever was understood as GraphQL.
"""

import asyncio
from typing import Any, cast

import structlog
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response as HTTPResponse

from schema.engine.engine import EVERYTHING, Response
from schema.http import graphiql, sse
from schema.http.etag import tagged
from schema.http.parameters import BadRequest, Parameters, read
from schema.http.service import BROKEN, Service, encode, new_request_id, problem

log = structlog.get_logger()

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
PATIENCE = 0.05
"""Seconds after which a request that still runs is watched for its caller going away."""
QUERIES = frozenset({OperationType.QUERY})
READ = QUERIES | {OperationType.SUBSCRIPTION}
POSTED = QUERIES | {OperationType.MUTATION}
NAMING = frozenset({"query", "extensions", "documentId"})
"""Parameters of an address that ask for something; without them, it is that of GraphiQL's page."""


async def endpoint(request: Request) -> HTTPResponse:
    """Answer one request."""
    service: Service = request.app.state.service
    accepted = request.headers.get("accept", "*/*").lower()
    if request.method == "GET" and not NAMING & request.query_params.keys() and "text/html" in accepted:
        return graphiql.page()
    request_id = new_request_id(request.headers.get("x-request-id"))
    structlog.contextvars.bind_contextvars(request_id=request_id)
    media = GRAPHQL if GRAPHQL in accepted else JSON
    try:
        response = await _answer(service, request, accepted, request_id, media)
    except BadRequest as refusal:
        status = 200 if refusal.understood and media == JSON else refusal.status
        response = _json(problem(refusal.message, refusal.code, requestId=request_id), status, media)
        response.headers["cache-control"] = "no-store"
        if refusal.status == 405:  # noqa: PLR2004
            response.headers["allow"] = "GET, POST"
    except Exception:  # nothing of it may reach the caller
        log.exception("graphql.crashed", request_id=request_id)
        response = _json(problem(BROKEN, "INTERNAL", requestId=request_id), 500, media)
    response.headers["x-request-id"] = request_id
    return response


async def _answer(service: Service, request: Request, accepted: str, request_id: str, media: str) -> HTTPResponse:
    credentials = request.headers.get("authorization") or request.headers.get("x-api-key")
    viewer = await service.viewer(credentials)
    if viewer is None:
        body = problem("Send an API key: `Authorization: Bearer <key>`.", "UNAUTHENTICATED", requestId=request_id)
        response = _json(body, 401, media)
        response.headers["www-authenticate"] = "Bearer"
        return response
    asked = service.settled(await read(request), viewer)
    context = service.context(viewer, request_id)
    if sse.CONTENT_TYPE in accepted:
        streamed = READ if request.method == "GET" else EVERYTHING
        return await sse.respond(service, context, asked, credentials, streamed)
    allowed = QUERIES if request.method == "GET" else POSTED
    running = asyncio.ensure_future(service.execute(asked, context, allowed))
    try:
        result = await _unless_gone(request, service, asked, running)
    finally:
        running.cancel()
    return _respond(request, result, media)


async def _unless_gone(
    request: Request, service: Service, asked: Parameters, running: "asyncio.Future[Any]"
) -> Response:
    """The result. A query whose caller has gone is cancelled, and its SQL with it. Mutations run to their end."""
    await asyncio.wait({running}, timeout=PATIENCE)
    if running.done() or service.operation_type(asked) is not OperationType.QUERY:
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
        return tagged(request, response)
    return response


def _status(result: Response) -> int:
    forbidden = any(error["extensions"].get("code") == "FORBIDDEN" for error in result.errors)
    return 403 if forbidden else 400


def _json(body: object, status: int, media: str) -> HTTPResponse:
    return HTTPResponse(encode(body), status_code=status, headers={"content-type": f"{media}; charset=utf-8"})

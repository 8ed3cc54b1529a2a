"""GraphQL over HTTP: one operation a request, by GET or POST; subscriptions as server-sent events.

Follows the GraphQL-over-HTTP draft: `application/graphql-response+json` carries an honest status, and
`application/json` is 200 for whatever was understood as GraphQL.
"""

from collections.abc import Mapping
from types import MappingProxyType

import structlog
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response as HTTPResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.away import AGAIN, SENTENCE, UNAVAILABLE, is_away
from schema.engine.engine import EVERYTHING, Response
from schema.http import etag, graphiql, sse
from schema.http.answers import GRAPHQL, JSON, Answers
from schema.http.departure import unless_gone
from schema.http.parameters import BadRequest, read
from schema.http.service import BROKEN, Service, encode, new_request_id, problem

log = structlog.get_logger()

PATH = "/graphql"
QUERIES = frozenset({OperationType.QUERY})
READ = QUERIES | {OperationType.SUBSCRIPTION}
POSTED = QUERIES | {OperationType.MUTATION}
NAMING = frozenset({"query", "extensions", "documentId"})
"""Parameters of an address that ask for something; without them, it is that of GraphiQL's page."""

Headers = Mapping[str, str]
_SOON: Headers = MappingProxyType({"retry-after": str(AGAIN), "cache-control": "no-store"})


class Endpoint:
    """The ASGI application at /graphql."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await _answer(Request(scope, receive), _headers(scope))
        await response(scope, receive, send)


class EndpointFirst:
    """Middleware: GraphQL is answered ahead of all routes, and of the compression and error pages that they need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.endpoint = Endpoint()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await self.endpoint(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _headers(scope: Scope) -> Headers:
    """Every header by its name in lower case, read in one pass; of one that comes twice, the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


async def _answer(request: Request, headers: Headers) -> HTTPResponse:
    """The answer to one request, whatever becomes of it."""
    accepted = headers.get("accept", "*/*").lower()
    if request.method == "GET" and "text/html" in accepted and not NAMING & request.query_params.keys():
        return graphiql.page()
    request_id = new_request_id(headers.get("x-request-id"))
    structlog.contextvars.bind_contextvars(request_id=request_id)
    answers = Answers(
        media=GRAPHQL if GRAPHQL in accepted else JSON,
        gzip="gzip" in headers.get("accept-encoding", ""),
        request_id=request_id,
    )
    try:
        return await _asked(request, headers, accepted, answers)
    except BadRequest as refusal:
        status = 200 if refusal.understood and answers.media == JSON else refusal.status
        body = problem(refusal.message, refusal.code, requestId=request_id)
        return await answers.write(body, status, {"cache-control": "no-store", **refusal.headers})
    except Exception as broken:  # nothing of it may reach the caller
        if is_away(broken):
            log.warning("graphql.away", request_id=request_id, error=str(broken))
            body = problem(SENTENCE, UNAVAILABLE, retryable=True, requestId=request_id)
            return await answers.write(body, 503, _SOON)
        log.exception("graphql.crashed", request_id=request_id)
        return await answers.write(problem(BROKEN, "INTERNAL", requestId=request_id), 500)


async def _asked(request: Request, headers: Headers, accepted: str, answers: Answers) -> HTTPResponse:
    if request.method not in {"GET", "POST"}:
        raise BadRequest("Send GraphQL by GET or POST.", 405, headers={"allow": "GET, POST"})
    service: Service = request.app.state.service
    credentials = headers.get("authorization") or headers.get("x-api-key")
    viewer = await service.viewer(credentials)
    if viewer is None:
        sentence = "Send an API key: `Authorization: Bearer <key>`."
        raise BadRequest(sentence, 401, "UNAUTHENTICATED", headers={"www-authenticate": "Bearer"})
    asked = service.settled(await read(request, headers), viewer)
    context = service.context(viewer, answers.request_id)
    by_address = request.method == "GET"
    if sse.CONTENT_TYPE in accepted:
        return await sse.respond(service, context, asked, credentials, READ if by_address else EVERYTHING)
    execution = service.execute(asked, context, QUERIES if by_address else POSTED)
    result = await unless_gone(
        request.receive, execution, ends=lambda: service.operation_type(asked) is OperationType.QUERY
    )
    if result.wrong_method:
        return await answers.write(result.body(), 405, {"allow": "POST"})
    if any(error["extensions"].get("code") == UNAVAILABLE for error in result.errors):
        some = any(value is not None for value in (result.data or {}).values())
        return await answers.write(result.body(), 200 if some else 503, _SOON)
    if by_address and result.began and not result.errors:
        return await _tagged(headers, result, answers)
    return await answers.write(result.body(), 200 if answers.media == JSON or result.began else _status(result))


async def _tagged(headers: Headers, result: Response, answers: Answers) -> HTTPResponse:
    """The answer with its tag; or 304 without a body, where the client has it already."""
    content = encode(result.body())
    named = {"etag": etag.tag_of(content), **etag.HEADERS}
    if etag.matches(headers.get("if-none-match", ""), named["etag"]):
        return answers.unchanged(named)
    return await answers.written(content, headers=named)


def _status(result: Response) -> int:
    forbidden = any(error["extensions"].get("code") == "FORBIDDEN" for error in result.errors)
    return 403 if forbidden else 400

"""The played store over HTTP: the Admin API and the consent page; its page for people is the SDK's."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from graphql import DocumentNode, GraphQLError, execute_sync, get_operation_ast, parse, validate
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from crossdock import Integration, Sandbox, Stage
from plugins.shopify.access import SCOPES
from plugins.shopify.documents import VERSION
from plugins.shopify.sandbox.api import schema
from plugins.shopify.sandbox.bucket import MOST, actual_cost, cost_of
from plugins.shopify.sandbox.desk import ShopDesk
from plugins.shopify.sandbox.store import Store
from plugins.shopify.settings import ShopifySettings

_GOODS = (("TEA-100", "8.50"), ("TEA-250", "18.00"), ("MUG-BLUE", "12.00"), ("POT-2L", "39.90"), ("SPOON", "4.25"))
_DAY = 86_400


def sandbox(integration: Integration[ShopifySettings], stage: Stage) -> Sandbox:
    """A store that sells a few things. `app.state.store` is its `Store`."""
    store = Store(integration.settings, stage)
    for sku, price in () if stage.wares else _GOODS:
        store.add_product(sku, price)
    for ware in stage.wares:
        store.add_product(ware.sku, f"{ware.price.amount:f}", stock=ware.available, title=ware.title)
    store.count_on(stage.run)
    return app_of(store)


def app_of(store: Store) -> Sandbox:
    app = Sandbox(
        ShopDesk(store),
        [
            Route("/admin/api/{version}/graphql.json", _graphql, methods=["POST"]),
            Route("/admin/oauth/authorize", _authorize),
            Route("/admin/oauth/access_token", _token, methods=["POST"]),
        ],
    )
    app.state.store = store
    return app


async def _graphql(request: Request) -> Response:
    body = await request.body()
    return await run_in_threadpool(_answer, _store(request), request, body)


def _answer(store: Store, request: Request, body: bytes) -> Response:
    if request.path_params["version"] != VERSION:
        return JSONResponse({"errors": "Not Found"}, 404)
    if not _is_known(store, request.headers.get("x-shopify-access-token", "")):
        said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return JSONResponse({"errors": said}, 401)
    try:
        said = json.loads(body)
        query, variables, name = str(said["query"]), said.get("variables") or {}, said.get("operationName") or ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    with store.lock:
        store.asked.append(name)
        fault = _fault(store, name)
        if fault in {"429", "500", "html"}:
            return _failed(fault)
        answer = _execute(store, query, variables, throttled=fault == "throttled")
        return _failed(fault, answer) if fault else JSONResponse(answer)


def _execute(store: Store, query: str, variables: Mapping[str, Any], *, throttled: bool) -> dict[str, Any]:
    try:
        document = _understood(query)
    except GraphQLError as error:
        return {"errors": [error.formatted]}
    cost = cost_of(document, schema(), variables)
    if cost > MOST:
        message = f"Query cost is {cost}, which exceeds the single query max cost limit ({MOST})."
        return {"errors": [{"message": message, "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
    if throttled or not store.bucket.take(cost, store.stage.now()):
        trouble = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        return {"errors": [trouble], "extensions": {"cost": store.bucket.status(cost, None)}}
    result = execute_sync(schema(), document, context_value=store, variable_values=dict(variables))
    actual = min(cost, actual_cost(result.data))
    store.bucket.give_back(cost - actual)
    return {**result.formatted, "extensions": {"cost": store.bucket.status(cost, actual)}}


@lru_cache
def _understood(query: str) -> DocumentNode:
    """A document that the schema allows. Raises GraphQLError."""
    document = parse(query)
    for error in validate(schema(), document):
        raise error
    if get_operation_ast(document) is None:
        raise GraphQLError("No operation was given.")
    return document


def _fault(store: Store, name: str) -> str:
    for key in (name, "*"):
        if store.faults.get(key):
            return store.faults[key].pop(0)
    return ""


def _failed(fault: str, answer: Mapping[str, Any] | None = None) -> Response:
    match fault:
        case "429":
            return JSONResponse({"errors": "Exceeded 2 calls per second"}, 429, headers={"retry-after": "2.0"})
        case "html":
            return HTMLResponse("<html><body>Something went wrong</body></html>")
        case "truncated":
            return Response(json.dumps(answer)[:-20], media_type="application/json")
        case "throttled":
            return JSONResponse(answer)
    return JSONResponse({"errors": "Internal Server Error"}, 500, headers={"x-request-id": "sandbox-1"})


async def _authorize(request: Request) -> Response:
    """Consent, given at once."""
    store, asked = _store(request), request.query_params
    if asked.get("client_id") != store.settings.client_id:
        return Response("Oauth error invalid_request: no such app", 400)
    said = {"code": "granted", "shop": store.settings.shop, "state": asked.get("state", ""), "timestamp": "0"}
    message = "&".join(f"{name}={value}" for name, value in sorted(said.items()))
    said["hmac"] = hmac.new(_secret(store).encode(), message.encode(), hashlib.sha256).hexdigest()
    return RedirectResponse(f"{asked.get('redirect_uri', '')}?{urlencode(said)}", 302)


async def _token(request: Request) -> Response:
    store = _store(request)
    try:
        said = await request.json()
        right = (said["client_id"], said["client_secret"]) == (store.settings.client_id, _secret(store))
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"error": "invalid_request"}, 400)
    grant = said.get("grant_type", "authorization_code")
    refreshes = {f"refresh-{token}" for token in store.tokens}
    known = {
        "authorization_code": said.get("code") == "granted",
        "refresh_token": said.get("refresh_token") in refreshes,
        "client_credentials": True,
    }
    if not right or not known.get(grant, False):
        return JSONResponse({"error": "invalid_grant" if right else "invalid_client"}, 400 if right else 401)
    token = f"shpat_{store.new('Token').rsplit('/', 1)[-1]}"
    store.tokens = {token}
    answer: dict[str, Any] = {"access_token": token, "scope": ",".join(SCOPES), "expires_in": _DAY}
    if grant != "client_credentials":
        answer["refresh_token"] = f"refresh-{token}"
    return JSONResponse(answer)


def _is_known(store: Store, token: str) -> bool:
    fixed = store.settings.access_token
    known = set(store.tokens) | ({fixed.get_secret_value()} if fixed is not None else set())
    return token in known


def _secret(store: Store) -> str:
    secret = store.settings.client_secret
    return secret.get_secret_value() if secret is not None else ""


def _store(request: Request) -> Store:
    return cast("Store", request.app.state.store)

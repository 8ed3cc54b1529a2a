"""The other side over HTTP: tokens, usage plans, faults on demand, and the way to each operation."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crossdock import Integration, Sandbox, Stage
from plugins.amazon.operations import ALL, Operation
from plugins.amazon.sandbox import answers, queue
from plugins.amazon.sandbox.desk import AccountDesk
from plugins.amazon.sandbox.refusals import Refused, check_query
from plugins.amazon.sandbox.store import Store
from plugins.amazon.settings import AmazonSettings

_GRANTLESS = {"getDestinations", "createDestination", "deleteSubscriptionById"}
_LIFE = timedelta(hours=1)
_CODES = {"404": "NotFound", "429": "QuotaExceeded"}


def make_sandbox(integration: Integration[AmazonSettings], stage: Stage) -> Sandbox:
    """One account, played. Its `Store` is `app.state.store`, for whoever wants to act in it."""
    settings = integration.settings
    store = Store(
        seller_id=settings.seller_id,
        marketplace=settings.marketplace_ids[0],
        now=stage.now,
        seed=stage.seed,
        wares=stage.wares,
        run=stage.run,
    )
    store.notify = lambda order, kind: queue.tell(store, order, kind)
    side = _Side(settings, stage, store)
    routes = [
        Route("/", side.queue, methods=["POST"]),
        Route("/auth/o2/token", side.login, methods=["POST"]),
        Route("/documents/{name}", side.document, methods=["GET", "PUT"]),
        *(Route(each.path, side.serve(each), methods=[each.method]) for each in ALL),
    ]
    app = Sandbox(AccountDesk(store), routes)
    app.state.store = store
    return app


class _Side:
    """Who may ask what, and how often."""

    def __init__(self, settings: AmazonSettings, stage: Stage, store: Store) -> None:
        self.settings, self.stage, self.store = settings, stage, store
        self.tokens: dict[str, tuple[datetime, bool]] = {}
        self.buckets: dict[str, tuple[float, datetime]] = {}

    def serve(self, operation: Operation) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            answer = await self._answer(operation, request)
            answer.headers["x-amzn-RequestId"] = self.store.name("request")
            answer.headers["x-amzn-RateLimit-Limit"] = f"{operation.rate * self.store.plan:g}"
            self.store.asked.append((operation.name, answer.status_code))
            return answer

        return endpoint

    async def _answer(self, operation: Operation, request: Request) -> Response:
        try:
            self._admit(operation, request)
            waiting = self.store.faults.get(operation.name, [])
            fault = waiting.pop(0) if waiting else ""
            _fail(fault)
            query = dict(request.query_params)
            check_query(operation.name, query)
            body = await _json(request) if operation.method in {"POST", "PATCH", "PUT"} else None
            asked = answers.Asked(path=dict(request.path_params), query=query, body=body, url=self.stage.url)
            with self.store.lock:
                answers.work_due(self.store)
                status, said = answers.ANSWERS[operation.name](self.store, asked)
        except Refused as refused:
            error = {"code": refused.code, "message": refused.message}
            return JSONResponse({"errors": [error]}, refused.status)
        content = json.dumps(said).encode() if said is not None else b""
        return _spoilt(fault, status, content)

    def _admit(self, operation: Operation, request: Request) -> None:
        """Raises Refused for a token that is missing, unknown or too old, and for asking too often."""
        expires, grantless = self.tokens.get(request.headers.get("x-amz-access-token", ""), (None, False))
        if expires is None:
            raise Refused(403, "Unauthorized", "The access token you provided is revoked, malformed or invalid.")
        if expires <= self.stage.now():
            raise Refused(403, "Unauthorized", "The access token you provided has expired.")
        if grantless != (operation.name in _GRANTLESS):
            raise Refused(403, "Unauthorized", "Access to requested resource is denied for this grant type.")
        rate, burst = operation.rate * self.store.plan, operation.burst * self.store.plan
        left, at = self.buckets.get(operation.name, (burst, self.stage.now()))
        left = min(burst, left + max(0.0, (self.stage.now() - at).total_seconds() * rate))
        self.buckets[operation.name] = (left - 1 if left >= 1 else left, self.stage.now())
        if left < 1:
            raise Refused(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")

    async def login(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        secret = self.settings.client_secret.get_secret_value()
        if (form.get("client_id"), form.get("client_secret")) != (self.settings.client_id, secret):
            said = {"error": "invalid_client", "error_description": "Client authentication failed"}
            return JSONResponse(said, 401)
        grant, given = form.get("grant_type"), self.settings.refresh_token
        known = {given.get_secret_value()} if given is not None else {"consented"}
        right = {
            "refresh_token": form.get("refresh_token") in known,
            "authorization_code": form.get("code") == "consent" and bool(form.get("redirect_uri")),
            "client_credentials": form.get("scope") == "sellingpartnerapi::notifications",
        }
        if self.store.refuses_login is not None:
            return JSONResponse(self.store.refuses_login, 400)
        if not right.get(grant or "", False):
            said = {"error": "invalid_grant", "error_description": "The request has an invalid grant parameter"}
            return JSONResponse(said, 400)
        access = self.store.name("Atza|token")
        self.tokens[access] = (self.stage.now() + _LIFE, grant == "client_credentials")
        made = {"access_token": access, "token_type": "bearer", "expires_in": int(_LIFE.total_seconds())}
        if grant != "client_credentials":
            made["refresh_token"] = next(iter(known))
        return JSONResponse(made)

    async def document(self, request: Request) -> Response:
        """Documents are reached by whoever knows where they are: their address holds their signature."""
        name = request.path_params["name"]
        if name not in self.store.documents:
            return Response(status_code=403)
        if request.method == "PUT":
            self.store.documents[name] = await request.body()
            return Response()
        return Response(self.store.documents[name] or b"", media_type="application/octet-stream")

    async def queue(self, request: Request) -> Response:
        body = await request.body()
        with self.store.lock:
            status, said = queue.serve(self.store, self.settings, request.url.path, request.headers, body)
        return JSONResponse(said, status, media_type="application/x-amz-json-1.0")


def _fail(fault: str) -> None:
    """Before anything is done. Raises Refused where the fault is a status."""
    if fault.isdecimal():
        raise Refused(int(fault), _CODES.get(fault, "InternalFailure"), "As it was told.")


async def _json(request: Request) -> Any:
    content = await request.body()
    try:
        return json.loads(content) if content else None
    except ValueError:
        raise Refused(400, "InvalidInput", "The body is no JSON.") from None


def _spoilt(fault: str, status: int, content: bytes) -> Response:
    """The answer, after the effect, as the fault has it."""
    if fault == "500 after":
        error = {"code": "InternalFailure", "message": "It was done, and then something broke."}
        return JSONResponse({"errors": [error]}, 500)
    if fault == "html":
        return Response("<html>Back soon</html>", media_type="text/html")
    if fault == "truncated":
        content = content[: len(content) // 2]
    return Response(content, status, media_type="application/json")

"""The sandbox as an ASGI app."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from crossdock import Sandbox, Stage
from plugins.ebay.sandbox.calls import Answer, Call, Refusal
from plugins.ebay.sandbox.desk import SellerDesk
from plugins.ebay.sandbox.gate import Gate
from plugins.ebay.sandbox.resources import Routes, finances, find, fulfillment, inventory, notification, post_order
from plugins.ebay.sandbox.store import Store
from plugins.ebay.settings import EbaySettings

_ROUTES: Routes = (
    *fulfillment.ROUTES,
    *post_order.ROUTES,
    *inventory.ROUTES,
    *finances.ROUTES,
    *notification.ROUTES,
)


class EbaySandbox(Sandbox):
    """`store` is the account, `gate` who may ask for it."""

    def __init__(self, settings: EbaySettings, stage: Stage) -> None:
        self.store = Store(settings, stage)
        self.gate = Gate(settings, stage)
        super().__init__(
            SellerDesk(self.store),
            [
                Route("/oauth2/authorize", self._consent),
                Route("/identity/v1/oauth2/token", self._token, methods=["POST"]),
                Route("/{path:path}", self._ask, methods=["GET", "POST", "PUT", "DELETE"]),
            ],
        )

    async def _token(self, request: Request) -> Response:
        return _response(self.gate.token(await request.body(), dict(request.headers)))

    async def _consent(self, request: Request) -> Response:
        """The seller always agrees. Here a RuName is an address, for there is nobody to look one up with."""
        back, state = request.query_params.get("redirect_uri", ""), request.query_params.get("state", "")
        if not back.startswith(("http://127.0.0.1", "http://localhost", "https://")):
            return JSONResponse({"error": "invalid_request"}, 400)
        return RedirectResponse(URL(back).include_query_params(code=self.gate.consent(), state=state))

    async def _ask(self, request: Request) -> Response:
        content = await request.body()
        # What the store sends to the hub, it sends while it answers: that must not hold up other requests.
        return _response(await run_in_threadpool(self._answer, request, content))

    def _answer(self, request: Request, content: bytes) -> Answer:
        path = f"/{request.path_params['path']}"
        try:
            application = self.gate.admit(request.method, path, request.url.netloc, content, dict(request.headers))
            answering, parts = find(_ROUTES, request.method, path)
            call = Call(
                parts, dict(request.query_params), content, request.headers.get("content-type", ""), application
            )
            with self.store.lock:
                return answering(self.store, call)
        except Refusal as no:
            return Answer(_error(no, post_order=path.startswith("/post-order/")), no.status)


def _error(no: Refusal, *, post_order: bool) -> dict[str, Any]:
    said = {"errorId": no.error_id, "domain": "API", "category": "REQUEST", "message": no.message}
    return {"error": [said]} if post_order else {"errors": [said]}


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers)

"""A plugin for Bazaar, a shop system that does not exist: its API is played by `sandbox.py`, over real HTTP."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import crossdock
from crossdock import (
    NOT_FOUND,
    About,
    AuthExpired,
    BadData,
    CancelOrder,
    CancelRequestData,
    ChannelReturn,
    ChannelReturnState,
    ChannelStock,
    Diagnosis,
    FulfillmentData,
    LineData,
    ListingData,
    ListingPage,
    Money,
    Notifications,
    OrderData,
    OrderPage,
    OrderWindow,
    OutcomeUnknown,
    PaymentData,
    PaymentState,
    Pending,
    Quarantined,
    RateLimit,
    RateLimited,
    RawOrder,
    Receipt,
    RefundOrder,
    Rejected,
    Retryable,
    ReturnDecision,
    ReturnedLine,
    ReturnPage,
    SecretStr,
    Settlement,
    SettlementLine,
    SettlementPage,
    ShipmentNotice,
    StockAnswer,
    StockLevelUpdate,
    Subscription,
    Token,
    Untrusted,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
    same_signature,
)


class BazaarSettings(crossdock.Settings):
    """`url` of the shop; `secret` signs webhooks; `client_secret` gets tokens; `size`, `rate`: of its bucket."""

    url: str
    shop: str = "main"
    secret: SecretStr = SecretStr("hush")
    client_secret: SecretStr = SecretStr("first")
    size: float = 1000
    rate: float = 1000


Ctx = crossdock.Context[BazaarSettings]


class Bazaar:
    def __init__(self, integration: crossdock.Integration[BazaarSettings]) -> None:
        self.integration = integration

    def fetch_orders(self, ctx: Ctx, window: OrderWindow) -> OrderPage:
        page = _ask(
            ctx,
            "GET",
            "/orders",
            since=window.since.isoformat(),
            until=window.until.isoformat(),
            cursor=window.cursor or "",
        )
        bad = tuple(Quarantined(source="orders", reason="It is no order.", payload=str(each)) for each in page["bad"])
        return OrderPage(orders=tuple(_raw(each) for each in page["orders"]), cursor=page["cursor"], quarantined=bad)

    def fetch_order(self, ctx: Ctx, external_id: str) -> RawOrder:
        return _raw(_ask(ctx, "GET", f"/orders/{external_id}"))

    def map_order(self, raw: RawOrder) -> OrderData:
        said = json.loads(raw.payload)
        if any(line["quantity"] < 0 for line in said["lines"]):
            raise BadData("A quantity is negative.", raw.payload, where="$.lines[*].quantity")
        nothing = Money.zero("GBP")
        lines = tuple(
            LineData(
                external_id=line["id"],
                sku=line["sku"],
                name=line["sku"],
                quantity=line["quantity"],
                unit_price=Money(line["pence"], "GBP"),
                discount=nothing,
                tax=nothing,
            )
            for line in said["lines"]
        )
        at = datetime.fromisoformat(said["placed"])
        paid = PaymentData(
            reference=f"pay-{said['id']}",
            gateway="bazaar",
            state=PaymentState.CAPTURED,
            amount=Money.sum((line.total for line in lines), "GBP"),
            at=at,
        )
        asks = said.get("cancel_request")
        return OrderData(
            external_id=said["id"],
            version=said["version"],
            placed_at=at,
            currency="GBP",
            lines=lines,
            payments=(paid,) if said["paid"] else (),
            fulfillments=tuple(
                FulfillmentData(external_id="sent", shipped_at=at, lines=((lines[0].external_id, said["sent"]),))
                for _ in range(1 if said["sent"] else 0)
            ),
            cancel_requests=(CancelRequestData(external_id=asks, at=at),) if asks else (),
            shipping_address=crossdock.Address(
                name="Ada", line1="1 High Street", city="London", postal_code="N1 9GU", country="GB"
            ),
        )

    def acknowledge(self, ctx: Ctx, external_ids: Sequence[str]) -> None:
        _ask(ctx, "POST", "/acknowledged", {"ids": list(external_ids)})

    def parse_webhook(self, settings: BazaarSettings, request: WebhookRequest) -> list[WebhookEvent] | WebhookReply:
        if request.method == "GET":
            return WebhookReply(body=request.query.encode(), content_type="text/plain")
        signed = hmac.new(settings.secret.get_secret_value().encode(), request.body, hashlib.sha256).hexdigest()
        if not same_signature(signed, request.headers.get("x-bazaar-signature", "")):
            raise Untrusted("The signature is wrong.", status=412)
        try:
            said = json.loads(request.body)
            about = {"order": About.ORDER, "return": About.RETURN, "bye": About.REVOKED}.get(said["topic"], About.OTHER)
            order = said.get("order")
            return [
                WebhookEvent(
                    topic=said["topic"],
                    event_id=said["event"],
                    about=about,
                    external_id=order["id"] if order else said.get("id"),
                    version=order["version"] if order else None,
                    payload=json.dumps(order, sort_keys=True) if order else "",
                    occurred_at=datetime.fromisoformat(said["at"]),
                )
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise BadData("The body is not what its topic says.", request.body) from error

    def subscribe(self, ctx: Ctx) -> Sequence[Subscription]:
        found = _ask(ctx, "PUT", "/subscriptions", {"address": ctx.address})
        return [Subscription(topic=topic, external_id=topic) for topic in found["topics"]]

    def unsubscribe(self, ctx: Ctx) -> None:
        _ask(ctx, "DELETE", "/subscriptions")

    def fetch_notifications(self, ctx: Ctx) -> Notifications:
        said = _ask(ctx, "GET", "/queue")
        events = tuple(
            WebhookEvent(topic="order", event_id=each["receipt"], external_id=each["order"]) for each in said["waiting"]
        )
        return Notifications(events=events, receipts=tuple(each["receipt"] for each in said["waiting"]))

    def forget_notifications(self, ctx: Ctx, receipts: Sequence[str]) -> None:
        _ask(ctx, "POST", "/queue/forget", {"receipts": list(receipts)})

    def publish_stock(self, ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        rows = [{"sku": each.external_sku, "quantity": each.quantity, "sequence": each.sequence} for each in updates]
        if ctx.handle is None:
            answer = _ask(ctx, "POST", "/feeds", {"rows": rows})
            raise Pending("The feed is worked through.", answer["feed"], timedelta(seconds=30))
        done = _ask(ctx, "GET", f"/feeds/{ctx.handle}")
        if not done["done"]:
            raise Pending("The feed is worked through.", ctx.handle, timedelta(seconds=30))
        return [StockAnswer(external_sku=each.external_sku) for each in updates]

    def read_stock(self, ctx: Ctx, external_skus: Sequence[str]) -> Sequence[ChannelStock]:
        known = _ask(ctx, "GET", "/stock")
        return [
            ChannelStock(external_sku=sku, quantity=known[sku], read_at=ctx.now())
            for sku in external_skus
            if sku in known
        ]

    def confirm_shipment(self, ctx: Ctx, notice: ShipmentNotice) -> Receipt:
        said = {"order": notice.order_external_id, "lines": notice.lines}
        return _act(ctx, "shipment", {**said, "tracking": notice.tracking_number, "corrects": notice.corrects})

    def find_shipment(self, ctx: Ctx, _notice: ShipmentNotice) -> Receipt | None:
        return _find(ctx)

    def cancel(self, ctx: Ctx, request: CancelOrder) -> Receipt:
        return _act(ctx, "cancel", {"order": request.order_external_id, "lines": request.lines})

    def find_cancel(self, ctx: Ctx, _request: CancelOrder) -> Receipt | None:
        return _find(ctx)

    def accept_cancel(self, ctx: Ctx, request: CancelOrder, *, accepted: bool) -> Receipt:
        return _act(ctx, "accept_cancel", {"request": request.request_external_id, "accepted": accepted})

    def find_accept_cancel(self, ctx: Ctx, _request: CancelOrder) -> Receipt | None:
        return _find(ctx)

    def refund(self, ctx: Ctx, request: RefundOrder) -> Receipt:
        return _act(ctx, "refund", {"order": request.order_external_id, "amount": request.amount.minor})

    def find_refund(self, ctx: Ctx, _request: RefundOrder) -> Receipt | None:
        return _find(ctx)

    def fetch_returns(self, ctx: Ctx, _window: OrderWindow) -> ReturnPage:
        found = _ask(ctx, "GET", "/returns")["returns"]
        return ReturnPage(
            returns=tuple(
                ChannelReturn(
                    external_id=each["id"],
                    order_external_id=each["order"],
                    requested_at=ctx.now(),
                    version=each["version"],
                    state=ChannelReturnState(each["state"]),
                    lines=tuple(
                        ReturnedLine(line_external_id=line, sku="", quantity=units, reason="DEFECTIVE")
                        for line, units in each["lines"]
                    ),
                )
                for each in found
            )
        )

    def decide_return(self, ctx: Ctx, decision: ReturnDecision) -> Receipt:
        return _act(ctx, "return", {"return": decision.return_external_id, "accepted": decision.accepted})

    def find_return_decision(self, ctx: Ctx, _decision: ReturnDecision) -> Receipt | None:
        return _find(ctx)

    def fetch_settlements(self, ctx: Ctx, _window: OrderWindow) -> SettlementPage:
        if ctx.handle is None:
            raise Pending("The report is written.", _ask(ctx, "POST", "/reports")["report"], timedelta(minutes=2))
        said = _ask(ctx, "GET", f"/reports/{ctx.handle}")
        lines = tuple(
            SettlementLine(
                external_id=each["id"],
                raw_kind=each["kind"],
                kind=crossdock.LineKind.COMMISSION if each["kind"] == "fee" else None,
                amount=Money(each["pence"], "GBP"),
                order_external_id=each["order"],
            )
            for each in said["lines"]
        )
        total = Money.sum((line.amount for line in lines), "GBP")
        return SettlementPage(settlements=(Settlement(external_id=said["id"], total=total, lines=lines),))

    def fetch_listings(self, ctx: Ctx) -> ListingPage:
        page = _ask(ctx, "GET", "/listings", cursor=ctx.cursor or "")
        return ListingPage(
            listings=tuple(
                ListingData(external_id=each["id"], external_sku=each["sku"], title=each["title"])
                for each in page["listings"]
            ),
            cursor=page["cursor"],
        )

    def check(self, ctx: Ctx) -> Sequence[Diagnosis]:
        said = _ask(ctx, "GET", "/shop")
        return [
            Diagnosis(name="shop", ok=said["open"], message=f"The shop is {'open' if said['open'] else 'closed'}.",
                      mend="Open it again in Bazaar.")
        ]  # fmt: skip

    def authorize_url(self, settings: BazaarSettings, *, redirect: str, state: str) -> str:
        return f"{settings.url}/consent?redirect={redirect}&state={state}"

    def exchange(self, _ctx: Ctx, callback: WebhookRequest, *, redirect: str) -> dict[str, Token]:
        assert redirect.endswith("/back")
        return {"access": Token(access="granted", refresh=callback.query.partition("code=")[2].partition("&")[0])}


def _raw(said: dict[str, Any]) -> RawOrder:
    return RawOrder(
        external_id=said["id"],
        payload=json.dumps(said, sort_keys=True),
        version=said["version"],
        changed_at=datetime.fromisoformat(said["changed"]),
    )


def _act(ctx: Ctx, what: str, said: dict[str, Any]) -> Receipt:
    return _receipt(ctx, _ask(ctx, "POST", "/acts", {"key": ctx.key, "what": what, **said}))


def _find(ctx: Ctx) -> Receipt | None:
    found = _ask(ctx, "GET", f"/acts/{ctx.key}")
    return _receipt(ctx, found) if found.get("id") else None


def _receipt(ctx: Ctx, said: dict[str, Any]) -> Receipt:
    return Receipt(external_id=said["id"], at=ctx.now())


def _ask(ctx: Ctx, method: str, path: str, body: Any = None, **params: str) -> Any:
    token = ctx.tokens.get("access", lambda last: _renewed(ctx, last))
    answer = _send(ctx, method, path, body, params, token)
    if answer.status_code == 401:
        token = ctx.tokens.get("access", lambda last: _renewed(ctx, last), refused=token.access)
        answer = _send(ctx, method, path, body, params, token)
    match answer.status_code:
        case 401:
            raise AuthExpired("Bazaar refused the token.")
        case 404:
            raise Rejected(NOT_FOUND, answer.text)
        case 422:
            raise Rejected("422", answer.text)
        case 429:
            raise RateLimited("Bazaar asks for patience.", until=ctx.now() + timedelta(seconds=60))
        case status if status >= 500:
            raise (Retryable if method == "GET" else OutcomeUnknown)(f"Bazaar failed with {status}.")
    try:
        return answer.json()
    except ValueError:
        raise BadData("Bazaar sent no JSON.", answer.text, where=path) from None


def _send(ctx: Ctx, method: str, path: str, body: Any, params: dict[str, str], token: Token) -> crossdock.Response:
    url, headers = f"{ctx.settings.url}{path}", {"authorization": f"Bearer {token.access}"}
    return ctx.http.request(method, url, params=params or None, headers=headers, json=body)


def _renewed(ctx: Ctx, last: Token | None) -> Token:
    secret = ctx.settings.client_secret.get_secret_value()
    answer = ctx.http.request(
        "POST",
        f"{ctx.settings.url}/token",
        json={"secret": secret, "refresh": last.refresh if last else None},
        reads=True,
    )
    if answer.status_code != 200:
        raise AuthExpired("Bazaar refused the client secret.")
    said = answer.json()
    return Token(access=said["access"], refresh=said["refresh"], expires_at=ctx.now() + timedelta(hours=1))


def _limits(settings: BazaarSettings) -> list[RateLimit]:
    return [RateLimit(size=settings.size, rate=settings.rate)]


def _store(settings: BazaarSettings) -> str:
    return settings.shop


@crossdock.hookimpl
def crossdock_providers() -> list[crossdock.Provider]:
    able = {"orders", "webhooks", "subscriptions", "notifications", "stock", "shipments", "cancel", "refund"}
    able |= {"returns", "settlements", "listings", "check", "install"}
    return [
        crossdock.Provider(
            "bazaar", "channel", BazaarSettings, Bazaar, capabilities=frozenset(able), limits=_limits, store=_store
        )
    ]

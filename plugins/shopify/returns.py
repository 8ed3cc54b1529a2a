"""Returns that shoppers asked for: found through their orders, for Shopify has no list of returns."""

from typing import Any

from crossdock import (
    BadData,
    ChannelReturn,
    ChannelReturnState,
    OrderWindow,
    Quarantined,
    Receipt,
    Rejected,
    ReturnDecision,
    ReturnedLine,
    ReturnPage,
)
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, model_of, pages, refuse, sense
from plugins.shopify.documents import beyond, orders
from plugins.shopify.orders import changed_in, following
from plugins.shopify.whole import rest
from plugins.shopify.wire.returns import Return, ReturnLine

PAGE = 10
_STATES = {
    "REQUESTED": ChannelReturnState.REQUESTED,
    "OPEN": ChannelReturnState.APPROVED,
    "DECLINED": ChannelReturnState.DECLINED,
    "CANCELED": ChannelReturnState.CANCELLED,
    "CLOSED": ChannelReturnState.CLOSED,
}
_REASONS = {
    "COLOR": "CHANGED_MIND",
    "DEFECTIVE": "DEFECTIVE",
    "NOT_AS_DESCRIBED": "NOT_AS_DESCRIBED",
    "SIZE_TOO_LARGE": "CHANGED_MIND",
    "SIZE_TOO_SMALL": "CHANGED_MIND",
    "STYLE": "CHANGED_MIND",
    "UNWANTED": "CHANGED_MIND",
    "WRONG_ITEM": "WRONG_ITEM",
}
_LONGEST_NOTE = 500


def fetch_returns(ctx: Ctx, window: OrderWindow) -> ReturnPage:
    """Returns of one page of the orders that changed in the window."""
    query = f"{changed_in(window)} -return_status:no_return"
    said = ask(ctx, orders.RETURNS, query=query, size=PAGE, after=window.cursor)
    with sense("A page of returns", said):
        page = said["orders"]
        names = [
            str(each["id"])
            for order in page["nodes"]
            for each in (*order["returns"]["nodes"], *rest(ctx, beyond.RETURNS, order, "returns"))
        ]
        cursor = following(page)
    found: list[ChannelReturn] = []
    aside: list[Quarantined] = []
    for name in names:
        try:
            with sense(f"Return {name}"):
                found.append(_mapped(_read(ctx, name)))
        except BadData as error:
            aside.append(Quarantined(source=name, reason=error.message, payload=name))
    return ReturnPage(returns=tuple(found), cursor=cursor, quarantined=tuple(aside))


def decide_return(ctx: Ctx, decision: ReturnDecision) -> Receipt:
    """Approve or decline. Money is given back by a refund, when the goods are here."""
    wish: dict[str, Any] = {"id": decision.return_external_id, "notifyCustomer": ctx.settings.notify_customer}
    if decision.accepted:
        said = ask(ctx, orders.APPROVE_RETURN, input=wish)["returnApproveRequest"]
    else:
        wish |= {"declineReason": "OTHER", "declineNote": decision.reason[:_LONGEST_NOTE] or None}
        said = ask(ctx, orders.DECLINE_RETURN, input=wish)["returnDeclineRequest"]
    refuse(said["userErrors"])
    return Receipt(external_id=said["return"]["id"], at=ctx.now(), message=said["return"]["status"])


def find_return_decision(ctx: Ctx, decision: ReturnDecision) -> Receipt | None:
    """What was decided, by whomever. Raises Rejected where it was the opposite."""
    found = _read(ctx, decision.return_external_id)
    if found.status == "REQUESTED":
        return None
    if (found.status in {"OPEN", "CLOSED"}) is not decision.accepted:
        raise Rejected("DECIDED", f"Return {found.name} was decided at Shopify: it is {found.status.lower()}.")
    return Receipt(external_id=found.id, at=found.created_at, message=found.status)


def _read(ctx: Ctx, name: str) -> Return:
    first: dict[str, Any] = {}

    def pick(data: dict[str, Any]) -> dict[str, Any]:
        if data["return"] is None:
            raise Rejected("NOT_FOUND", f"Shopify knows no return {name}.")
        first.update(data["return"])
        connection: dict[str, Any] = data["return"]["returnLineItems"]
        return connection

    nodes = list(pages(ctx, orders.RETURN, pick, id=name))
    found: Return = model_of(Return, {**first, "returnLineItems": {"nodes": nodes}}, "A return")
    return found


def _mapped(said: Return) -> ChannelReturn:
    state = _STATES.get(said.status)
    if state is None:
        raise BadData(f"Return {said.name} has a status that nobody knows: {said.status}.", where="$.status")
    return ChannelReturn(
        external_id=said.id,
        order_external_id=said.order.id,
        requested_at=said.created_at,
        lines=tuple(_line(each) for each in said.return_line_items.nodes if each.fulfillment_line_item is not None),
        note=said.name,
        state=state,
    )


def _line(said: ReturnLine) -> ReturnedLine:
    assert said.fulfillment_line_item is not None
    line, reason = said.fulfillment_line_item.line_item, said.return_reason_definition
    known = reason.handle.upper().replace("-", "_") if reason is not None else ""
    return ReturnedLine(
        line_external_id=line.id,
        sku=line.sku or "",
        quantity=said.quantity,
        reason=_REASONS.get(known, "OTHER"),
        note=said.customer_note or said.return_reason_note,
    )

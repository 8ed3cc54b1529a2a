"""Post-Order: cancellations and returns."""

from plugins.ebay.sandbox.calls import Answer, Call, Refusal, needed
from plugins.ebay.sandbox.resources import Routes
from plugins.ebay.sandbox.resources.fulfillment import order_of
from plugins.ebay.sandbox.store import Store
from plugins.ebay.wire import moment, money

_ROOT = "/post-order/v2"
_REASONS = {"BUYER_ASKED_CANCEL", "ADDRESS_ISSUES", "ORDER_UNPAID", "OUT_OF_STOCK_OR_CANNOT_FULFILL"}
_DECISIONS = {"APPROVE": "READY_FOR_SHIPPING", "DECLINE": "RETURN_REJECTED"}


def _cancel(store: Store, call: Call) -> Answer:
    said = call.said
    needed(said, "legacyOrderId")
    order = order_of(store, said["legacyOrderId"])
    if said.get("cancelReason") not in _REASONS:
        raise Refusal(400, 1612, "The reason is none that a seller may give.")
    if order["cancelStatus"]["cancelState"] != "NONE_REQUESTED":
        why = {"legacyOrderId": order["orderId"], "eligible": False, "failureReason": ["CANCELLATION_EXIST"]}
        return Answer({"orderEligibilityResult": why})
    if order["orderFulfillmentStatus"] != "NOT_STARTED":
        raise Refusal(400, 1602, "The order has shipped.")
    name = store.cancel_order(order["orderId"], reason=said["cancelReason"])
    store.done.append(("cancel", order["orderId"]))
    return Answer({"cancelId": name})


def _waiting(store: Store, name: str) -> str:
    """The order of a request that waits. Raises Refusal."""
    for order_id, order in store.orders.items():
        for each in order["cancelStatus"]["cancelRequests"]:
            if each["cancelRequestId"] == name:
                if each["cancelRequestState"] != "REQUESTED":
                    raise Refusal(400, 1603, "The request has been answered.")
                return order_id
    raise Refusal(404, 1600, "There is no such cancellation.")


def _approve(store: Store, call: Call) -> Answer:
    order_id = _waiting(store, call.path[0])
    store.close_cancel(order_id, call.path[0], accepted=True)
    store.done.append(("accept_cancel", order_id))
    return Answer()


def _reject(store: Store, call: Call) -> Answer:
    order_id, said = _waiting(store, call.path[0]), call.said
    if store.fulfillments[order_id] and not said.get("trackingNumber"):
        raise Refusal(400, 1604, "trackingNumber and shipmentDate are needed of an order that shipped.")
    store.close_cancel(order_id, call.path[0], accepted=False)
    store.done.append(("reject_cancel", order_id))
    return Answer()


def _returns(store: Store, call: Call) -> Answer:
    limit, offset = call.number("limit", 25, most=200), call.number("offset", 0, least=0)
    since, until = call.params.get("creation_date_range_from"), call.params.get("creation_date_range_to")
    found = [
        each
        for each in store.returns.values()
        if call.params.get("order_id", each["orderId"]) == each["orderId"]
        and (since is None or moment(since) <= moment(each["creationInfo"]["creationDate"]))
        and (until is None or moment(each["creationInfo"]["creationDate"]) <= moment(until))
    ]
    return Answer(
        {
            "members": found[offset : offset + limit],
            "paginationOutput": {"limit": limit, "offset": offset, "totalEntries": len(found)},
        }
    )


def _known(store: Store, name: str) -> str:
    if name not in store.returns:
        raise Refusal(404, 1700, "There is no such return.")
    return name


def _return(store: Store, call: Call) -> Answer:
    summary = store.returns[_known(store, call.path[0])]
    if call.params.get("fieldgroups", "FULL") != "SUMMARY":
        return Answer({"detail": {}})
    return Answer({"summary": summary})


def _decide(store: Store, call: Call) -> Answer:
    asked, decision = store.returns[_known(store, call.path[0])], call.said.get("decision")
    if decision not in _DECISIONS:
        raise Refusal(400, 1701, "decision is APPROVE or DECLINE.")
    if asked["status"] != "RETURN_REQUESTED":
        raise Refusal(400, 1702, "The return has been decided.")
    asked["status"] = asked["state"] = _DECISIONS[decision]
    store.done.append(("decide_return", asked["orderId"]))
    return Answer({})


def _refund(store: Store, call: Call) -> Answer:
    asked, said = store.returns[_known(store, call.path[0])], call.said
    needed(said, "refundDetail")
    needed(said["refundDetail"], "itemizedRefundDetail", "totalAmount")
    value = money(said["refundDetail"]["totalAmount"])
    if value > store.left(asked["orderId"]):
        raise Refusal(400, 1703, "The amount is more than was paid.")
    asked["status"] = asked["state"] = "CLOSED"
    store.give_back(asked["orderId"], value)
    store.done.append(("refund", asked["orderId"]))
    return Answer({"refundStatus": "SUCCESS"})


ROUTES: Routes = (
    ("POST", f"{_ROOT}/cancellation", _cancel),
    ("POST", f"{_ROOT}/cancellation/([^/]+)/approve", _approve),
    ("POST", f"{_ROOT}/cancellation/([^/]+)/reject", _reject),
    ("GET", f"{_ROOT}/return/search", _returns),
    ("GET", f"{_ROOT}/return/([^/]+)", _return),
    ("POST", f"{_ROOT}/return/([^/]+)/decide", _decide),
    ("POST", f"{_ROOT}/return/([^/]+)/issue_refund", _refund),
)

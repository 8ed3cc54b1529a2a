"""What the sandbox refuses, as the published description would: parameters, their shapes and sizes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Check = Callable[[str], bool]


class Refused(Exception):
    """The answer to a bad request, with Amazon's kind of error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def _any(_: str) -> bool:
    return True


def _moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _count(least: int, most: int) -> Check:
    return lambda text: text.isdecimal() and least <= int(text) <= most


def _list(most: int, *allowed: str) -> Check:
    return lambda text: (
        1 <= len(text.split(",")) <= most and all(part and (not allowed or part in allowed) for part in text.split(","))
    )


_LISTED = ("summaries", "attributes", "issues", "offers", "fulfillmentAvailability", "procurement", "relationships")
_INCLUDED = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)

QUERIES: dict[str, dict[str, Check]] = {
    "searchOrders": {
        "createdAfter": _moment,
        "createdBefore": _moment,
        "lastUpdatedAfter": _moment,
        "lastUpdatedBefore": _moment,
        "fulfillmentStatuses": _list(7),
        "marketplaceIds": _list(50),
        "fulfilledBy": _list(2, "MERCHANT", "AMAZON"),
        "maxResultsPerPage": _count(1, 100),
        "paginationToken": _any,
        "includedData": _list(11, *_INCLUDED),
    },
    "getOrder": {"includedData": _list(11, *_INCLUDED)},
    "getFeeds": {"feedTypes": _list(10), "createdSince": _moment, "pageSize": _count(1, 100), "nextToken": _any},
    "searchListingsItems": {
        "marketplaceIds": _list(1),
        "includedData": _list(8, *_LISTED, "productTypes"),
        "identifiers": _list(20),
        "identifiersType": _list(1, "ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC"),
        "sortBy": _list(1, "sku", "createdDate", "lastUpdatedDate"),
        "sortOrder": _list(1, "ASC", "DESC"),
        "pageSize": _count(1, 20),
        "pageToken": _any,
    },
    "patchListingsItem": {"marketplaceIds": _list(1), "includedData": _list(2, "identifiers", "issues")},
    "listFinancialEventGroups": {
        "FinancialEventGroupStartedAfter": _moment,
        "FinancialEventGroupStartedBefore": _moment,
        "MaxResultsPerPage": _count(1, 100),
        "NextToken": _any,
    },
    "listTransactions": {
        "postedAfter": _moment,
        "postedBefore": _moment,
        "relatedIdentifierName": _list(1, "FINANCIAL_EVENT_GROUP_ID", "ORDER_ID"),
        "relatedIdentifierValue": _any,
        "nextToken": _any,
    },
    "getSubscription": {"payloadVersion": _any},
    "listAllFulfillmentOrders": {"queryStartDate": _moment, "nextToken": _any},
    "getPackageTrackingDetails": {"packageNumber": _count(1, 2**31 - 1)},
    "getInventorySummaries": {
        "details": _list(1, "true", "false"),
        "granularityType": _list(1, "Marketplace"),
        "granularityId": _any,
        "marketplaceIds": _list(1),
        "nextToken": _any,
    },
}
"""What an operation may be asked with; operations that are not here take nothing."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "searchListingsItems": ("marketplaceIds",),
    "patchListingsItem": ("marketplaceIds",),
    "getPackageTrackingDetails": ("packageNumber",),
    "getInventorySummaries": ("granularityType", "granularityId", "marketplaceIds"),
}


def check_query(operation: str, query: Mapping[str, str]) -> None:
    """Raises Refused for a parameter that there is not, one of another shape, and one that is missing."""
    known = QUERIES.get(operation, {})
    for name, value in query.items():
        if name not in known or not known[name](value):
            raise Refused(400, "InvalidInput", f"Invalid value {value!r} for parameter {name}.")
    for name in REQUIRED.get(operation, ()):
        if name not in query:
            raise Refused(400, "InvalidInput", f"Parameter {name} is required.")


def check_body(body: Any, *required: str, strict: bool = True) -> dict[str, Any]:
    """A JSON object with these names; `strict`: each of them a text. Raises Refused."""
    if not isinstance(body, dict):
        raise Refused(400, "InvalidInput", "The body is no JSON object.")
    for name in required:
        if name not in body or (strict and not (isinstance(body[name], str) and body[name])):
            raise Refused(400, "InvalidInput", f"{name} is required.")
    return body

"""Payouts and transactions."""

from datetime import datetime

from plugins.amazon.sandbox.answers.asked import Asked, page_of
from plugins.amazon.sandbox.refusals import Refused
from plugins.amazon.sandbox.store import Said, Store


def list_payouts(store: Store, asked: Asked) -> tuple[int, Said | None]:
    after = asked.query.get("FinancialEventGroupStartedAfter", "2000-01-01T00:00:00Z")
    found = [
        each
        for each in store.payouts
        if datetime.fromisoformat(each["FinancialEventGroupStart"]) >= datetime.fromisoformat(after)
    ]
    page, token = page_of(found, asked.query.get("NextToken"), int(asked.query.get("MaxResultsPerPage", 10)))
    return 200, {"payload": {"FinancialEventGroupList": page, **({"NextToken": token} if token else {})}}


def list_transactions(store: Store, asked: Asked) -> tuple[int, Said | None]:
    name, value = asked.query.get("relatedIdentifierName"), asked.query.get("relatedIdentifierValue")
    if "postedAfter" not in asked.query and (name is None or value is None):
        raise Refused(400, "InvalidInput", "postedAfter, or a related identifier, is required.")
    wanted = {"relatedIdentifierName": name, "relatedIdentifierValue": value}
    found = [each for each in store.transactions if name is None or wanted in each["relatedIdentifiers"]]
    page, token = page_of(found, asked.query.get("nextToken"), 50)
    return 200, {"payload": {"transactions": page, **({"nextToken": token} if token else {})}}

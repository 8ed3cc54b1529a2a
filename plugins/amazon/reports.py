"""Reports: tables that Amazon writes when it is asked, which takes it minutes."""

from datetime import datetime, timedelta

from crossdock import BadData, Pending, Rejected
from plugins.amazon.client import Ctx, ask, text_of
from plugins.amazon.documents import download
from plugins.amazon.operations import CREATE_REPORT, GET_REPORT, GET_REPORT_DOCUMENT
from plugins.amazon.orders import instant

_AGAIN = timedelta(seconds=60)


def content(ctx: Ctx, kind: str, since: datetime, until: datetime) -> bytes:
    """What the report of this span holds; empty where Amazon has nothing to report.

    Raises Pending while it is written, with its id as the handle; BadData where Amazon gives it up.
    """
    if ctx.handle is None:
        body = {
            "reportType": kind,
            "dataStartTime": instant(since),
            "dataEndTime": instant(until),
            "marketplaceIds": list(ctx.settings.marketplace_ids),
        }
        raise _pending(text_of(ask(ctx, CREATE_REPORT, body=body), "reportId"))
    try:
        said = ask(ctx, GET_REPORT, path={"reportId": ctx.handle})
    except Rejected as error:  # asked for by this name again and again it would never come
        raise BadData(f"Amazon no longer knows the report {ctx.handle}: {error.message}") from None
    match said.get("processingStatus"):
        case "IN_QUEUE" | "IN_PROGRESS":
            raise _pending(ctx.handle)
        case "CANCELLED":
            return b""
        case "DONE":
            return download(ctx, GET_REPORT_DOCUMENT, "reportDocumentId", text_of(said, "reportDocumentId"))
        case status:
            raise BadData(f"Amazon did not write the report {ctx.handle}: it is {status}.", where="$.processingStatus")


def _pending(report_id: str) -> Pending:
    return Pending("Amazon writes the report.", report_id, _AGAIN)

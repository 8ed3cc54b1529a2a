"""Reports, which take Amazon a while to write."""

import gzip
from datetime import datetime

from plugins.amazon.sandbox import reporting
from plugins.amazon.sandbox.answers.asked import Asked
from plugins.amazon.sandbox.refusals import Refused, check_body
from plugins.amazon.sandbox.store import Said, Store


def create(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body, "reportType", "dataStartTime", "dataEndTime")
    if body["reportType"] not in reporting.REPORTS or not isinstance(body.get("marketplaceIds"), list):
        raise Refused(400, "InvalidInput", "There is no such report, or no marketplace.")
    report_id = str(60_000_000 + len(store.reports))
    store.reports[report_id] = {
        **body,
        "reportId": report_id,
        "createdTime": store.instant(),
        "processingStatus": "IN_QUEUE",
    }
    return 202, {"reportId": report_id}


def write_due(store: Store) -> None:
    """Write what has waited long enough."""
    for report in store.reports.values():
        ready = datetime.fromisoformat(report["createdTime"]) + store.feed_takes
        if report["processingStatus"] == "IN_QUEUE" and store.now() >= ready:
            span = (datetime.fromisoformat(report["dataStartTime"]), datetime.fromisoformat(report["dataEndTime"]))
            written = reporting.write(store, report["reportType"], *span)
            if written is None:
                report["processingStatus"] = "CANCELLED"
                continue
            name = store.name("document")
            store.documents[name] = gzip.compress(written.encode("cp1252"))
            report |= {"processingStatus": "DONE", "reportDocumentId": name}


def get(store: Store, asked: Asked) -> tuple[int, Said | None]:
    report = store.reports.get(asked.path["reportId"])
    if report is None:
        raise Refused(404, "NotFound", "There is no such report.")
    return 200, report


def get_document(store: Store, asked: Asked) -> tuple[int, Said | None]:
    name = asked.path["reportDocumentId"]
    if not store.documents.get(name):
        raise Refused(404, "NotFound", "There is no such document.")
    return 200, {"reportDocumentId": name, "url": f"{asked.url}/documents/{name}", "compressionAlgorithm": "GZIP"}

"""Documents and feeds."""

import gzip
from datetime import datetime

from plugins.amazon.sandbox import feeding
from plugins.amazon.sandbox.answers.asked import Asked
from plugins.amazon.sandbox.refusals import Refused, check_body
from plugins.amazon.sandbox.store import Said, Store


def create_document(store: Store, asked: Asked) -> tuple[int, Said | None]:
    check_body(asked.body, "contentType")
    name = store.name("document")
    store.documents[name] = None
    return 201, {"feedDocumentId": name, "url": f"{asked.url}/documents/{name}"}


def create_feed(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body, "feedType", "inputFeedDocumentId")
    content = store.documents.get(body["inputFeedDocumentId"])
    if not content or not isinstance(body.get("marketplaceIds"), list):
        raise Refused(400, "InvalidInput", "The document was not uploaded, or there is no marketplace.")
    feed_id = str(50_000_000 + len(store.feeds))
    store.feeds[feed_id] = {
        "feedId": feed_id,
        "feedType": body["feedType"],
        "createdTime": store.instant(),
        "processingStatus": "IN_QUEUE",
        "input": content,
    }
    return 202, {"feedId": feed_id}


def get_feed(store: Store, asked: Asked) -> tuple[int, Said | None]:
    feed = store.feeds.get(asked.path["feedId"])
    if feed is None:
        raise Refused(404, "NotFound", "There is no such feed.")
    return 200, _feed(feed)


def work_due(store: Store) -> None:
    """Work through what has waited long enough, as Amazon does whether it is asked about it or not."""
    for feed in store.feeds.values():
        ready = datetime.fromisoformat(feed["createdTime"]) + store.feed_takes
        if feed["processingStatus"] == "IN_QUEUE" and store.now() >= ready:
            name = store.name("document")
            store.documents[name] = gzip.compress(feeding.work(store, feed["feedType"], feed["input"]))
            feed |= {"processingStatus": "DONE", "resultFeedDocumentId": name}


def get_feeds(store: Store, asked: Asked) -> tuple[int, Said | None]:
    since = datetime.fromisoformat(asked.query["createdSince"]) if "createdSince" in asked.query else None
    types = asked.query.get("feedTypes", "").split(",")
    found = [
        _feed(feed)
        for feed in store.feeds.values()
        if feed["feedType"] in types and (since is None or datetime.fromisoformat(feed["createdTime"]) >= since)
    ]
    return 200, {"feeds": found[: int(asked.query.get("pageSize", 10))]}


def get_document(store: Store, asked: Asked) -> tuple[int, Said | None]:
    name = asked.path["feedDocumentId"]
    if not store.documents.get(name):
        raise Refused(404, "NotFound", "There is no such document.")
    return 200, {"feedDocumentId": name, "url": f"{asked.url}/documents/{name}", "compressionAlgorithm": "GZIP"}


def _feed(feed: Said) -> Said:
    return {name: value for name, value in feed.items() if name != "input"}

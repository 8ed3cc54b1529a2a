"""A queue that speaks the protocol of Amazon SQS (JSON, signed with AWS Signature Version 4)."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crossdock import AuthExpired, BadData, RateLimited, Rejected, Retryable
from plugins.amazon.client import Ctx

_CONTENT_TYPE = "application/x-amz-json-1.0"
_SIGNED = "content-type;host;x-amz-date;x-amz-target"
_REFUSALS = ("SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidSecurity", "AccessDenied", "UnrecognizedClient")

_OUT_OF_TIME = ("RequestExpired", "RequestTimeTooSkewed", "Signature expired", "Signature not yet current")


def call(ctx: Ctx, action: str, body: dict[str, Any]) -> dict[str, Any]:
    """One action on the integration's queue. All of them may be repeated: a message taken twice is told twice."""
    url = ctx.settings.queue_url
    if url is None:
        raise Rejected("NO_QUEUE", "There is no queue: set queue_url.")
    content = json.dumps({"QueueUrl": url, **body}).encode()
    address = endpoint_of(url)
    headers = signed_headers(ctx, address, action, content, ctx.now())
    answer = ctx.http.request("POST", address, headers=headers, content=content, group="sqs", reads=True)
    try:
        said = json.loads(answer.content or b"{}")
    except ValueError:
        said = None
    if answer.status_code == 200 and isinstance(said, dict):  # noqa: PLR2004  # OK
        return said
    kind = str(said.get("__type", "")).rpartition("#")[2] if isinstance(said, dict) else ""
    if answer.status_code == 429 or "Throttl" in kind:  # noqa: PLR2004  # too many requests
        raise RateLimited("The queue asks for patience.", until=ctx.now() + timedelta(seconds=5), group="sqs")
    told = str(said.get("message") or "") if isinstance(said, dict) else ""
    if any(word in f"{kind} {told}" for word in _OUT_OF_TIME):
        raise Retryable(f"The queue finds the clock of this machine wrong ({told or kind}). Have it set by NTP.")
    if answer.status_code in {401, 403} or kind.startswith(_REFUSALS):
        raise AuthExpired(f"The queue refused queue_key_id and queue_secret ({kind or answer.status_code}).")
    if answer.status_code >= 500:  # noqa: PLR2004  # a fault of the other side
        raise Retryable(f"The queue failed with {answer.status_code}.")
    if not isinstance(said, dict):
        raise BadData("The queue did not answer with JSON.", answer.content[:10_000])
    raise Rejected(kind or str(answer.status_code), told or "The queue gave no reason.")


def endpoint_of(queue_url: str) -> str:
    """Where actions on a queue are asked for: the address without the account and the name at its end."""
    place = urlsplit(queue_url)
    above = place.path.strip("/").split("/")[:-2]
    return f"{place.scheme}://{place.netloc}/{'/'.join([*above, ''])}"


def signed_headers(ctx: Ctx, address: str, action: str, content: bytes, now: datetime) -> dict[str, str]:
    """Headers with the signature of AWS Signature Version 4 over them and the body."""
    settings = ctx.settings
    assert settings.queue_key_id is not None
    assert settings.queue_secret is not None
    place, stamp = urlsplit(address), now.strftime("%Y%m%dT%H%M%SZ")
    target = f"AmazonSQS.{action}"
    scope = f"{stamp[:8]}/{settings.queue_region}/sqs/aws4_request"
    secret = settings.queue_secret.get_secret_value()
    signature = sign(secret, scope, stamp, canonical(place.netloc, place.path, stamp, target, content))
    return {
        "content-type": _CONTENT_TYPE,
        "x-amz-date": stamp,
        "x-amz-target": target,
        "authorization": (
            f"AWS4-HMAC-SHA256 Credential={settings.queue_key_id}/{scope}, SignedHeaders={_SIGNED}, "
            f"Signature={signature}"
        ),
    }


def canonical(host: str, path: str, stamp: str, target: str, content: bytes) -> str:
    """The request as both sides write it to sign it."""
    headers = f"content-type:{_CONTENT_TYPE}\nhost:{host}\nx-amz-date:{stamp}\nx-amz-target:{target}\n"
    return f"POST\n{path}\n\n{headers}\n{_SIGNED}\n{hashlib.sha256(content).hexdigest()}"


def sign(secret: str, scope: str, stamp: str, request: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

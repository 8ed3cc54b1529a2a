"""Documents that travel beside the API: fetched from, and sent to, wherever Amazon says."""

import zlib
from urllib.parse import urlsplit

from crossdock import BadData, Retryable
from plugins.amazon.client import Ctx, ask, text_of
from plugins.amazon.operations import Operation

_LARGEST = 64 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def upload(ctx: Ctx, url: str, content: bytes, content_type: str) -> None:
    """Raises Retryable where it is not taken."""
    headers = {"content-type": content_type}
    answer = ctx.http.request("PUT", _checked(url), headers=headers, content=content, reads=True)
    if answer.status_code >= 300 or answer.content:  # noqa: PLR2004  # the store has no words for a success
        raise Retryable(f"Amazon's store of documents refused the upload with {answer.status_code}.")


def download(ctx: Ctx, operation: Operation, name: str, document_id: str) -> bytes:
    """A document, unpacked. `operation` says where it is; `name` is that of its only parameter."""
    document = ask(ctx, operation, path={name: document_id})
    answer = ctx.http.request("GET", _checked(text_of(document, "url")))
    if answer.status_code != 200:  # noqa: PLR2004  # OK
        raise Retryable(f"Amazon's store of documents answered with {answer.status_code}.")
    return _unpacked(answer.content) if document.get("compressionAlgorithm") == "GZIP" else answer.content


def _unpacked(content: bytes) -> bytes:
    """Never more than a document can be, however small it is packed."""
    try:
        unpacking = zlib.decompressobj(_GZIP)
        plain = unpacking.decompress(content, _LARGEST)
    except zlib.error:
        raise BadData("Amazon's document cannot be unpacked.") from None
    if unpacking.unconsumed_tail:
        raise BadData("Amazon's document is larger than 64 MB.")
    if not unpacking.eof:
        raise BadData("Amazon's document breaks off.")
    return plain


def _checked(url: str) -> str:
    """Documents travel over https, except on this machine itself."""
    place = urlsplit(url)
    if place.scheme == "https" or place.hostname in {"127.0.0.1", "::1", "localhost"}:
        return url
    raise BadData("Amazon named a place for a document that is not https.")

"""Documents: files behind signed, short-lived addresses."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

import strawberry
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core import clock
from core.shipments import models
from schema.context import Context
from schema.engine import column, computed, node

LASTS = 15 * 60
"""Seconds that an address works for."""

_MEDIA = {"pdf": "application/pdf", "png": "image/png", "zpl": "application/zpl", "html": "text/html"}
_MOMENT = re.compile(r"[0-9]{1,12}")
_HEADERS = {
    "cache-control": "private, max-age=900",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "x-content-type-options": "nosniff",
}
"""A document may come from somebody else's system: it must not run as a page of ours."""


strawberry.enum(models.DocumentKind)


@node(models.Document)
class Document:
    """A file that the hub made or was given."""

    kind: models.DocumentKind = column(models.Document.kind)
    format: str = column(models.Document.format)

    @computed(requires=[models.Document.id])
    @staticmethod
    def url(documents: Sequence[models.Document], ctx: Context) -> list[str]:
        """Signed, and good for a quarter of an hour."""
        return [address(document.id, ctx.hub.signing_key) for document in documents]


def address(document_id: int, key: bytes) -> str:
    """The path of a document, valid from now on for a while."""
    until = int(clock.now().timestamp()) + LASTS
    return f"/documents/{document_id}?until={until}&signature={_signature(document_id, until, key)}"


def _signature(document_id: int, until: int, key: bytes) -> str:
    signed = hmac.new(key, f"document:{document_id}:{until}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


async def serve(request: Request) -> Response:
    """GET /documents/{id}: the file, where the signature is ours and not too old."""
    document_id = int(request.path_params["id"])
    until = request.query_params.get("until", "")
    key: bytes = request.app.state.hub.signing_key
    signature = request.query_params.get("signature", "").encode()
    if not _MOMENT.fullmatch(until) or not hmac.compare_digest(
        _signature(document_id, int(until), key).encode(), signature
    ):
        return PlainTextResponse("This address was not signed by the hub; ask the API for a new one.", 403)
    if int(until) < clock.now().timestamp():
        return PlainTextResponse("This address has expired; ask the API for a new one.", 410)
    rows = await request.app.state.database.select(
        select(models.Document.content, models.Document.format).where(models.Document.id == document_id)
    )
    if not rows:
        return PlainTextResponse("There is no such document.", 404)
    media_type = _MEDIA.get(rows[0].format, "application/octet-stream")
    return Response(bytes(rows[0].content), media_type=media_type, headers=_HEADERS)

"""Documents: files behind signed, short-lived addresses."""

import base64
import hashlib
import hmac
import time
from collections.abc import Sequence

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.shipments import models
from schema.context import Context
from schema.engine import column, computed, node
from schema.scalars import DocumentKind

LASTS = 15 * 60
"""Seconds that an address works for."""

_MEDIA = {"pdf": "application/pdf", "png": "image/png", "zpl": "application/zpl", "html": "text/html"}


@node(models.Document)
class Document:
    """A file that the hub made or was given."""

    kind: DocumentKind = column(models.Document.kind)  # type: ignore[assignment]
    format: str = column(models.Document.format)

    @computed(requires=[models.Document.id])
    @staticmethod
    def url(documents: Sequence[models.Document], ctx: Context) -> list[str]:
        """Signed, and good for a quarter of an hour."""
        return [address(document.id, ctx.hub.signing_key) for document in documents]


def address(document_id: int, key: bytes, *, now: float | None = None) -> str:
    """The path of a document, valid from now on for a while."""
    until = int(now if now is not None else time.time()) + LASTS
    return f"/documents/{document_id}?until={until}&signature={_signature(document_id, until, key)}"


def _signature(document_id: int, until: int, key: bytes) -> str:
    signed = hmac.new(key, f"document:{document_id}:{until}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


async def serve(request: Request) -> Response:
    """GET /documents/{id}: the file, where the signature is ours and not too old."""
    document_id = int(request.path_params["id"])
    until = request.query_params.get("until", "")
    key: bytes = request.app.state.hub.signing_key
    if not until.isdigit() or not hmac.compare_digest(
        _signature(document_id, int(until), key), request.query_params.get("signature", "")
    ):
        return PlainTextResponse("This address was not signed by the hub; ask the API for a new one.", 403)
    if int(until) < time.time():
        return PlainTextResponse("This address has expired; ask the API for a new one.", 410)
    rows = await request.app.state.database.select(
        select(models.Document.content, models.Document.format).where(models.Document.id == document_id)
    )
    if not rows:
        return PlainTextResponse("There is no such document.", 404)
    return Response(bytes(rows[0].content), media_type=_MEDIA.get(rows[0].format, "application/octet-stream"))

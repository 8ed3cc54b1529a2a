"""Answers that a client keeps and asks after: 304 where nothing changed.

The tags are weak: the same answer has the same tag, however it is compressed on its way.
"""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

HEADERS = {"cache-control": "private, no-cache", "vary": "authorization, x-api-key, accept"}


def tagged(request: Request, response: Response) -> Response:
    """The answer with its tag; or 304 without a body, where the client has it already."""
    tag = f'W/"{hashlib.blake2b(response.body, digest_size=12).hexdigest()}"'
    if _matches(request.headers.get("if-none-match", ""), tag):
        response = Response(status_code=304)
    response.headers.update({"etag": tag, **HEADERS})
    return response


def _matches(given: str, tag: str) -> bool:
    known = {one.strip().removeprefix("W/") for one in given.split(",")}
    return "*" in known or tag.removeprefix("W/") in known

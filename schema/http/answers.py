"""Answers as one caller takes them: their media type, compressed or not, with the request id among the headers."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from anyio import to_thread
from starlette.responses import Response

from schema.http.service import encode

JSON, GRAPHQL = "application/json", "application/graphql-response+json"

_SHORT = 1400
"""Bytes that fit one packet: compressing them gains nothing."""
_LONG = 128 * 1024
"""Bytes from which on a worker thread compresses, so that nobody else waits for it."""
_LEVEL = 4
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Answers:
    """What a request says of how it is to be answered."""

    media: str
    gzip: bool
    request_id: str

    async def write(self, body: object, status: int = 200, headers: Mapping[str, str] = _NONE) -> Response:
        """The answer with this body, which becomes JSON."""
        return await self.written(encode(body), status, headers)

    async def written(self, content: bytes, status: int = 200, headers: Mapping[str, str] = _NONE) -> Response:
        """The same where the JSON has been made already."""
        named = {"content-type": f"{self.media}; charset=utf-8", "x-request-id": self.request_id, **headers}
        if len(content) >= _SHORT:
            named["vary"] = f"{named['vary']}, accept-encoding" if "vary" in named else "accept-encoding"
            if self.gzip:
                named["content-encoding"] = "gzip"
                content = await _compressed(content)
        return Response(content, status, named)

    def unchanged(self, headers: Mapping[str, str]) -> Response:
        """304: the client has it."""
        return Response(status_code=304, headers={"x-request-id": self.request_id, **headers})


async def _compressed(content: bytes) -> bytes:
    if len(content) < _LONG:
        return gzip.compress(content, _LEVEL, mtime=0)
    return await to_thread.run_sync(gzip.compress, content, _LEVEL)

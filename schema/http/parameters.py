"""What a request asks for, read from a POST's JSON or a GET's address, and refused with a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from starlette.requests import Request

LONGEST_BODY = 2 * 1024 * 1024
"""Bytes."""
GONE = "The caller went away."
_NONE: Mapping[str, str] = MappingProxyType({})


class BadRequest(Exception):
    """The request is not GraphQL over HTTP, as `status` says; or it is `understood`, and refused all the same."""

    def __init__(
        self,
        message: str,
        status: int = 400,
        code: str = "BAD_REQUEST",
        *,
        understood: bool = False,
        headers: Mapping[str, str] = _NONE,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.understood = understood
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Parameters:
    """`query` is empty where a document is named instead: by id, or by the SHA-256 of its text."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    hash: str | None = None
    document_id: str | None = None


async def read(request: Request, headers: Mapping[str, str]) -> Parameters:
    """The parameters of a GET or a POST. Raises BadRequest."""
    if request.method == "GET":
        return from_mapping(_from_address(request.query_params))
    kind, _, options = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise BadRequest("Send the operation as application/json.", 415)
    if options and "charset" in options.lower() and "utf-8" not in options.lower():
        raise BadRequest("Send JSON as UTF-8.", 415)
    try:
        body = orjson.loads(await _body(request, headers.get("content-length", "0")))
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not JSON.") from None
    return from_mapping(body)


async def _body(request: Request, declared: str) -> bytes:
    if declared.isdecimal() and int(declared) > LONGEST_BODY:
        raise BadRequest("The body is larger than 2 MB.", 413, "TOO_LARGE")
    parts, size, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise BadRequest(GONE, 499)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > LONGEST_BODY:
            raise BadRequest("The body is larger than 2 MB.", 413, "TOO_LARGE")
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _from_address(given: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = dict(given)
    for name in ("variables", "extensions"):
        if given.get(name):
            try:
                body[name] = orjson.loads(given[name])
            except orjson.JSONDecodeError:
                raise BadRequest(f"`{name}` is not JSON.") from None
        else:
            body.pop(name, None)
    if not body.get("operationName"):
        body.pop("operationName", None)
    return body


def from_mapping(body: Any) -> Parameters:
    """Parameters of a decoded request. Raises BadRequest."""
    if isinstance(body, list):
        raise BadRequest("Send one operation at a time: batching is off.")
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object with a `query`.")
    query, name = body.get("query"), body.get("operationName")
    variables, extensions = body.get("variables"), body.get("extensions")
    if query is not None and not isinstance(query, str):
        raise BadRequest("`query` must be the text of a GraphQL document.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("`operationName` must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("`variables` must be an object.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest("`extensions` must be an object.")
    digest, document_id = _hash(extensions or {}), body.get("documentId")
    if document_id is not None and (not isinstance(document_id, str) or query or digest):
        raise BadRequest("`documentId` must be a string, and stands in place of a query.")
    if not query and digest is None and document_id is None:
        raise BadRequest("Send the text of a GraphQL document as `query`, or name one.")
    return Parameters(query or "", variables or {}, name, digest, document_id)


def _hash(extensions: dict[str, Any]) -> str | None:
    """The SHA-256 of a persisted query, as Apollo's clients send it."""
    asked = extensions.get("persistedQuery")
    if asked is None:
        return None
    digest = asked.get("sha256Hash") if isinstance(asked, dict) else None
    if not isinstance(digest, str) or asked.get("version", 1) != 1:
        raise BadRequest("`extensions.persistedQuery` must have `version` 1 and a `sha256Hash`.")
    return digest

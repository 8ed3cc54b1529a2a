"""What a request asks for, read from a POST's JSON or a GET's address, and refused with a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from schema.http.service import LONGEST_BODY


class BadRequest(Exception):
    """The request is not GraphQL over HTTP; `status` says how."""

    def __init__(self, message: str, status: int = 400, code: str = "BAD_REQUEST") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Parameters:
    query: str
    variables: dict[str, Any]
    operation_name: str | None


async def read(request: Request) -> Parameters:
    """The parameters of a request. Raises BadRequest."""
    if request.method == "GET":
        return from_mapping(_from_address(request.query_params))
    if request.method != "POST":
        raise BadRequest("Send GraphQL by GET or POST.", 405)
    kind, _, options = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise BadRequest("Send the operation as application/json.", 415)
    if "charset" in options.lower() and "utf-8" not in options.lower():
        raise BadRequest("Send JSON as UTF-8.", 415)
    try:
        body = orjson.loads(await _body(request))
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not JSON.") from None
    return from_mapping(body)


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > LONGEST_BODY:
        raise BadRequest("The body is larger than 2 MB.", 413, "TOO_LARGE")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LONGEST_BODY:
            raise BadRequest("The body is larger than 2 MB.", 413, "TOO_LARGE")
        parts.append(part)
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
    if not isinstance(query, str) or not query:
        raise BadRequest("`query` must be the text of a GraphQL document.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("`operationName` must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("`variables` must be an object.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest("`extensions` must be an object.")
    return Parameters(query, variables or {}, name)

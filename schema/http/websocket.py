"""Operations over WebSocket, many a connection: the protocol graphql-transport-ws."""

import asyncio
from contextlib import aclosing, suppress
from typing import Any, cast

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from schema.away import is_away
from schema.context import Viewer
from schema.engine.engine import Response
from schema.http.parameters import LONGEST_BODY, BadRequest, from_mapping
from schema.http.results import results
from schema.http.service import BROKEN, Service, encode, new_request_id, problem
from schema.http.sse import SLOWEST
from schema.http.standing import lapsed, let_go

log = structlog.get_logger()

PROTOCOL = "graphql-transport-ws"
PATIENCE = 10.0
"""Seconds that a client has for connection_init."""
MOST = 50
"""Operations that one connection may have open."""
_FAREWELL = 2.0
"""Seconds in which a connection takes its closing code, or goes without."""


class Refused(Exception):
    """The connection is closed with this code: the client broke the protocol, or has lost its right."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def websocket_endpoint(socket: WebSocket) -> None:
    """Serve one connection until either side ends it."""
    if PROTOCOL not in socket.scope.get("subprotocols", ()):
        await socket.accept()
        await socket.close(4406, "Subprotocol not acceptable")
        return
    connection = _Connection(socket, socket.app.state.service)
    try:
        await socket.accept(PROTOCOL)
        await connection.serve()
    except Refused as refusal:
        await _close(socket, refusal.code, refusal.reason)
    except WebSocketDisconnect:
        pass
    except Exception as broken:  # nothing of it may reach the caller
        if is_away(broken):
            log.warning("graphql.away", error=str(broken))
            await _close(socket, 1013, "Try again later")
        else:
            log.exception("graphql.socket_failed")
            await _close(socket, 1011, "Internal error")
    finally:
        await connection.end()


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(_FAREWELL):  # one that reads nothing would not take this either
            await socket.close(code, reason)


class _Connection:
    def __init__(self, socket: WebSocket, service: Service) -> None:
        self.socket = socket
        self.service = service
        self.viewer: Viewer | None = None
        self.open: dict[str, asyncio.Task[None]] = {}
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Ends the connection from wherever its end is noticed."""

    async def serve(self) -> None:
        try:
            first = await asyncio.wait_for(self._receive(), PATIENCE)
        except TimeoutError:
            raise Refused(4408, "Connection initialisation timeout") from None
        credentials = await self._begin(first)
        assert self.viewer is not None
        reading = asyncio.ensure_future(self._read())
        lost = asyncio.ensure_future(lapsed(self.service, self.viewer, credentials))
        try:
            await asyncio.wait({reading, lost, self.over}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (self.over, reading):
                if ended.done():
                    ended.result()
            raise Refused(4403, "The API key is no longer valid")
        finally:
            await let_go(reading, lost)

    async def end(self) -> None:
        """Stop what is still open, and wait until it has let go of its connections."""
        await let_go(self.over, *self.open.values())

    async def _begin(self, message: dict[str, Any]) -> str | None:
        """The credentials of whoever opens the connection."""
        if message["type"] != "connection_init":
            raise Refused(4401, "Unauthorized")
        payload = message.get("payload")
        given = {str(name).lower(): value for name, value in payload.items()} if isinstance(payload, dict) else {}
        said = given.get("authorization") or given.get("x-api-key")
        headers = self.socket.headers
        credentials = said if isinstance(said, str) else headers.get("authorization") or headers.get("x-api-key")
        self.viewer = await self.service.viewer(credentials)
        if self.viewer is None:
            raise Refused(4403, "Forbidden")
        await self._send({"type": "connection_ack"})
        return credentials

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            match message["type"]:
                case "ping":
                    await self._send({"type": "pong"})
                case "pong":
                    pass
                case "subscribe":
                    self._subscribe(message)
                case "complete":
                    if (task := self.open.pop(str(message.get("id")), None)) is not None:
                        task.cancel()
                case "connection_init":
                    raise Refused(4429, "Too many initialisation requests")
                case _:
                    raise Refused(4400, "Unknown message type")

    def _subscribe(self, message: dict[str, Any]) -> None:
        name, payload = message.get("id"), message.get("payload")
        if not isinstance(name, str) or not name or not isinstance(payload, dict):
            raise Refused(4400, "A subscribe message needs an id and a payload")
        if name in self.open:
            raise Refused(4409, f"Subscriber for {name[:64]} already exists")
        if len(self.open) >= MOST:
            raise Refused(4429, "Too many operations")
        self.open[name] = asyncio.ensure_future(self._operate(name, payload))

    async def _operate(self, name: str, payload: dict[str, Any]) -> None:
        assert self.viewer is not None
        request_id = new_request_id()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            asked = self.service.settled(from_mapping(payload), self.viewer)
            context = self.service.context(self.viewer, request_id)
            async with aclosing(cast("Any", results(self.service, context, asked))) as stream:
                async for result in stream:
                    if not await self._tell(name, result):
                        return
            await self._send({"type": "complete", "id": name})
        except BadRequest as refusal:
            await self._fail(name, problem(refusal.message, refusal.code, requestId=request_id))
        except WebSocketDisconnect:
            pass  # the client has gone; the reader sees it too
        except Exception:  # nothing of it may reach the caller
            log.exception("graphql.stream_failed", request_id=request_id)
            with suppress(WebSocketDisconnect):
                await self._fail(name, problem(BROKEN, "INTERNAL", requestId=request_id))
        finally:
            if self.open.get(name) is asyncio.current_task():
                del self.open[name]

    async def _tell(self, name: str, result: Response) -> bool:
        """Send one result; an operation that never began, or broke, ends with its errors."""
        if not result.began:
            await self._fail(name, result.body())
            return False
        await self._send({"type": "next", "id": name, "payload": result.body()})
        return True

    async def _fail(self, name: str, body: dict[str, Any]) -> None:
        await self._send({"type": "error", "id": name, "payload": body["errors"]})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(SLOWEST):
                await self.socket.send_text(encode(message).decode())
        except TimeoutError:
            if not self.over.done():
                self.over.set_exception(Refused(1008, "The client reads too slowly"))
            raise WebSocketDisconnect from None
        except RuntimeError as closed:  # Starlette's word for a socket that has been closed meanwhile
            raise WebSocketDisconnect from closed

    async def _receive(self) -> dict[str, Any]:
        event = await self.socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1000))
        text = event.get("text")
        if text is None or len(text) > LONGEST_BODY:
            raise Refused(4400, "Messages are JSON texts of at most 2 MB")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Refused(4400, "The message is not JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Refused(4400, "A message is an object with a type")
        return message

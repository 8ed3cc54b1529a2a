"""Clients that ask over HTTP and keep their connections, on bare sockets, so that they cost little themselves."""

import selectors
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from socket import AF_UNIX
from socket import socket as Socket  # noqa: N812

import orjson


@dataclass(slots=True)
class Load:
    """What clients saw: seconds of each answer, and of the whole; and the CPU seconds that they took themselves."""

    latencies: list[float]
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def quantile(self, part: float) -> float:
        """Seconds that this part of the answers did not exceed."""
        return sorted(self.latencies)[int((len(self.latencies) - 1) * part)]


def post(body: object, key: str) -> bytes:
    """One GraphQL request, ready to be sent."""
    content = orjson.dumps(body)
    return (
        b"POST /graphql HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\ncontent-type: application/json\r\n"
        b"authorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s" % (key.encode(), len(content), content)
    )


def get(path: str) -> bytes:
    return b"GET %s HTTP/1.1\r\nhost: bench\r\n\r\n" % path.encode()


def ask(server: Path, request: bytes) -> bytes:
    """The body of one answer. Raises RuntimeError where it is not 200."""
    client = _Client(server, iter([request]))
    client.send()
    while not client.read():
        pass
    client.socket.close()
    if not client.head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(bytes(client.head + client.body).decode())
    return bytes(client.body)


def load(server: Path, requests: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Ask for that long; each client sends its next request when it has the answer to the last."""
    shared = cycle(requests)
    everybody = [_Client(server, shared) for _ in range(clients)]
    selector = selectors.DefaultSelector()
    for client in everybody:
        selector.register(client.socket, selectors.EVENT_READ, client)
    latencies: list[float] = []
    started, cpu = time.perf_counter(), time.process_time()
    for client in everybody:
        client.send()
    waiting = clients
    while waiting:  # until the last answer, so that nothing is left for the server to do afterwards
        for key, _ in selector.select():
            client = key.data
            if client.read():
                now = time.perf_counter()
                latencies.append(now - client.sent)
                if now - started < seconds:
                    client.send()
                else:
                    waiting -= 1
    found = Load(latencies, time.perf_counter() - started, time.process_time() - cpu)
    for client in everybody:
        client.socket.close()
    return found


@dataclass(slots=True)
class _Client:
    server: Path
    requests: Iterator[bytes]
    socket: Socket = field(init=False)
    sent: float = 0.0
    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    missing: int = 0

    def __post_init__(self) -> None:
        self.socket = Socket(AF_UNIX)
        self.socket.connect(str(self.server))

    def send(self) -> None:
        self.head, self.body, self.missing = b"", bytearray(), 0
        self.sent = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def read(self) -> bool:
        """Take what has come; whether the answer is whole. Raises ConnectionError where the server hung up."""
        part = self.socket.recv(256 * 1024)
        if not part:
            raise ConnectionError("The server closed the connection.")
        if not self.head:
            self.head, _, part = part.partition(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in self.head.split(b"\r\n")[1:])
            self.missing = int(fields[b"content-length"])
        self.body += part
        self.missing -= len(part)
        return self.missing <= 0

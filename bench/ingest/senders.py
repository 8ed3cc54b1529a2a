"""Whoever sends webhooks, on connections that are kept."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.ingest.played import Letter

_CONNECTIONS = 16


@dataclass(slots=True)
class Sent:
    """Seconds of each answer, from the moment at which it was to be sent, and of all."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def quantile(self, part: float) -> float:
        return sorted(self.latencies)[int((len(self.latencies) - 1) * part)]


def send(port: int, letters: Sequence[Letter], *, rate: float | None = None) -> Sent:
    """Send all, as fast as they are answered or `rate` of them a second whether they are answered or not."""
    return asyncio.run(_send(port, letters, rate))


async def _send(port: int, letters: Sequence[Letter], rate: float | None) -> Sent:
    sent = Sent()
    waiting = iter(enumerate(letters))
    began = time.perf_counter()
    await asyncio.gather(*(_one(port, waiting, began, rate, sent) for _ in range(_CONNECTIONS)))
    sent.seconds = time.perf_counter() - began
    return sent


async def _one(port: int, waiting: Iterator[tuple[int, Letter]], began: float, rate: float | None, sent: Sent) -> None:
    """One connection: the next letter, when it is due, until there are none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, letter in waiting:
        due = time.perf_counter()
        if rate is not None:
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(_written(letter))
        head = await reader.readuntil(b"\r\n\r\n")
        status, _, fields = head.partition(b"\r\n")
        length = int(fields.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        if b" 200 " not in status + b" ":
            raise RuntimeError(f"The hub answered {status.decode()} to a webhook of {letter.channel}.")
        sent.latencies.append(time.perf_counter() - due)
    writer.close()
    await writer.wait_closed()


def _written(letter: Letter) -> bytes:
    headers = "".join(f"{name}: {value}\r\n" for name, value in letter.headers.items())
    head = f"POST /webhooks/{letter.channel} HTTP/1.1\r\nhost: bench\r\n{headers}content-length: {len(letter.body)}\r\n"
    return head.encode() + b"\r\n" + letter.body

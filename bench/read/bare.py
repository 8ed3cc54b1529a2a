"""The floor: the statements that the hub sent, sent again by the same driver with nothing around them.

    python -m bench.read.bare URL STATEMENTS

STATEMENTS is a pickled list of requests, each a list of (text, values). Reads lines of `CLIENTS SECONDS`; answers each
with one of JSON.
"""

import asyncio
import json
import pickle
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

_SETTINGS = {"timezone": "UTC", "DateStyle": "ISO", "jit": "off"}
_MOST = 10
"""Connections, as many as the hub's pool has."""


async def main(url: str, path: Path) -> None:
    """Serve the lines of standard input."""
    requests = pickle.loads(path.read_bytes())  # noqa: ASYNC240, S301  # before anything is measured; our own file
    connections = [
        await asyncpg.connect(
            url, server_settings=_SETTINGS, statement_cache_size=1000, max_cacheable_statement_size=256 * 1024
        )
        for _ in range(_MOST)
    ]
    for line in sys.stdin:
        clients, seconds = line.split()
        used = connections[: int(clients)]
        for connection in used:
            for text, values in requests[0]:
                await connection.fetch(text, *values)
        cpu, started = time.process_time(), time.perf_counter()
        found = await asyncio.gather(
            *(_ask(one, requests[place :: len(used)], float(seconds)) for place, one in enumerate(used))
        )
        took = time.perf_counter() - started
        latencies = [latency for each in found for latency in each]
        print(json.dumps({"latencies": latencies, "seconds": took, "cpu": time.process_time() - cpu}), flush=True)


async def _ask(connection: Any, requests: list[list[tuple[str, list[Any]]]], seconds: float) -> list[float]:
    latencies = list[float]()
    ends = time.perf_counter() + seconds
    while True:
        for statements in requests:
            sent = time.perf_counter()
            if sent > ends:
                return latencies
            for text, values in statements:
                await connection.fetch(text, *values)
            latencies.append(time.perf_counter() - sent)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))

"""A small HTTP server for workers and schedulers, so that they can be watched as the web server is."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.config import Config


@contextmanager
def observed(config: Config) -> Iterator[None]:
    """Serve this process's own metrics on CROSSDOCK_METRICS_PORT, where that is set."""
    if config.metrics_port is None:
        yield
        return
    from prometheus_client import start_http_server

    server, thread = start_http_server(config.metrics_port, addr=config.host)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()

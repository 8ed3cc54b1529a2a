"""`crossdock sandbox`: stores that are played, on this machine alone."""

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit
from urllib.request import urlopen

import typer

from core.cli import command
from core.cli.app import err, settings
from core.config import Config, variable

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_HOST = "127.0.0.1"
_LOOKS_AGAIN = 0.5


def add_to(app: typer.Typer) -> None:
    app.command()(sandbox)


def sandbox(
    names: Annotated[list[str] | None, typer.Argument(help="Which stores: shopify, ebay ... All by default.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of loopback; CROSSDOCK_SANDBOX_PORT by default.")
    ] = None,
    shoppers: Annotated[bool, typer.Option(help="Have shoppers order by themselves, every 25 seconds.")] = False,
) -> None:
    """Play the systems that channel plugins talk to, so that no account is needed anywhere.

    One page lists the stores and what to set to reach each; the page of a store is where orders are placed, cancelled
    and sent back by hand. Webhooks are signed and sent to the hub. What happened is forgotten when it stops.
    """
    from core.cli.ports import require_port

    config = settings()
    if port is None:
        require_free(config)
    else:
        require_port(_HOST, port, "--port")
    _serve(names or (), port or _port(config), shoppers=shoppers)


def require_free(config: Config) -> None:
    """Raises SettingsError, with the mend, when the port of the sandboxes cannot be had."""
    from core.cli.ports import require_port

    require_port(_HOST, _port(config), variable("sandbox_port"))


def _port(config: Config) -> int:
    port = urlsplit(config.sandboxes).port
    assert port is not None
    return port


def after_the_hub(config: Config) -> Callable[[], None]:
    """What runs it with shoppers in a process of its own, once the web server answers: the hub starts first."""

    def run() -> None:
        while not _answers(f"{config.local}/healthz"):
            time.sleep(_LOOKS_AGAIN)
        command("sandbox", "--shoppers")()

    return run


def _serve(names: Sequence[str], port: int, *, shoppers: bool) -> None:
    from contextlib import nullcontext

    from core import garbage
    from core.plugins.find import find
    from core.sandboxes.letters import letters
    from core.sandboxes.shoppers import shoppers as coming
    from core.sandboxes.site import site
    from core.sandboxes.stores import new_run, open_stores
    from core.sandboxes.wares import WARES
    from crossdock import Sandbox

    at = f"http://{_HOST}:{port}"
    run = new_run()
    with letters() as send:
        stores = open_stores(find(), at=at, send=send, wares=WARES, run=run, names=names)
        listed = ", ".join(each.name for each in stores) or "No store"
        err.print(f"{listed} at {at}/. Ctrl-C stops it.", highlight=False, markup=False)
        garbage.begin()
        desks = [each.app.desk for each in stores if isinstance(each.app, Sandbox)]
        with coming(desks) if shoppers else nullcontext():
            _listen(site(stores, WARES, run=run), port)


def _listen(app: "ASGIApp", port: int) -> None:
    """Until a signal says stop."""
    from contextlib import suppress

    import uvicorn

    listening = uvicorn.Config(
        app,
        host=_HOST,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C, after everything has ended in good order
        uvicorn.Server(listening).run()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:  # noqa: S310  # the hub's own address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False

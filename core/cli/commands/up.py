"""`crossdock up`: the whole hub on one machine, with a first look at it."""

import http.client
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import command
from core.cli.app import err, fail, settings
from core.config import Config, variable

if TYPE_CHECKING:
    from core.servers import Servers


def add_to(app: typer.Typer) -> None:
    app.command()(up)


def up(
    sample: Annotated[
        bool | None,
        typer.Option(help="Load and feed sample orders, and play stores; else as CROSSDOCK_SAMPLE says."),
    ] = None,
) -> None:
    """Run the whole hub: servers, web, worker and scheduler, until Ctrl-C.

    Starts a private PostgreSQL and Valkey where no address of one is set, brings the tables up to date, and loads
    sample orders on its first start. Data stays in CROSSDOCK_HOME. With the sample, `crossdock sandbox` runs as well.
    """
    from core.cli.commands import sandbox as played
    from core.cli.commands.processes import workers
    from core.cli.joining import servers_of
    from core.cli.ports import require_free
    from core.cli.reading import read_ahead
    from core.cli.shared_metrics import shared_metrics
    from core.supervisor import supervisor

    named = variable("sample")
    os.environ[named] = str(int(sample)) if sample is not None else os.environ.get(named) or "1"
    config = settings()
    require_free(config)
    roles = {"serve": command("serve")} | workers(config) | {"scheduler": command("scheduler")}
    if config.sample:
        played.require_free(config)
        roles["sandbox"] = played.after_the_hub(config)
    with (
        shared_metrics(),
        supervisor(roles, read_ahead=read_ahead) as processes,
        servers_of(config) as servers,
    ):
        if servers.joined:
            fail(f"Process {servers.owner_pid} runs a hub in {config.home} already: end it, or set CROSSDOCK_HOME.")
        secret = _prepare(config, servers)
        processes.run(
            os.environ,
            on_ready=lambda: _welcome(config, secret),
            is_ready=lambda: _answers(config),
        )
    err.print("Stopped.", style="dim")


def _prepare(config: Config, servers: "Servers") -> str:
    """Tables, the admin key and sample data; the key's secret."""
    from core import garbage
    from core.access.admin import secret_of
    from core.cli.joining import bring_up_to_date
    from core.cli.sample import close_stores, is_wanted, load_sample

    secret = secret_of(config)
    fresh = bring_up_to_date(config, servers, asked=True)
    garbage.begin()
    if is_wanted(config, fresh=fresh):
        load_sample(config, servers.database_url)
    if not fresh:
        close_stores(servers.database_url)
    return secret


def _answers(config: Config) -> bool:
    """Whether the web server is up and finds everything well."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104  # listening on all
    connection = http.client.HTTPConnection(host, config.port, timeout=0.5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(config: Config, secret: str) -> None:
    """What a newcomer needs: where it is, the key, and three things to try."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    url = f"http://{host}:{config.port}/graphql"
    program = Path(sys.argv[0])
    us = program if program.stem == "crossdock" else "crossdock"
    question = "{ orders(first: 3) { nodes { number status total { amount currency } } } }"
    err.print(
        f"\nCrossdock is running. Ctrl-C stops it.\n\n"
        f"  GraphQL    {url}\n"
        f"  GraphiQL   {url} in a browser; put the key into its headers\n"
        f"  Admin key  {secret}\n{_stores(config)}\n"
        f"Three things to try:\n"
        f"  1. Ask for orders:\n"
        f"     curl -s {url} -H 'Authorization: Bearer {secret}' \\\n"
        f"       -H 'Content-Type: application/json' -d '{{\"query\": \"{question}\"}}'\n"
        f"  2. Watch orders travel, in GraphiQL:\n"
        f"     subscription {{ events {{ name message }} }}\n"
        f"  3. Prove that stock and books add up, in another terminal:\n"
        f"     {us} verify\n",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _stores(config: Config) -> str:
    """Where shoppers can be played."""
    return f"  Sandboxes  {config.sandboxes}/ plays stores: order there, and see it arrive\n" if config.sample else ""

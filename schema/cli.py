"""`crossdock serve` and `crossdock schema`: the commands that need the API."""

import importlib
from pathlib import Path
from typing import Annotated

import typer

from core.cli.app import fail, out, settings

_SCHEMA = Path(__file__).parent / "schema.graphql"


def add_to(app: typer.Typer) -> None:
    """Add the commands; found by entry point."""
    app.command()(serve)
    group = typer.Typer(help="The GraphQL schema as a file.", no_args_is_help=True)
    group.command()(export)
    group.callback()(lambda: None)  # so that `export` stays a word of its own
    app.add_typer(group, name="schema")


def serve() -> None:
    """Run the web server: GraphQL at /graphql, GraphiQL in a browser, /healthz, /readyz and /metrics.

    CROSSDOCK_HOST, CROSSDOCK_PORT and CROSSDOCK_WEB_PROCESSES say where, and in how many processes. Put a proxy with
    TLS before it.
    """
    from core.access import admin, keys
    from core.cli.joining import joined
    from core.cli.ports import require_free
    from core.cli.shared_metrics import shared_metrics
    from schema.serve import application_over, run

    config = settings()
    require_free(config)
    with shared_metrics(wanted=config.web_processes > 1), joined("web") as (hub, servers):
        with hub.transaction() as session:
            keys.ensure_admin(session, admin.secret_of(config))
        if config.web_processes == 1:
            run(application_over(hub, servers.database_url), host=config.host, port=config.port)
        else:
            hub.close()
            run(host=config.host, port=config.port, workers=config.web_processes)


def read_ahead() -> None:
    """Import what the web server needs; found by entry point."""
    from schema import domains

    importlib.import_module("schema.serve")
    domains.load()


def export(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = _SCHEMA,
    check: Annotated[bool, typer.Option(help="Write nothing; fail where the file differs from the code.")] = False,
) -> None:
    """Write the GraphQL schema, as the code declares it."""
    from schema import domains
    from schema.build import build_engine

    domains.load()
    text = build_engine().schema.as_str() + "\n"
    if check:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            fail(f"{path} is not what the code declares: run `crossdock schema export`.")
        return
    path.write_text(text, encoding="utf-8")
    out.print(f"Wrote {path}.", highlight=False)

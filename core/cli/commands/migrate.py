"""`crossdock migrate`: bring the tables up to date."""

import typer

from core.cli.app import out, settings


def add_to(app: typer.Typer) -> None:
    app.command()(migrate)


def migrate() -> None:
    """Bring the database's tables up to this release. Harmless when they are.

    Run it once before new processes start; migrations say whether the previous release may go on running meanwhile.
    """
    from core import db
    from core import migrate as migrations
    from core.cli.joining import servers_of

    config = settings()
    with servers_of(config) as servers:
        engine = db.connect(servers.database_url, pool_size=1, application="crossdock migrate")
        missing = migrations.pending(engine)
        if missing:
            migrations.upgrade(engine)
            out.print(f"Applied {', '.join(missing)}.", highlight=False)
        else:
            out.print("The tables are up to date.")
        engine.dispose()

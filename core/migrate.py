"""Bringing the tables up to date: one at a time, under a lock, however many processes ask at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

_FOLDER = Path(__file__).parent.parent / "migrations"
_LOCK = 7_236_001
"""The number of the advisory lock that migrations hold."""


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing. Harmless when nothing is."""
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(configuration(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.downgrade(configuration(connection), revision)


def pending(engine: Engine) -> list[str]:
    """The revisions that this release has and the database has not, oldest first."""
    script = ScriptDirectory.from_config(configuration())
    with engine.connect() as connection:
        done = set(MigrationContext.configure(connection).get_current_heads())
    missing = []
    for revision in script.walk_revisions():
        if revision.revision in done:
            break
        missing.append(revision.revision)
    return missing[::-1]

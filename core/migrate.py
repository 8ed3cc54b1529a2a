"""Bringing the tables up to date: one at a time, under a lock, however many processes ask at once."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from core import epoch, locks

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent.parent / "migrations"
EPOCH = "epoch"
"""The step that a dump needs which was restored into another PostgreSQL: see `core/epoch.py`."""
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def configuration(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # slow to import, and most processes have nothing to migrate

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing. Harmless when nothing is."""
    from alembic import command  # noqa: PLC0415  # slow to import, and mostly nothing is missing

    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": locks.MIGRATING})
        command.upgrade(configuration(connection), revision)
        if revision == "head":
            epoch.lift(connection)


def downgrade(engine: Engine, revision: str) -> None:
    from alembic import command  # noqa: PLC0415  # slow to import, and mostly nothing is missing

    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": locks.MIGRATING})
        command.downgrade(configuration(connection), revision)


def pending(engine: Engine) -> list[str]:
    """The revisions that this release has and the database has not, oldest first; or EPOCH, where that is missing.

    None when a later release has been at it. Every process asks this when it starts, so the files' first lines are
    read here, without Alembic.
    """
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        done = connection.execute(text("select version_num from alembic_version")).scalar() if known else None
        chain = _chain()
        if done is None:
            return chain
        missing = chain[chain.index(done) + 1 :] if done in chain else []
        return missing or ([EPOCH] if epoch.is_behind(connection) else [])


def _chain() -> list[str]:
    """All revisions, oldest first; each follows one other."""
    follows: dict[str | None, str] = {}
    for path in (_FOLDER / "versions").glob("*.py"):
        found = dict(_NAMED.findall(path.read_text(encoding="utf-8")))
        follows[found.get("down_revision")] = found["revision"]
    chain: list[str] = []
    while (following := follows.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return chain

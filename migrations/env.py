"""Alembic's environment: runs on the connection that `core.migrate` hands over."""

from alembic import context
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import Connection

from core.events.models import TransactionId
from core.models import metadata

ischema_names["xid8"] = TransactionId  # so that comparing the tables with the models knows this type


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])

"""Private servers: PostgreSQL and Valkey from wheels, for development and tests."""

from core.servers.errors import ServerError as ServerError
from core.servers.postgres import embedded_postgres as embedded_postgres
from core.servers.sharing import Servers as Servers
from core.servers.sharing import database_at_work as database_at_work
from core.servers.sharing import join_or_start as join_or_start
from core.servers.valkey import embedded_valkey as embedded_valkey

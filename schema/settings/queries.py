"""Reading the settings."""

from schema.context import Context
from schema.engine import Ref, query
from schema.settings.types import Settings


@query()
def settings(ctx: Context) -> Settings:
    """The hub's settings."""
    return Ref(Settings, 1)

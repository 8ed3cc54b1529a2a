"""The list of keys."""

from core.access import models
from schema.access.types import ApiKey
from schema.context import Context
from schema.engine import All, query

_NEWEST = models.ApiKey.id.desc()


@query(scope="admin")
def api_keys(ctx: Context) -> list[ApiKey]:
    """Every key, revoked ones too, newest first. Secrets are kept nowhere."""
    return All(ApiKey, order_by=_NEWEST)

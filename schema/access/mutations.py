"""Making and ending keys."""

from datetime import datetime

from core.flows import keys
from schema.access.types import ApiKey, ApiKeyPayload
from schema.acting import transact
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import ApiKeyId


@mutation(scope="admin")
async def api_key_create(
    ctx: Context,
    name: str,
    scopes: list[str],
    channels: list[str] | None = None,
    locations: list[str] | None = None,
    expires_at: datetime | None = None,
) -> ApiKeyPayload:
    """A new key. Its secret is in this answer and nowhere else."""
    key_id, secret = await transact(
        ctx, keys.create, name, scopes, channels=channels or [], locations=locations or [], expires_at=expires_at
    )
    return ApiKeyPayload(api_key=Ref(ApiKey, key_id), secret=secret)


@mutation(scope="admin")
async def api_key_revoke(ctx: Context, id: ApiKeyId) -> ApiKeyPayload:
    """Ends a key, for ever and at once."""
    return ApiKeyPayload(api_key=Ref(ApiKey, await transact(ctx, keys.revoke, id)))

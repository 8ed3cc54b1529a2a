"""Making, changing and checking integrations, and having them work now."""

import strawberry

from core.errors import Invalid
from core.flows import integrations
from core.flows import sync as flows
from schema.acting import perform
from schema.context import Context
from schema.engine import Ref, mutation
from schema.integrations.types import DeletePayload, Integration, IntegrationPayload, SyncPayload, SyncRun
from schema.scalars import JSON, DateTimeRange

_SCOPE = "admin"
"""Settings say where secrets are sent: who may write them could have them sent to itself."""


@mutation(scope=_SCOPE)
async def integration_create(
    ctx: Context, plugin: str, key: str, config: JSON, enabled: bool | None = True
) -> IntegrationPayload:
    """Makes an integration; its secrets are kept sealed and never shown again."""
    made = await perform(ctx, integrations.create, plugin, key, _settings(config), enabled=enabled is not False)
    return IntegrationPayload(integration=Ref(Integration, made))


@mutation(scope=_SCOPE)
async def integration_update(
    ctx: Context,
    key: str,
    config: JSON | None = None,
    enabled: bool | None = None,
    expected_version: int | None = None,
) -> IntegrationPayload:
    """`config` is merged; a masked secret is left as it is."""
    changed = await perform(
        ctx,
        integrations.change,
        key,
        _settings(config) if config is not None else None,
        enabled=enabled,
        expected_version=expected_version,
    )
    return IntegrationPayload(integration=Ref(Integration, changed))


@mutation(scope=_SCOPE)
async def integration_delete(ctx: Context, key: str) -> DeletePayload:
    """Deletes it with its secrets and its waiting jobs; what it brought stays. Not while others wait for its answer."""
    return DeletePayload(id=strawberry.ID(f"int_{await perform(ctx, integrations.remove, key)}"))


@mutation(scope="integrations:write")
async def integration_check(ctx: Context, key: str) -> IntegrationPayload:
    """Asks the other side whether the settings work, and writes down the health."""
    return IntegrationPayload(integration=Ref(Integration, await perform(ctx, integrations.check, key)))


@mutation(scope="integrations:write")
async def integration_sync(ctx: Context, key: str, job: str, window: DateTimeRange | None = None) -> SyncPayload:
    """Runs a job at once. A window fetches again what it covers.

    What takes longer than 20 seconds goes on by itself: `syncRun` is then as it stands, null where none is there yet.
    """
    span = {"window_from": window.from_, "window_to": window.to} if window is not None else {}
    run = await perform(ctx, flows.sync_soon, key, job, **span)
    return SyncPayload(sync_run=Ref(SyncRun, run) if run is not None else None)


def _settings(config: object) -> dict[str, object]:
    if not isinstance(config, dict):
        raise Invalid("Settings are an object: names and their values.", path=("config",))
    return config

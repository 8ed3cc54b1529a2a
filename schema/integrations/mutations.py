"""Having integrations work now."""

from core.flows import sync as flows
from schema.acting import perform
from schema.context import Context
from schema.engine import Ref, mutation
from schema.integrations.types import SyncPayload, SyncRun
from schema.scalars import DateTimeRange


@mutation(scope="integrations:write")
async def integration_sync(ctx: Context, key: str, job: str, window: DateTimeRange | None = None) -> SyncPayload:
    """Runs a job at once. A window fetches again what it covers."""
    span = {"window_from": window.from_, "window_to": window.to} if window is not None else {}
    return SyncPayload(sync_run=Ref(SyncRun, await perform(ctx, flows.sync, key, job, **span)))

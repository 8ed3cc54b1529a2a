"""The jobs that a plugin brings, each run once for every integration of it."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import PluginFault
from core.integrations import runs
from core.integrations.models import Integration
from crossdock import PeriodicJob

if TYPE_CHECKING:
    from core.hub import Hub

_SECONDS = 900.0
"""For one run of a plugin's own job; it goes on from its cursor."""


def run(job: PeriodicJob, hub: "Hub", key: str) -> int:
    """Run it once, from where it stopped; the run's id. Raises what the job raises, as a verb's errors are."""
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        cursor = runs.cursor_of(session, integration_id, job.name)
        run_id = runs.begin(session, integration_id, job.name)
    try:
        guarded = hub.guard.around(key, None, None, job, seconds=_SECONDS)
        following = guarded.run(hub.context(key, cursor=cursor))
        if not isinstance(following, str | None):
            raise PluginFault(f"{job.name} answered {type(following).__name__}, where a cursor goes.")  # noqa: TRY301  # the run ends alike
    except Exception as error:
        with hub.transaction() as session:
            runs.end(session, run_id, error=str(error) or type(error).__name__)
        raise
    with hub.transaction() as session:
        if following is not None:
            runs.keep_cursor(session, integration_id, job.name, following)
        runs.end(session, run_id)
    return run_id

"""Handing one piece of work over while somebody waits for the answer."""

from typing import TYPE_CHECKING

from core.errors import IllegalState, NotFound, PluginUnavailable
from core.flows.fulfil.submit import submit
from core.fulfillment import queries
from core.fulfillment.models import RequestState, WorkState
from crossdock import ProviderError

if TYPE_CHECKING:
    from core.hub import Hub


def submit_now(hub: "Hub", work_id: int) -> None:
    """Hand it over, at most once; what was handed over is left alone.

    Raises NotFound, IllegalState for work that is over or rests, PluginUnavailable where the location has not
    answered: it is asked again, with the same key.
    """
    with hub.transaction() as session:
        if not queries.order_ids_of(session, [work_id]):
            raise NotFound(f"There is no fulfillment order ful_{work_id}.", path=("id",))
        work = queries.locked(session, [work_id])[0]
        if not work.live:
            raise IllegalState(f"ful_{work_id} is over: it is {work.order.work_state.lower()}.", path=("id",))
        if work.order.request_state is not RequestState.UNSUBMITTED:
            return
        if work.order.work_state is WorkState.ON_HOLD and work.order.submitted_at is None:
            raise IllegalState(f"ful_{work_id} must wait: its order is on hold.", path=("id",))
    try:
        submit(hub, work_id)
    except ProviderError as error:
        raise PluginUnavailable(f"The location has not answered yet: {error}", path=("id",)) from error

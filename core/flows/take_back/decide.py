"""A person decides on a return: approve all or some of it, decline it, or take it back."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core import actor, clock, outbox
from core.errors import IllegalState, Invalid, NotFound
from core.flows import statuses
from core.flows.channels import acts
from core.flows.take_back.issued import drop
from core.flows.take_back.request import EXPIRES_AFTER
from core.orders import queries as orders
from core.returns import actions, queries
from core.returns.errors import WrongReturnState
from core.returns.models import Return, ReturnState


def locked(session: Session, return_id: int) -> Return:
    """The return, its order locked before it as everywhere. Raises NotFound."""
    found = session.get(Return, return_id)
    if found is None:
        raise NotFound(f"There is no return ret_{return_id}.", path=("id",))
    orders.locked(session, [found.order_id])
    session.expire(found)
    return queries.locked(session, return_id)


def require(found: Return, action: str) -> None:
    """Raises WrongReturnState where the return's state does not allow the action, and says which would."""
    possible = next(known for known in actions.available(found.state) if known.action == action)
    if not possible.allowed:
        raise WrongReturnState(f"{found.number}: {possible.reason}", path=("id",))


def approve(session: Session, return_id: int, lines: Mapping[int, int] | None = None, *, override: bool = False) -> int:
    """Approve all of it, or the units given per return line id. Approving twice is harmless.

    Raises IllegalState where a policy refused and `override` was not given.
    """
    found = locked(session, return_id)
    if found.state is ReturnState.APPROVED and lines is None:
        return return_id
    require(found, "returnApprove")
    if not found.policy["accepted"] and not override:
        reasons = " ".join(found.policy["reasons"])
        raise IllegalState(f"{found.number} is against the policy: {reasons} Set override to approve it still.")
    known = {line.id: line for line in queries.lines(session, return_id)}
    for line_id, quantity in (lines or {}).items():
        if line_id not in known:
            raise NotFound(f"{found.number} has no line rtl_{line_id}.", path=("lines",))
        if not 0 <= quantity <= known[line_id].quantity:
            most = known[line_id].quantity
            raise Invalid(f"Between 0 and {most} units of {known[line_id].sku} can be approved.", path=("lines",))
    for line in known.values():
        line.approved = line.quantity if lines is None else lines.get(line.id, 0)
    if not any(line.approved for line in known.values()):
        raise Invalid("Approve at least one unit, or decline the return.", path=("lines",))
    found.policy = {**found.policy, "automatic": False}
    found.expires_at = clock.now() + EXPIRES_AFTER
    said = ", ".join(f"{line.approved} x {line.sku}" for line in known.values() if line.approved)
    return _moved(session, found, ReturnState.APPROVED, "return.approved", f"{actor.current()} approved {said}.")


def decline(session: Session, return_id: int, reason: str) -> int:
    """Refuse it; a later approval is still possible. Declining twice is harmless."""
    found = locked(session, return_id)
    if found.state is ReturnState.DECLINED:
        return return_id
    require(found, "returnDecline")
    found.policy = {**found.policy, "accepted": False, "automatic": False, "reasons": [reason]}
    return _moved(session, found, ReturnState.DECLINED, "return.declined", f"It was declined: {reason}")


def cancel(session: Session, return_id: int, reason: str | None = None) -> int:
    """Nothing will come back after all; a label for it is given back. Cancelling twice is harmless."""
    found = locked(session, return_id)
    if found.state is ReturnState.CANCELLED:
        return return_id
    require(found, "returnCancel")
    found.closed_at = clock.now()
    drop(session, found)
    why = f": {reason}" if reason else "."
    return _moved(session, found, ReturnState.CANCELLED, "return.cancelled", f"It was cancelled{why}")


def _moved(session: Session, found: Return, state: ReturnState, event: str, message: str) -> int:
    found.state = state
    found.version += 1
    acts.return_decided_later(session, found)
    outbox.record(session, event, f"ret_{found.id}", f"{found.number}: {message}", order_id=found.order_id)
    statuses.refresh(session, [found.order_id])
    return found.id

"""How far events may be read by whoever follows them."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_HORIZON = text("select cast(cast(hub_horizon() as text) as bigint)")


def horizon(session: Session) -> int:
    """The oldest transaction that still runs. Below it all is there: nothing comes later in front of what was read.

    So a follower reads what lies between its place and this, and takes this as its place.
    """
    number: int = session.execute(_HORIZON).scalar_one()
    return number

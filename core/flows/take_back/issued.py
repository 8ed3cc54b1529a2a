"""The label that a return has, and giving it back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows.labels.purchase import LIVE
from core.flows.labels.void import give_back
from core.returns.models import Return
from core.shipments.models import Label, LabelState


def live(session: Session, found: Return) -> Label | None:
    """The label of a locked return that is bought, or may be; locked too."""
    statement = select(Label).where(Label.id == found.label_id, Label.state.in_(LIVE)).with_for_update()
    return session.scalar(statement, execution_options={"populate_existing": True})


def drop(session: Session, found: Return) -> None:
    """Give the label of a locked return back, where it has one. One that is being bought is given back once it is."""
    label = live(session, found)
    if label is not None and label.state is LabelState.PURCHASED:
        give_back(session, [label])

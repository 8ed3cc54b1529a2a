"""What people note on an order that changes nothing about its goods or money: priority, tags, a note."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from core import ids, outbox
from core.errors import Invalid
from core.flows import statuses
from core.flows.advance import later
from core.orders import queries
from core.orders.models import Order

_MOST_TAGS, _LONGEST_TAG, _LONGEST_NOTE = 100, 100, 10_000
_FIRST, _LAST = -1_000, 1_000


def set_priority(session: Session, order_id: int, priority: int) -> int:
    """Scarce stock goes to the higher priority first. An order that waits is looked at again."""
    if not _FIRST <= priority <= _LAST:
        raise Invalid(f"A priority is between {_FIRST} and {_LAST}.", path=("priority",))
    (order,) = queries.locked(session, [order_id])
    if order.priority == priority:
        return order_id
    before, order.priority = order.priority, priority
    said = f"The priority of order {order.number} is {priority}; it was {before}."
    _changed(session, order, "order.prioritized", said)
    later(session, [order_id])
    return order_id


def tag(session: Session, order_id: int, *, add: Collection[str] = (), remove: Collection[str] = ()) -> int:
    """Add and take away tags; adding one that is there, or taking away one that is not, changes nothing."""
    added = [word.strip() for word in add]
    for place, word in enumerate(added):
        if not word or len(word) > _LONGEST_TAG:
            raise Invalid(f"A tag has 1 to {_LONGEST_TAG} characters.", path=("add", str(place)))
    (order,) = queries.locked(session, [order_id])
    gone = {word.strip() for word in remove}
    tags = [word for word in dict.fromkeys([*order.tags, *added]) if word not in gone]
    if len(tags) > _MOST_TAGS:
        raise Invalid(f"An order has at most {_MOST_TAGS} tags.", path=("add",))
    if tags == list(order.tags):
        return order_id
    order.tags = tags
    _changed(session, order, "order.tagged", f"Order {order.number} is tagged {', '.join(tags) or 'with nothing'}.")
    return order_id


def note(session: Session, order_id: int, words: str) -> int:
    """Replace the note of an order; an empty one takes it away."""
    if len(words) > _LONGEST_NOTE:
        raise Invalid(f"A note has at most {_LONGEST_NOTE} characters.", path=("note",))
    (order,) = queries.locked(session, [order_id])
    kept = words.strip() or None
    if order.note == kept:
        return order_id
    order.note = kept
    said = f"Noted on order {order.number}: {kept}" if kept else f"The note on order {order.number} was taken away."
    _changed(session, order, "order.noted", said)
    return order_id


def _changed(session: Session, order: Order, event: str, message: str) -> None:
    outbox.record(session, event, ids.encode("ord", order.id), message, order_id=order.id)
    statuses.refresh(session, [order.id])

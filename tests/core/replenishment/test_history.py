"""What forecasters are told was sold: every day since the first sale, all channels together, in one statement."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from core.catalog.models import Item, ItemKind
from core.ledgers.models import ItemProfitDay
from core.replenishment.history import WINDOW_DAYS, histories
from tests.builders import an_item

TODAY = date(2026, 6, 1)


def sold(session: Session, item: Item, units: int, *, ago: int, channel: int = 1) -> None:
    session.add(ItemProfitDay(item_id=item.id, day=TODAY - timedelta(days=ago), channel_id=channel, units=units))
    session.flush()


def test_days_without_a_sale_are_there_and_today_is_not(session: Session) -> None:
    tea = an_item(session, "TEA-1")
    sold(session, tea, 3, ago=5)
    sold(session, tea, 1, ago=2)
    sold(session, tea, 4, ago=2, channel=2)
    sold(session, tea, 900, ago=0)

    history = histories(session, [tea.id], TODAY)[tea.id]

    assert history.units == (3, 0, 0, 5, 0)
    assert (history.sku, history.start, history.following) == ("TEA-1", TODAY - timedelta(days=5), TODAY)
    assert history.first_sale == history.start


def test_a_day_on_which_more_was_cancelled_than_sold_is_a_day_without_a_sale(session: Session) -> None:
    tea = an_item(session, "TEA-1")
    sold(session, tea, 3, ago=3)
    sold(session, tea, -2, ago=2)

    assert histories(session, [tea.id], TODAY)[tea.id].units == (3, 0, 0)


def test_what_was_sold_before_the_window_is_known_by_its_first_day_only(session: Session) -> None:
    tea = an_item(session, "TEA-1")
    sold(session, tea, 7, ago=WINDOW_DAYS + 20)
    sold(session, tea, 2, ago=WINDOW_DAYS)

    history = histories(session, [tea.id], TODAY)[tea.id]

    assert (len(history.units), history.units[0], sum(history.units)) == (WINDOW_DAYS, 2, 2)
    assert history.first_sale == TODAY - timedelta(days=WINDOW_DAYS + 20)


def test_what_was_never_sold_has_no_days_and_a_bundle_no_history(session: Session) -> None:
    cup = an_item(session, "CUP-1")
    box = an_item(session, "BOX-1", kind=ItemKind.BUNDLE)

    found = histories(session, [cup.id, box.id], TODAY)

    assert list(found) == [cup.id]
    assert (found[cup.id].units, found[cup.id].following, found[cup.id].first_sale) == ((), TODAY, None)

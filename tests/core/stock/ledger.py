"""What must hold of stock after anything: levels are sums of movements, and reserved is the sum of reservations."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_DIFFERENCES = text(
    """
    select level.item_id, level.location_id
    from stock_levels level
    left join (select item_id, location_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved,
                      sum(damaged_delta) as damaged
               from stock_movements group by item_id, location_id) moved using (item_id, location_id)
    left join (select item_id, location_id, sum(quantity) as reserved
               from reservations group by item_id, location_id) kept using (item_id, location_id)
    where (level.on_hand, level.reserved, level.damaged)
          is distinct from (coalesce(moved.on_hand, 0), coalesce(moved.reserved, 0), coalesce(moved.damaged, 0))
       or level.reserved is distinct from coalesce(kept.reserved, 0)
    """
)


def assert_levels_are_sums(session: Session) -> None:
    assert session.execute(_DIFFERENCES).all() == []

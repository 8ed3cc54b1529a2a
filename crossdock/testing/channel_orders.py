"""What a channel promises about orders: all of them, again the same, and in the hub's words."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from crossdock.channel import OrderPage, RawOrder
from crossdock.errors import NOT_FOUND, BadData, Rejected
from crossdock.orders import OrderData
from crossdock.testing.isolation import no_network
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.remote import RemoteContract
from crossdock.testing.world import World
from crossdock.windows import OrderWindow

_MOST_PAGES = 2_000
_WRONG: tuple[object, ...] = (None, -1, "surely wrong", [], {})


class OrderPromises(RemoteContract):
    """Part of `ChannelContract`. many: so many orders that they need more than two pages."""

    many: ClassVar[int] = 25

    def place(self, remote: Any, count: int) -> Sequence[str]:
        """Have shoppers place this many orders in the sandbox, now by its clock; their ids, as `RawOrder` has them."""
        raise NotImplementedError

    def placed(self, world: World, count: int = 1) -> Sequence[str]:
        """Orders that were placed one a minute."""
        found: list[str] = []
        for _ in range(count):
            world.clock.forward(timedelta(minutes=1))
            found += self.place(world.remote, 1)
        world.placed += found
        return found

    def test_every_order_of_a_window_is_on_one_of_its_pages(self, world: World) -> None:
        began = world.clock.now()
        ids = self.placed(world, self.many)
        window = OrderWindow(since=began, until=world.clock.now() + timedelta(minutes=1))

        found = list(pages(world, window))

        assert len(found) > 2, f"{self.many} orders came on {len(found)} pages: set `many` to more"  # noqa: PLR2004  # one between
        told = [order.external_id for page in found for order in page.orders]
        assert set(told) >= set(ids), f"{len(set(ids) - set(told))} orders are on no page"
        assert not any(page.quarantined for page in found)

    @proves(Promise.SWEEP)
    def test_windows_that_overlap_lose_nothing(self, world: World) -> None:
        began = world.clock.now()
        ids = self.placed(world, self.many)
        end = world.clock.now() + timedelta(minutes=1)
        step, overlap = timedelta(minutes=7), timedelta(minutes=2)
        seen: dict[str, set[OrderData]] = {}
        since = began

        while since < end:
            until = min(since + step, end)
            for page in pages(world, OrderWindow(since=max(since - overlap, began), until=until)):
                for raw in page.orders:
                    seen.setdefault(raw.external_id, set()).add(world.provider().map_order(raw))
            since = until

        assert set(seen) >= set(ids), f"{len(set(ids) - set(seen))} orders are in no window"
        assert all(len(each) == 1 for each in seen.values()), "one order was told in two ways"

    @proves(Promise.SWEEP)
    def test_an_order_is_the_same_by_page_and_by_id(self, world: World) -> None:
        (order,) = self.placed(world)
        since = world.clock.now() - timedelta(hours=1)
        window = OrderWindow(since=since, until=world.clock.now() + timedelta(minutes=1))

        (paged,) = [raw for page in pages(world, window) for raw in page.orders if raw.external_id == order]
        alone = world.ask("fetch_order", order)

        assert (alone.external_id, alone.version) == (paged.external_id, paged.version)
        assert world.provider().map_order(alone) == world.provider().map_order(paged)
        assert paged.changed_at is None or paged.changed_at.tzinfo is not None

    def test_an_order_that_the_channel_does_not_know_is_rejected(self, world: World) -> None:
        with pytest.raises(Rejected) as refused:
            world.ask("fetch_order", "999999999999")
        assert refused.value.code == NOT_FOUND

    def test_orders_can_be_acknowledged_twice(self, world: World) -> None:
        ids = self.placed(world, 2)

        for _ in range(2):
            world.ask("acknowledge", ids)

    def test_mapping_is_pure_and_says_what_adds_up(self, world: World) -> None:
        (order,) = self.placed(world)
        raw = world.ask("fetch_order", order)

        with no_network():
            first, second = (world.provider().map_order(raw) for _ in range(2))

        assert first == second
        assert first.external_id == raw.external_id
        assert first.version == raw.version
        assert first.placed_at.tzinfo is not None
        assert first.lines
        assert len({line.external_id for line in first.lines}) == len(first.lines)
        assert {first.currency} == {line.unit_price.currency for line in first.lines}
        assert first.total.minor >= 0

    @proves(Promise.FAILURES)
    def test_an_order_with_any_part_missing_or_wrong_is_mapped_or_bad_data(self, world: World) -> None:
        (order,) = self.placed(world)
        raw = world.ask("fetch_order", order)

        for where, payload in damaged(raw.payload):
            try:
                with no_network():
                    mapped = world.provider().map_order(_with(raw, payload))
            except BadData as bad:
                assert bad.message  # noqa: PT017  # either is right
            except Exception as error:
                raise AssertionError(f"map_order: {where} is wrong, and it raises {error!r}") from error
            else:
                assert all(line.quantity >= 0 for line in mapped.lines), f"map_order takes a negative {where}"


def pages(world: World, window: OrderWindow) -> Iterator[OrderPage]:
    """The pages of a window to its end. Each is asked of a fresh provider, as after a restart."""
    cursors = {window.cursor}
    for _ in range(_MOST_PAGES):
        page = world.ask("fetch_orders", window)
        yield page
        if page.cursor is None:
            return
        assert page.cursor not in cursors, "a cursor came twice"
        cursors.add(page.cursor)
        window = OrderWindow(since=window.since, until=window.until, cursor=page.cursor)
    raise AssertionError(f"The window has not ended after {_MOST_PAGES} pages.")


def damaged(payload: str) -> Iterator[tuple[str, str]]:
    """The payload with one thing wrong: (what, payload). JSON is damaged leaf by leaf; else it is cut."""
    for cut in (0, 1, len(payload) // 2, len(payload) - 1):
        yield f"everything behind {cut} characters", payload[:cut]
    try:
        whole = json.loads(payload)
    except ValueError:
        return
    for value in _WRONG:
        yield "everything", json.dumps(value)
    for path in list(_paths(whole)):
        place, key, kept = _into(whole, path[:-1]), path[-1], _into(whole, path)
        for value in _WRONG:
            place[key] = value
            yield f"{'.'.join(map(str, path))} = {value!r}", json.dumps(whole)
        place[key] = kept
        if isinstance(place, dict):
            kept = dict(place)
            del place[key]
            yield f"{'.'.join(map(str, path))} missing", json.dumps(whole)
            place.clear()
            place.update(kept)  # in its old order


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*above, key)
        yield from _paths(part, (*above, key))


def _into(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(raw: RawOrder, payload: str) -> RawOrder:
    return RawOrder(external_id=raw.external_id, payload=payload, version=raw.version, changed_at=raw.changed_at)

"""What a channel promises about stock, listings, returns and payouts."""

from collections.abc import Sequence
from typing import Any

from crossdock.channel import ListingData, StockLevelUpdate
from crossdock.testing.channel_orders import OrderPromises
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.world import World
from crossdock.windows import OrderWindow

_MOST_PAGES = 2_000


class StockPromises(OrderPromises):
    """Part of `ChannelContract`."""

    def listed(self, world: World) -> Sequence[tuple[str, str]]:
        """(external sku, listing id) of some things that the sandbox sells."""
        found = [each for each in listings(world) if each.external_sku]
        return [(str(each.external_sku), each.external_id) for each in found]

    def test_every_listing_comes_once(self, world: World) -> None:
        self.needs("listings", world.registration)

        found = listings(world)

        assert found
        assert len({each.external_id for each in found}) == len(found)

    def test_stock_that_was_told_can_be_read_back(self, world: World) -> None:
        self.needs("stock", world.registration)
        updates = self._updates(world, first=5)

        for _ in range(2):  # harmless to repeat
            answers = world.ask("publish_stock", updates)
            assert [(each.external_sku, each.error) for each in answers] == [
                (each.external_sku, None) for each in updates
            ]

        read = world.ask("read_stock", [each.external_sku for each in updates])
        assert {each.external_sku: each.quantity for each in read} == {
            each.external_sku: each.quantity for each in updates
        }
        assert all(each.read_at.tzinfo is not None for each in read)

    def test_what_the_channel_does_not_sell_is_said_so_and_the_rest_is_taken(self, world: World) -> None:
        self.needs("stock", world.registration)
        known = self._updates(world, first=9)[0]
        unknown = StockLevelUpdate(external_sku="surely-unknown", listing_id="0", quantity=1, sequence=2)

        answers = world.ask("publish_stock", [unknown, known])
        read = world.ask("read_stock", ["surely-unknown", known.external_sku])

        assert [each.external_sku for each in answers] == ["surely-unknown", known.external_sku]
        assert answers[0].error
        assert answers[1].error is None
        assert [(each.external_sku, each.quantity) for each in read] == [(known.external_sku, known.quantity)]

    @proves(Promise.SWEEP)
    def test_returns_and_payouts_are_read_to_the_end(self, world: World) -> None:
        began = world.clock.now()
        self.placed(world)
        window = OrderWindow(since=began, until=world.clock.now())
        for capability, verb in (("returns", "fetch_returns"), ("settlements", "fetch_settlements")):
            if capability in world.registration.capabilities:
                _to_the_end(world, verb, window)

    def _updates(self, world: World, *, first: int) -> list[StockLevelUpdate]:
        return [
            StockLevelUpdate(external_sku=sku, listing_id=listing, quantity=first + number, sequence=first)
            for number, (sku, listing) in enumerate(self.listed(world)[:3])
        ]


def listings(world: World) -> list[ListingData]:
    """All of them."""
    found: list[ListingData] = []
    cursor = None
    for _ in range(_MOST_PAGES):
        page = world.ask("fetch_listings", cursor=cursor)
        found += page.listings
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError(f"The listings have not ended after {_MOST_PAGES} pages.")


def _to_the_end(world: World, verb: str, window: OrderWindow) -> None:
    cursors: set[Any] = {window.cursor}
    for _ in range(_MOST_PAGES):
        cursor = world.ask(verb, window).cursor
        if cursor is None:
            return
        assert cursor not in cursors, f"{verb}: a cursor came twice"
        cursors.add(cursor)
        window = OrderWindow(since=window.since, until=window.until, cursor=cursor)
    raise AssertionError(f"{verb} has not ended after {_MOST_PAGES} pages.")

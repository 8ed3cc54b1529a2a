"""From facts to the problem that a strategy solves: the candidates, what each has, and why some must not ship. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import crossdock
from core import ids
from core.flows.route.facts import Facts, Location, Order
from core.flows.route.quotes import Quotes, applied
from core.stock.models import LocationKind

Estimate = Callable[[crossdock.RateRequest], Sequence[crossdock.Rate]]
"""What shipping would cost, known without asking anybody."""


@dataclass(frozen=True, slots=True)
class Departure:
    """When goods would leave a location, and how many units it can still take that day; None: no limit."""

    ship_on: date | None
    days: int | None
    capacity_left: int | None


def problem_of(
    order: Order, facts: Facts, *, estimate: Estimate, quotes: Quotes, chosen: Collection[int] = ()
) -> crossdock.RoutingProblem:
    """The problem of one order, as the orders before it leave stock and capacity. `chosen`: a person's locations."""
    destination = _address(order.shipping_address)
    request = _Request(order, facts, destination, estimate, quotes, frozenset(chosen))
    return crossdock.RoutingProblem(
        order=ids.encode("ord", order.id),
        demands=tuple(
            crossdock.Demand(
                line=ids.encode("orl", line.id),
                item=line.item,
                sku=line.sku,
                quantity=line.wanted,
                weight_grams=line.weight_grams,
            )
            for line in order.lines
        ),
        candidates=tuple(request.candidate(location) for location in facts.locations),
        destination=crossdock.locate(destination) if destination else None,
        country=order.country,
    )


@dataclass(frozen=True, slots=True)
class _Request:
    order: Order
    facts: Facts
    destination: crossdock.Address | None
    estimate: Estimate
    quotes: Quotes
    chosen: frozenset[int]

    def candidate(self, location: Location) -> crossdock.Candidate:
        """As its supplier quotes it, where one does; else at the cheapest price that is known of carriers."""
        quoted = self.quotes.get((self.order.id, location.id))
        if quoted is None:
            return self._known(location, estimated=True)
        candidate = self._known(location, estimated=False)
        return applied(candidate, quoted, order=self.order, location=location, at=self.facts.at)

    def _known(self, location: Location, *, estimated: bool) -> crossdock.Candidate:
        items = {line.item_id: line.item for line in self.order.lines}
        excluded = exclusions(self.order, location, self.chosen)
        leaves = departure(location, self.facts, lead_time_days=self._lead_time(location))
        rate = self._cheapest(location) if estimated and not excluded else None
        transit = rate.eta_days if rate is not None else None
        return crossdock.Candidate(
            location=location.code,
            name=location.name,
            kind=crossdock.LocationKind(location.kind.value),
            available={
                item: units
                for key, item in items.items()
                if (units := self.facts.available.get((key, location.id), 0)) > 0
            },
            coordinates=_coordinates(location),
            cost=rate.cost if rate is not None else None,
            eta_days=None if transit is None or leaves.days is None else leaves.days + transit,
            ship_on=leaves.ship_on,
            priority=location.priority,
            capacity_left=leaves.capacity_left,
            excluded=(*excluded, *(() if leaves.ship_on else ("It is closed for the year to come.",))),
            excluded_items=self._excluded_items(location, items),
        )

    def _excluded_items(self, location: Location, items: dict[int, str]) -> dict[str, str]:
        reasons = {}
        for item_id, item in items.items():
            place = (item_id, location.id)
            offer = self.facts.offers.get(place)
            if place in self.order.refused:
                reasons[item] = "It has just said no to this item of this order."
            elif location.kind is LocationKind.SUPPLIER and offer is None:
                reasons[item] = "The supplier does not offer it."
            elif offer is not None and offer.left_out_until is not None and offer.left_out_until > self.facts.at:
                reasons[item] = (
                    f"The supplier has just refused it; asked again from {offer.left_out_until:%Y-%m-%d %H:%M} UTC."
                )
        return reasons

    def _lead_time(self, location: Location) -> int:
        offers = (self.facts.offers.get((line.item_id, location.id)) for line in self.order.lines)
        return max((offer.lead_time_days for offer in offers if offer is not None), default=0)

    def _cheapest(self, location: Location) -> crossdock.Rate | None:
        origin = _address(location.address)
        if origin is None or self.destination is None:
            return None
        weight = sum((line.weight_grams or 0) * line.wanted for line in self.order.lines)
        if weight == 0:
            return None
        request = crossdock.RateRequest(
            ship_from=origin,
            ship_to=self.destination,
            parcels=(crossdock.Parcel(weight_grams=weight),),
            shipping_method=self.order.shipping_method,
        )
        rates = [rate for rate in self.estimate(request) if rate.cost.currency == self.order.channel_currency]
        return min(rates, key=lambda rate: (rate.cost.minor, rate.service), default=None)


def exclusions(order: Order, location: Location, chosen: Collection[int]) -> tuple[str, ...]:
    """Why it must not ship any of the order, in sentences."""
    reasons = []
    if not location.active:
        reasons.append("It is not active.")
    if order.locations and location.id not in order.locations:
        reasons.append("The channel does not sell from it.")
    if chosen and location.id not in chosen:
        reasons.append("A person chose where this order ships from.")
    if location.kind is LocationKind.MARKETPLACE and location.integration_id is None:
        reasons.append("No integration takes orders for this marketplace's warehouse.")
    return tuple(reasons)


def departure(location: Location, facts: Facts, *, lead_time_days: int = 0) -> Departure:
    """The first working day on which the location can still take something, seen from the moment of the facts."""
    ready = facts.at + timedelta(days=lead_time_days)
    day = location.calendar.leaves_on(ready)
    while day is not None and location.daily_capacity:
        left = location.daily_capacity - facts.planned.get((location.id, day), 0)
        if left > 0:
            return Departure(day, _days(location, facts, day), left)
        day = location.calendar.first_working_day(day + timedelta(days=1))
    if day is None:
        return Departure(None, None, location.daily_capacity)
    return Departure(day, _days(location, facts, day), location.daily_capacity)


def _days(location: Location, facts: Facts, day: date) -> int:
    return (day - location.calendar.day_of(facts.at)).days


def _coordinates(location: Location) -> crossdock.Coordinates | None:
    if location.latitude is not None and location.longitude is not None:
        return crossdock.Coordinates(location.latitude, location.longitude)
    address = _address(location.address)
    return crossdock.locate(address) if address else None


def _address(stored: dict[str, str | None] | None) -> crossdock.Address | None:
    return crossdock.Address(**stored) if stored else None

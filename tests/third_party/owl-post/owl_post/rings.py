"""A field on orders: the owl that would carry it."""

from collections.abc import Mapping, Sequence

from crossdock import ComputedField, Money

RINGS = """
enum OwlMood { AWAKE ASLEEP }
type OwlRing { ring: String! mood: OwlMood! price: Money! }
"""


def _rings(orders: Sequence[Mapping[str, object]]) -> list[object]:
    return [{"ring": f"OWL-{order['number']}", "mood": "AWAKE", "price": Money(250, "GBP")} for order in orders]


ring = ComputedField(
    on="Order",
    name="owlRing",
    graphql_type="OwlRing!",
    requires=("number",),
    compute=_rings,
    description="The owl that would carry it.",
)

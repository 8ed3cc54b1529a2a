"""What every played store sells: goods of the sample, so that one shelf is sold from on all channels."""

from crossdock import Money, Ware

CURRENCY = "GBP"
_AVAILABLE = 10
_GOODS = (
    ("22423", "Regency cakestand 3 tier", 1275),
    ("85123A", "White hanging heart t-light holder", 295),
    ("22632", "Hand warmer red polka dot", 210),
    ("84029E", "Red woolly hottie white heart", 425),
    ("22910", "Paper chain kit vintage Christmas", 295),
    ("22752", "Set 7 babushka nesting boxes", 850),
    ("84879", "Assorted colour bird ornament", 169),
    ("22114", "Hot water bottle tea and sympathy", 425),
)

WARES = tuple(
    Ware(sku=sku, title=title, price=Money(minor, CURRENCY), available=_AVAILABLE) for sku, title, minor in _GOODS
)

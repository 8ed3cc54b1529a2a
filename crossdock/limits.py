"""How often the other side may be asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """A bucket of tokens as the other side keeps one: `size` at once, `rate` more a second.

    A request takes as many tokens as it says that it costs, one unless it says so. All processes of the hub share the
    bucket. group: the operations that it is for, by a name of the plugin's own; "" is for all requests that name none.
    """

    size: float
    rate: float
    group: str = ""

"""A GraphQL document and what it may cost."""

from dataclasses import dataclass

VERSION = "2026-07"


@dataclass(frozen=True, slots=True)
class Document:
    """`cost`: the points that Shopify asks for it before it runs, or a little more; it gives back what was too much.

    acts: asking twice may do something twice, so a lost answer leaves the outcome unknown.
    """

    name: str
    text: str
    cost: int
    acts: bool = False

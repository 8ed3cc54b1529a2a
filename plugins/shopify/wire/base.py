"""What all pieces of an answer share."""

from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")

Units = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Wire(BaseModel):
    """Names as in the API, `camelCase`; what is not used is ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class Nodes(Wire, Generic[T]):
    """A connection whose pages have been read to the end, or of which one page is enough."""

    nodes: list[T]


class Named(Wire):
    """Something of which only the name is wanted."""

    id: str


class MoneyV2(Wire):
    amount: Decimal
    currency_code: str


class MoneyBag(Wire):
    """An amount as the shopper saw it."""

    presentment_money: MoneyV2


class Attribute(Wire):
    """What a shopper or an app noted: a gift message, an engraving."""

    key: str
    value: str | None = None

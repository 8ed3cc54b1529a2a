"""The base of all that is read: camel-case names, unknown parts left alone, bad ones refused with their place."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from crossdock import BadData, Money


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore")


W = TypeVar("W", bound=Wire)


def read(shape: type[W], said: Any, what: str) -> W:
    """What was said, in its shape. Raises BadData that points at the first thing that does not fit."""
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "$." + ".".join(str(part) for part in first["loc"])
        raise BadData(f"{what} is not what Amazon describes: {first['msg']} at {where}.", where=where) from None


Exact = Annotated[Decimal, Field(max_digits=24)]


class Amount(Wire):
    """Money in decimals."""

    amount: Exact
    currency_code: str

    @property
    def money(self) -> Money:
        """Raises BadData for a currency that there is not, and for what is no amount of it."""
        return money(self.amount, self.currency_code)


def money(amount: Decimal, currency: str) -> Money:
    """Exactly that amount, or the nearest one where Amazon writes more decimals than the currency has.

    Raises BadData for what is no amount of a known currency.
    """
    try:
        return Money.rounded(amount, currency)
    except (ValueError, OverflowError, ArithmeticError):
        raise BadData(f"{amount} {currency} is no amount of money.") from None

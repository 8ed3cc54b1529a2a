"""A postal address, and what a provider of kind `address` says about one."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a person or a parcel is. `country` is ISO 3166-1 alpha-2, `phone` as given; None is unknown."""

    name: str | None = None
    company: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def lines(self) -> list[str]:
        """What is known of it, as printed on a parcel, top to bottom."""
        town = " ".join(part for part in (self.city, self.region, self.postal_code) if part)
        return [part for part in (self.name, self.company, self.line1, self.line2, town, self.country) if part]

    def as_dict(self) -> dict[str, str | None]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class AddressVerdict(StrEnum):
    """CORRECTABLE comes with a suggestion; UNCHECKED means that nobody could say."""

    VALID = "VALID"
    CORRECTABLE = "CORRECTABLE"
    INVALID = "INVALID"
    UNCHECKED = "UNCHECKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressCheck:
    """A verdict on one address. The hub never overwrites an address with the suggestion by itself."""

    verdict: AddressVerdict
    suggestion: Address | None = None
    messages: tuple[str, ...] = ()


@runtime_checkable
class AddressValidator(Protocol):
    """Capability `validate` of kind `address`."""

    def validate(self, ctx: Context[Any], address: Address) -> AddressCheck:
        """Check one address. Raises Retryable, RateLimited, AuthExpired."""
        ...

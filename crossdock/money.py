"""Money as an integer of a currency's smallest unit. Never a float, never a rounding that loses a cent."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

# ISO 4217: the active currencies, by number of decimals where it is not 2.
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER "
    "ZAR ZMW ZWG"
)
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}

_LONGEST = 24  # more digits than any amount of money has, and few enough to print
_DECIMAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)


def exponent(currency: str) -> int:
    """How many decimals a currency has: 2 for GBP, 0 for JPY, 3 for KWD. ValueError for no ISO 4217 code."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"{currency!r} is not a currency of ISO 4217; write its three capital letters.") from None


def divide(numerator: int, denominator: int) -> int:
    """An integer quotient, halves rounded away from zero. The one rounding rule of the hub."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def cumulative(whole: int, weights: Sequence[int]) -> list[int]:
    """Split an integer by weights (none below zero): each part is the growth of the rounded running total.

    The parts always sum to `whole`, and the same prefix of weights always gives the same parts.
    Weights that are all zero count as equal. Raises ValueError for no weights or one below zero.
    """
    if not weights or min(weights) < 0:
        raise ValueError("A split needs at least one weight, and none below zero.")
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts, before, running = [], 0, 0
    for weight in weights:
        running += weight
        upto = divide(whole * running, total)
        parts.append(upto - before)
        before = upto
    return parts


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` units (pence, cents, yen) of one ISO 4217 currency. May be negative.

    Arithmetic between two currencies raises ValueError.
    """

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str | Decimal, currency: str) -> Self:
        """Read a decimal string: `parse("9.99", "GBP")`.

        Raises ValueError, with a sentence, for anything but plain digits, an unknown currency, or
        more decimals than the currency has; trailing zeros beyond it are harmless.
        """
        places = exponent(currency)
        plain = f"{text:f}" if isinstance(text, Decimal) else text.strip()
        match = _DECIMAL.fullmatch(plain)
        if match is None or not (match[2] or match[3]) or len(plain) > _LONGEST:
            raise ValueError(f"{str(text)!r} is not an amount; write digits with a point, such as 9.99.")
        sign, whole, fraction = match[1], match[2] or "0", (match[3] or "").rstrip("0")
        if len(fraction) > places:
            raise ValueError(f"{text} has too many decimals: {currency} has {places}.")
        minor = int(whole + fraction.ljust(places, "0"))
        return cls(-minor if sign == "-" else minor, currency)

    @classmethod
    def rounded(cls, value: Decimal, currency: str) -> Self:
        """The nearest amount to any decimal number, halves away from zero."""
        numerator, denominator = value.as_integer_ratio()
        return cls(divide(numerator * 10 ** exponent(currency), denominator), currency)

    @classmethod
    def sum(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """The total of amounts in one currency; zero of it when there are none."""
        total = cls.zero(currency)
        for amount in amounts:
            total += amount
        return total

    @property
    def amount(self) -> Decimal:
        """The exact decimal, with all the currency's decimals: Decimal("9.90")."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Parts in proportion to weights that sum to the whole to the last cent; see `cumulative`."""
        return [Money(part, self.currency) for part in cumulative(self.minor, weights)]

    def share(self, part: int, whole: int) -> "Money":
        """`part / whole` of it, rounded.

        Differences of shares of running totals sum to the whole: 4 more after 3 of 10 carry
        `m.share(7, 10) - m.share(3, 10)`.
        """
        return Money(divide(self.minor * part, whole), self.currency)

    def take(self, quantity: int, of: int) -> "Money":
        """What `quantity` of the `of` units left carry, when this is what all of them carry.

        Each goes at the rounded unit price, never more than is left; the last ones take the rest, so that
        taking in any steps sums to the whole: 179.25 for 10 gives 53.79 for 3, 71.68 for 4, then 53.78.
        """
        if not 0 <= quantity <= of:
            raise ValueError(f"{quantity} of {of} cannot be taken.")
        if quantity == of:
            return self
        wanted = divide(self.minor, of) * quantity
        return Money(min(wanted, self.minor) if self.minor >= 0 else max(wanted, self.minor), self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are in two currencies; convert one first.")
        return other.minor

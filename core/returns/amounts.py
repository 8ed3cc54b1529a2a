"""What units of a line are worth when they are refunded. Pure integer arithmetic in minor units."""

from collections.abc import Sequence

from core.money import divide


def worth(total: int, refunded: int, quantity: int, refunded_units: int, units: int) -> int:
    """What `units` more of a line come to, given what was refunded of it before.

    Every unit of one refund is worth the same: the rounded share of what is left. The last units take the rest, so
    that however a line is refunded, its parts sum to its total. `total` and `refunded` are minor units; `quantity`
    is the line's, `refunded_units` how many of them are refunded already.
    """
    left, units_left = total - refunded, quantity - refunded_units
    if units >= units_left:
        return left
    share = units * divide(left, units_left)
    return min(share, left) if left >= 0 else max(share, left)


def tax_within(total: int, tax: int, refunded: int, refunded_tax: int, amount: int) -> int:
    """The tax in `amount` more of a line: the growth of the tax's rounded share of all that is refunded so far."""
    if total == 0:
        return 0
    return divide(tax * (refunded + amount), total) - refunded_tax


def less_kept(amounts: Sequence[int], kept: int) -> list[int]:
    """What of each amount goes back where `kept` of them all stays, taken from the last first."""
    left = []
    for amount in reversed(amounts):
        stays = min(kept, amount)
        kept -= stays
        left.append(amount - stays)
    return left[::-1]

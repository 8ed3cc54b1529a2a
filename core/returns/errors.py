"""What can be wrong with a return or a refund."""

from core.errors import ExceedsRefundable, ExceedsReturnable, IllegalState
from core.money import spoken


class TooMuchToRefund(ExceedsRefundable):
    def __init__(self, asked: int, refundable: int, currency: str, *, path: tuple[str, ...] = ()) -> None:
        super().__init__(
            f"{spoken(asked, currency)} is more than the {spoken(refundable, currency)} that can still go back.",
            path=path,
        )


class TooManyToRefund(ExceedsRefundable):
    def __init__(self, sku: str, asked: int, refundable: int, *, why: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(f"{asked} units of {sku} cannot be refunded, only {refundable}: {why}.", path=path)


class TooManyToReturn(ExceedsReturnable):
    def __init__(self, sku: str, asked: int, returnable: int, *, path: tuple[str, ...] = ()) -> None:
        super().__init__(
            f"{asked} units of {sku} cannot come back, only {returnable} of those shipped are not on a return yet.",
            path=path,
        )


class WrongReturnState(IllegalState):
    """The return is past or before the point where this can be done."""

"""What every carrier with labels for the way back promises."""

from typing import ClassVar

import pytest

from crossdock.carrier import RateRequest
from crossdock.testing.labels import LabelContract


class ReturnLabelContract(LabelContract):
    """Beside `CarrierContract`, for a carrier that has `return_labels` with its `rates` and `labels`.

    Set `shopper`, `house` and `parcel` that the carrier takes, where these are not taken.
    """

    buys: ClassVar[str] = "return_label"
    finds: ClassVar[str] = "find_return_label"

    @pytest.fixture
    def quote(self) -> RateRequest:
        return RateRequest(ship_from=self.shopper, ship_to=self.house, parcels=(self.parcel,), way_back=True)

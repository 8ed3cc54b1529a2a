"""What everybody promises who judges addresses."""

from pathlib import Path
from typing import Any, ClassVar

from crossdock.address import Address, AddressCheck, AddressVerdict
from crossdock.provider import Integration, Kind
from crossdock.settings import Settings
from crossdock.testing.contract import Contract


class AddressContract(Contract):
    """Set an address that it can judge, where this one is not."""

    kind: ClassVar[Kind] = "address"
    address: ClassVar[Address] = Address(
        name="Ada Lovelace", line1="12 St James's Square", city="London", postal_code="SW1Y 4JH", country="GB"
    )

    def test_a_verdict_can_be_shown_to_people(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        said = subject.validate(self.context(integration, home), self.address)

        assert isinstance(said, AddressCheck)
        assert all(message.strip() for message in said.messages)
        assert said.verdict is not AddressVerdict.INVALID or said.messages
        assert (said.suggestion is not None) == (said.verdict is AddressVerdict.CORRECTABLE)

    def test_an_address_of_which_little_is_known_is_judged_too(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        assert isinstance(
            subject.validate(self.context(integration, home), Address(country=self.address.country)), AddressCheck
        )

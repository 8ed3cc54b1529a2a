"""What all suites share: the provider, found by entry point and made for one integration."""

from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.capabilities import broken_promises
from crossdock.context import Context
from crossdock.provider import Integration, Kind, Provider
from crossdock.settings import Settings
from crossdock.testing.context import a_context
from crossdock.testing.ladder import Promise, proves


class Contract:
    """Set `provider`, and `settings` where they have no defaults.

    earlier_settings: as earlier releases of the plugin took them; they must be taken for ever.
    """

    kind: ClassVar[Kind]
    provider: ClassVar[str]
    settings: ClassVar[dict[str, object]] = {}
    earlier_settings: ClassVar[Sequence[dict[str, object]]] = ()

    @pytest.fixture
    def registration(self) -> Provider:
        return find(self.kind, self.provider)

    @pytest.fixture
    def integration(self, registration: Provider) -> Integration[Settings]:
        return Integration("under-test", self.provider, registration.settings.model_validate(self.settings))

    @pytest.fixture
    def subject(self, registration: Provider, integration: Integration[Settings]) -> Any:
        return registration.factory(integration)

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        return tmp_path

    def context(self, integration: Integration[Settings], home: Path, **facts: Any) -> Context[Settings]:
        """A context for this integration; facts as in `a_context`."""
        return a_context(integration.settings, home, integration=integration.key, **facts)

    def needs(self, capability: str, registration: Provider) -> None:
        """Skip a test of what the provider does not claim."""
        if capability not in registration.capabilities:
            pytest.skip(f"It does not claim {capability!r}.")

    def test_it_has_every_verb_that_it_promises(self, registration: Provider, subject: object) -> None:
        assert registration.capabilities
        assert broken_promises(registration.kind, registration.capabilities, subject) == []

    def test_its_settings_refuse_what_they_do_not_know(self, registration: Provider) -> None:
        with pytest.raises(ValueError, match="surely_unknown"):
            registration.settings.model_validate({**self.settings, "surely_unknown": 1})

    @proves(Promise.UPGRADE)
    def test_settings_of_earlier_releases_are_still_taken(self, registration: Provider) -> None:
        if not self.earlier_settings:
            pytest.skip("No settings of earlier releases are given.")
        for settings in self.earlier_settings:
            registration.settings.model_validate(settings)


def find(kind: Kind, name: str) -> Provider:
    """The installed provider of a kind and name. Raises LookupError."""
    for point in entry_points(group="crossdock.plugins"):
        announce = getattr(point.load(), "crossdock_providers", lambda: ())
        for provider in announce():
            if (provider.kind, provider.name) == (kind, name):
                return provider  # type: ignore[no-any-return]  # a module's attribute has no type
    raise LookupError(f"No installed plugin has the {kind} {name!r}.")

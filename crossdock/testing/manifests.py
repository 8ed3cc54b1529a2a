"""What carriers promise that make manifests."""

from pathlib import Path
from typing import Any

import pytest

from crossdock.carrier import LabelRequest, ManifestDocument, ManifestRequest
from crossdock.errors import Rejected
from crossdock.provider import Integration, Provider
from crossdock.settings import Settings
from crossdock.testing.labels import LabelContract


class ManifestContract(LabelContract):
    """Capability `manifests`, where it is claimed; part of `CarrierContract`."""

    @pytest.fixture
    def collected(
        self,
        registration: Provider,
        subject: Any,
        integration: Integration[Settings],
        home: Path,
        wish: LabelRequest,
    ) -> ManifestRequest:
        """Two labels that it sold just now."""
        self.needs("manifests", registration)
        labels = [self.buy(subject, self.context(integration, home, key=f"label-{place}"), wish) for place in (1, 2)]
        return ManifestRequest(
            label_external_ids=tuple(label.external_id for label in labels), ship_from=wish.ship_from
        )

    def test_one_key_makes_one_manifest(
        self, subject: Any, integration: Integration[Settings], home: Path, collected: ManifestRequest
    ) -> None:
        ctx = self.context(integration, home, key="manifest-1")

        made: list[ManifestDocument] = [subject.manifest(ctx, collected) for _ in range(2)]
        found: ManifestDocument | None = subject.find_manifest(ctx, collected)

        assert found is not None
        assert len({paper.external_id for paper in (*made, found)}) == 1
        assert all(paper.content for paper in (*made, found))
        assert all(paper.format != "PDF" or paper.content.startswith(b"%PDF-") for paper in (*made, found))

    def test_a_label_that_it_never_sold_is_on_no_manifest(
        self, subject: Any, integration: Integration[Settings], home: Path, collected: ManifestRequest
    ) -> None:
        unknown = ManifestRequest(label_external_ids=("surely unknown",), ship_from=collected.ship_from)

        with pytest.raises(Rejected):
            subject.manifest(self.context(integration, home, key="manifest-1"), unknown)

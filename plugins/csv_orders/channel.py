"""The provider: names its mappings and reads files by them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from crossdock import Batch, Imported, Integration, Sample
from plugins.csv_orders import mapping as mappings
from plugins.csv_orders.read import again, batches
from plugins.csv_orders.settings import CsvOrdersSettings

_BUNDLED = Path(__file__).parent / "mappings"
_SAMPLE = Path(__file__).parent / "sample" / "online-retail-days.csv.gz"


class CsvOrders:
    """Kind `channel`, capabilities `files` and `reread`."""

    def __init__(self, integration: Integration[CsvOrdersSettings]) -> None:
        own = integration.settings.mappings
        self._folders = (_BUNDLED,) if own is None else (own, _BUNDLED)

    def mappings(self) -> Sequence[str]:
        """The names in the shop's own folder and the bundled ones."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def open(self, path: Path, mapping: str, *, after: int = 0, batch_rows: int = 5_000) -> Iterator[Batch]:
        """See `crossdock.FileImport.open`."""
        return batches(path, mappings.named(mapping, self._folders), after=after, batch_rows=batch_rows)

    def reread(self, raw: str, mapping: str) -> Sequence[Imported]:
        """See `crossdock.FileReread.reread`."""
        return again(raw, mappings.named(mapping, self._folders))

    def sample(self) -> Sample | None:
        """A few days of a real shop."""
        return Sample(path=_SAMPLE, mapping="online-retail")

"""What every channel that reads files promises."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.errors import BadData
from crossdock.files import Batch, Imported, Sample
from crossdock.provider import Kind, Provider
from crossdock.testing.contract import Contract


class ChannelFileContract(Contract):
    """Reads the provider's own sample, and damaged copies of it."""

    kind: ClassVar[Kind] = "channel"

    @pytest.fixture
    def sample(self, subject: Any) -> Sample:
        sample = subject.sample()
        assert isinstance(sample, Sample)
        return sample

    @pytest.fixture
    def plain(self, sample: Sample, tmp_path: Path) -> Path:
        """The sample, unpacked."""
        content = sample.path.read_bytes()
        path = tmp_path / "plain.csv"
        path.write_bytes(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
        return path

    def test_the_sample_s_mapping_is_known(self, subject: Any, sample: Sample) -> None:
        assert sample.mapping in subject.mappings()

    def test_the_same_file_is_read_the_same_way_packed_or_not(
        self, subject: Any, sample: Sample, plain: Path, tmp_path: Path
    ) -> None:
        packed = tmp_path / "plain.csv.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes()))

        first, second = (_fingerprints(subject.open(path, sample.mapping)) for path in (plain, packed))

        assert first
        assert first == second

    def test_every_row_is_accounted_for(self, subject: Any, sample: Sample, plain: Path) -> None:
        rows = sum(1 for line in plain.read_bytes().splitlines() if line) - 1

        assert sum(batch.rows for batch in subject.open(plain, sample.mapping)) == rows

    def test_a_reading_goes_on_behind_any_batch(self, subject: Any, sample: Sample, plain: Path) -> None:
        whole = list(subject.open(plain, sample.mapping, batch_rows=1_000))
        assert len(whole) > 2  # noqa: PLR2004  # else nothing is tried

        for number, batch in enumerate(whole):
            rest = subject.open(plain, sample.mapping, after=batch.position, batch_rows=1_000)
            assert _fingerprints(whole[: number + 1]) + _fingerprints(rest) == _fingerprints(whole)

    def test_progress_never_goes_back_and_ends_at_the_end(self, subject: Any, sample: Sample) -> None:
        batches = list(subject.open(sample.path, sample.mapping, batch_rows=1_000))
        done = [batch.done for batch in batches]

        assert done == sorted(done)
        assert done[-1] == batches[-1].of

    def test_a_file_that_is_cut_off_gives_nothing(
        self, subject: Any, sample: Sample, plain: Path, tmp_path: Path
    ) -> None:
        cut = tmp_path / "cut.csv.gz"
        cut.write_bytes(gzip.compress(plain.read_bytes())[:-20_000])
        seen: list[Batch] = []

        with pytest.raises(BadData, match=r"cut\.csv\.gz, line \d+"):
            seen.extend(subject.open(cut, sample.mapping))

        assert not any(batch.documents for batch in seen)

    def test_what_was_kept_of_a_document_tells_of_it_again(
        self, subject: Any, registration: Provider, sample: Sample
    ) -> None:
        self.needs("reread", registration)
        kept = [each for batch in subject.open(sample.path, sample.mapping) for each in batch.documents]
        assert kept
        for imported in kept[:: max(1, len(kept) // 100)]:
            again = subject.reread(imported.raw, sample.mapping)

            assert _named(imported) in [_named(each) for each in again]
            assert subject.reread(imported.raw, sample.mapping) == again

    def test_what_was_kept_and_means_nothing_any_more_is_refused_with_a_sentence(
        self, subject: Any, registration: Provider, sample: Sample
    ) -> None:
        self.needs("reread", registration)
        for raw in ("", "nothing,like,it\n1,2,3\n"):
            with pytest.raises(BadData, match=r"\w+ \w+"):
                subject.reread(raw, sample.mapping)

    @pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfea\x00", b"nothing,like,it\n1,2,3\n", b"\x00\x01\x02"])
    def test_what_is_no_such_file_is_refused_with_a_sentence(
        self, subject: Any, sample: Sample, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "other.csv"
        path.write_bytes(content)

        with pytest.raises(BadData, match=r"other\.csv, line 1"):
            list(subject.open(path, sample.mapping))


def _fingerprints(batches: Iterable[Batch]) -> list[tuple[str, str, str]]:
    """Each document's type, id and fingerprint, in order."""
    return [_named(each) for batch in batches for each in batch.documents]


def _named(imported: Imported) -> tuple[str, str, str]:
    return (type(imported.document).__name__, imported.document.external_id, imported.document.fingerprint)

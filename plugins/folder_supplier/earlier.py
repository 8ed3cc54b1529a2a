"""What earlier releases wrote of the files that they sent: a copy by its key, and no record beside it."""

from crossdock import Ledger, SentFile, SentStage
from plugins.folder_supplier.render import sequence_of


class Copies(Ledger):
    """Knows theirs as well: `<key>.csv` was sent, `<key>.draft` is to be sent, as it stands."""

    def record(self, name: str) -> SentFile | None:
        known = super().record(name)
        if known is not None:
            return known
        for suffix, stage in ((".csv", SentStage.DELIVERED), (".draft", SentStage.DRAFTED)):
            copy = self.sent / f"{name}{suffix}"
            if copy.is_file():
                sequence = sequence_of(copy.read_text(encoding="utf-8"))
                return SentFile(f"{sequence:06d}-{name}.csv", sequence, stage)
        return None

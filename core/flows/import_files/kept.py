"""What is kept of a file's documents, and understanding it again."""

from typing import TYPE_CHECKING, NamedTuple, Self

from core.flows.import_files.take import KINDS
from core.inbox.models import InboxMessage
from crossdock.errors import BadData
from crossdock.files import FileReread, Imported

if TYPE_CHECKING:
    from core.hub import Hub


class Mapper(NamedTuple):
    """How a document was read, and where its goods lie: kept beside it, as `files online-retail at main`."""

    integration: str
    mapping: str
    location: str

    def __str__(self) -> str:
        return f"{self.integration} {self.mapping} at {self.location}"

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """None where it does not say so."""
        integration, _, rest = (text or "").partition(" ")
        mapping, _, location = rest.rpartition(" at ")
        return cls(integration, mapping, location) if mapping else None


def understood(hub: "Hub", message: InboxMessage) -> Imported:
    """The document of a message, read again from its rows. Outside any transaction. Raises BadData."""
    mapper = Mapper.read(message.mapper)
    readers = dict(hub.providers("channel", "reread"))
    reader = readers.get(mapper.integration) if mapper else None
    if mapper is None or not message.payload:
        raise BadData("Nothing was kept of it that could be read again. Import its file again.")
    if not isinstance(reader, FileReread):
        raise BadData(f"{mapper.integration}, which read it, is not there to read it again.")
    for imported in reader.reread(message.payload, mapper.mapping):
        document = imported.document
        if f"/{KINDS[type(document)]}" == kind_of(message) and document.external_id == message.external_id:
            return imported
    said = kind_of(message)[1:].replace("_", " ")
    raise BadData(f"Its rows tell of no {said} {message.external_id} any more, as the mapping {mapper.mapping} is now.")


def kind_of(message: InboxMessage) -> str:
    """`/order`, without the channel."""
    return f"/{message.kind.rpartition('/')[2]}"


def channel_of(message: InboxMessage) -> str:
    """The key of the channel whose file it was in."""
    return message.kind.rpartition("/")[0]

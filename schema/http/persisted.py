"""Documents named by their hash or id instead of sent: kept as they come (automatic), or only those of a list.

Automatic is the protocol of Apollo's clients (`extensions.persistedQuery.sha256Hash`): a hash that is not known is
refused with PERSISTED_QUERY_NOT_FOUND, the client sends hash and text once, and the hash does from then on.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from schema.context import Viewer
from schema.http.parameters import BadRequest, Parameters

Mode = Literal["off", "auto", "only"]

LONGEST_KEPT = 64 * 1024
MOST_KEPT = 8 * 1024 * 1024
"""Characters: of one document that came with its hash, and of all of them in this process."""
_SHA256 = "sha256:"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class PersistedDocuments:
    """Those of a list, which stay, and those that came with their hash, of which the last used stay."""

    def __init__(self, mode: Mode = "auto", listed: Mapping[str, str] = _NOTHING) -> None:
        self.mode = mode
        self._listed = listed
        self._texts = frozenset(listed.values())
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def text(self, asked: Parameters, viewer: Viewer) -> str:
        """The document to run. Raises BadRequest."""
        name = asked.hash if asked.document_id is None else asked.document_id.removeprefix(_SHA256)
        if name is None:
            return self._allowed(asked.query, viewer)
        if self.mode == "off":
            raise BadRequest("PersistedQueryNotSupported", code="PERSISTED_QUERY_NOT_SUPPORTED", understood=True)
        if asked.query:
            return self._learned(name, asked.query, viewer)
        known = self._listed.get(name) or self._recalled(name)
        if known is None:
            raise BadRequest("PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND", understood=True)
        return known

    def _allowed(self, text: str, viewer: Viewer) -> str:
        if self.mode == "only" and text not in self._texts and not viewer.can("admin"):
            raise BadRequest(
                "This hub runs only documents of its list: send the id of one.",
                code="DOCUMENT_NOT_ALLOWED",
                understood=True,
            )
        return text

    def _learned(self, name: str, text: str, viewer: Viewer) -> str:
        if name in self._listed and self._listed[name] == text:
            return text
        if hashlib.sha256(text.encode()).hexdigest() != name:
            raise BadRequest("The hash is not that of the query: provided sha does not match query.")
        text = self._allowed(text, viewer)
        if self.mode == "auto" and len(text) <= LONGEST_KEPT and name not in self._kept:
            self._kept[name] = text
            self._characters += len(text)
            while self._characters > MOST_KEPT:
                _, oldest = self._kept.popitem(last=False)
                self._characters -= len(oldest)
        return text

    def _recalled(self, name: str) -> str | None:
        if name not in self._kept:
            return None
        self._kept.move_to_end(name)
        return self._kept[name]

"""Take files in: each is read until the hub has kept what it said, and put away after that.

done/        taken in and confirmed, our own copies
quarantine/  likewise, of files that were not to be read at all
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crossdock.context import Context
from crossdock.errors import BadData
from crossdock.exchange.disk import locked, made, write
from crossdock.exchange.files import FileNews, InFile
from crossdock.exchange.names import checksum, file_name
from crossdock.exchange.outgoing import Open
from crossdock.exchange.transport import LARGEST_FILE, Listed, Transport
from crossdock.supplier import Quarantined, StockRow, SupplierUpdate

MOST_FILES = 200
MOST_BYTES = 2 * LARGEST_FILE
"""Of one call; the rest waits for the next."""
_LEFT = "left"
"""Where a file goes that is too large to be read: it stays where it is, and is not told of again."""


@dataclass(slots=True)
class Taken:
    """What the files say. `cursor` names each file with its checksum and where it is to go; None when there is none."""

    updates: list[SupplierUpdate] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    cursor: str | None = None

    def add(self, news: FileNews) -> None:
        self.updates += news.updates
        self.stock += news.stock
        self.quarantined += news.quarantined


@dataclass(slots=True)
class Inbox:
    """The files of one sort, and what we keep of them. `sort` names what is asked for: news of orders, or stock."""

    keep: Path
    sort: str
    wanted: Callable[[str], bool]
    parse: Callable[[InFile], FileNews]

    def take(self, ctx: Context[Any], open_: Open) -> Taken:
        """Read what waits, by name. `ctx.cursor` confirms the files of an earlier call, which are put away.

        A file with the content of one that was put away has no effect, whatever its name.
        """
        with locked(made(self.keep) / ".inbound.lock"), open_() as transport:
            waiting = [each for each in transport.waiting() if self.wanted(each.name)]
            gone = self._put_away(transport, waiting, ctx.cursor)
            taken, files, left = Taken(), list[list[str]](), MOST_BYTES
            ordered = sorted((each for each in waiting if each.handle not in gone), key=lambda each: each.name)
            for listed in self._settled(ordered, transport.settle_seconds, ctx.now()):
                if len(files) >= MOST_FILES or left <= 0:
                    break
                read = self._read(transport, listed, ctx, taken)
                if read is not None:
                    files.append(read)
                    left -= listed.size or 0
        taken.cursor = json.dumps(files) if files else None
        return taken

    def _read(self, transport: Transport, listed: Listed, ctx: Context[Any], taken: Taken) -> list[str] | None:
        """Add what one file says. Its entry of the cursor; None where there is nothing to confirm."""
        if (listed.size or 0) > LARGEST_FILE:
            return self._too_large(listed, taken)
        content = transport.read(listed)
        if content is None or (listed.size is not None and len(content) != listed.size):
            return None  # it went, or it grew while we looked
        if len(content) > LARGEST_FILE:
            return self._too_large(listed, taken)
        digest = checksum(content)
        if self._seen(digest).exists():
            self._keep(f"{digest[:12]}-again-{_local(listed.name)}", "done", content)
            transport.remove(listed, f"{digest[:12]}-again-{_local(listed.name)}")
            return None
        part = self._parsed(InFile(name=listed.name, content=content, read_at=ctx.now()), taken)
        ctx.log.info("exchange.read", file=listed.name, bytes=len(content), sha256=digest, goes_to=part)
        return [listed.name, digest, part, listed.handle]

    def _parsed(self, file: InFile, taken: Taken) -> str:
        """Where the file belongs afterwards."""
        try:
            news = self.parse(file)
        except BadData as bad:
            payload = file.content[:10_000].decode("utf-8", "replace")
            mend = "See quarantine/."
            taken.quarantined.append(Quarantined(source=file.name, reason=bad.message, payload=payload, mend=mend))
            return "quarantine"
        taken.add(news)
        return "done"

    def _too_large(self, listed: Listed, taken: Taken) -> list[str] | None:
        digest = checksum(f"{listed.handle} {listed.mark}".encode())
        if self._seen(digest).exists():
            return None
        reason = f"{listed.name} is larger than {LARGEST_FILE >> 20} MB and was not read."
        mend = "Ask the supplier for smaller files, and remove this one."
        taken.quarantined.append(Quarantined(source=listed.name, reason=reason, payload="", mend=mend))
        return [listed.name, digest, _LEFT, listed.handle]

    def _settled(self, ordered: Sequence[Listed], seconds: int, now: datetime) -> Iterator[Listed]:
        """Those that have looked the same for so long. When each was first seen as it is now is kept between calls."""
        if not seconds:
            yield from ordered
            return
        path = self.keep / f".looks-{self.sort}.json"
        before = json.loads(path.read_bytes()) if path.is_file() else {}
        looks = {}
        for each in ordered:
            mark, since = before.get(each.handle, (None, None))
            looks[each.handle] = (each.mark, since if mark == each.mark else now.isoformat())
        write(path, json.dumps(looks).encode())
        for each in ordered:
            if now - datetime.fromisoformat(looks[each.handle][1]) >= timedelta(seconds=seconds):
                yield each

    def _put_away(self, transport: Transport, waiting: Sequence[Listed], cursor: str | None) -> set[str]:
        """Put away what the cursor confirms, unless another file has its name by now. The handles that are gone."""
        there, gone = {each.handle: each for each in waiting}, set[str]()
        for name, digest, part, *rest in json.loads(cursor) if cursor else []:
            listed = there.get(rest[0] if rest else name)
            if part == _LEFT:
                self._note(digest)
                continue
            content = None if listed is None else transport.read(listed)
            if listed is not None and content is not None and checksum(content) == digest:
                self._keep(f"{digest[:12]}-{_local(name)}", part, content)
                self._note(digest)
                transport.remove(listed, f"{digest[:12]}-{_local(name)}")
                gone.add(listed.handle)
        return gone

    def _keep(self, name: str, part: str, content: bytes) -> None:
        write(made(self.keep / part) / name, content)

    def _note(self, digest: str) -> None:
        made(self._seen(digest).parent)
        self._seen(digest).touch()

    def _seen(self, digest: str) -> Path:
        return self.keep / "done" / ".seen" / digest


def _local(name: str) -> str:
    """A name of theirs as one of ours."""
    return name if file_name(name) == name else file_name(name)

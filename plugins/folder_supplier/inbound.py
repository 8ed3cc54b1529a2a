"""Take files in: read all that is there, and put away what the hub has confirmed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crossdock import BadData, Context, Quarantined, Retryable, StockRow, SupplierUpdate
from plugins.folder_supplier import folder as folders
from plugins.folder_supplier.parse import kind_of, parse
from plugins.folder_supplier.settings import FolderSupplierSettings

_MOST_FILES = 200


@dataclass(slots=True)
class Taken:
    """What the files say. `cursor` names each file with its checksum and where it is to go; None when there is none."""

    updates: list[SupplierUpdate] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    cursor: str | None = None


def take(folder: Path, kinds: set[str | None], ctx: Context[FolderSupplierSettings]) -> Taken:
    """Read the files of some kinds, by name. `ctx.cursor` confirms those of an earlier call, which are put away.

    A file with the content of one that was put away has no effect, whatever its name.
    """
    with folders.locked(folder):
        _put_away(folder, ctx.cursor)
        taken, files = Taken(), list[list[str]]()
        for path, content in _waiting(folder, kinds):
            digest = folders.checksum(content)
            if _seen(folder, digest).exists():
                folders.move(path, folder / "done", f"{digest[:12]}-again-{path.name}")
                continue
            files.append([path.name, digest, _read(path.name, content, ctx, taken)])
    taken.cursor = json.dumps(files) if files else None
    return taken


def _read(name: str, content: bytes, ctx: Context[FolderSupplierSettings], taken: Taken) -> str:
    """Add what one file says; the part of the folder where it belongs afterwards."""
    try:
        parsed = parse(name, content, ctx.settings, read_at=ctx.now())
    except BadData as bad:
        payload = content[:10_000].decode("utf-8", "replace")
        taken.quarantined.append(
            Quarantined(source=name, line=0, reason=bad.message, payload=payload, mend="See quarantine/.")
        )
        return "quarantine"
    taken.updates += parsed.updates
    taken.stock += parsed.stock
    taken.quarantined += parsed.quarantined
    return "done"


def _waiting(folder: Path, kinds: set[str | None]) -> Iterator[tuple[Path, bytes]]:
    """Whole files only: names that begin with a dot or end in .part or .tmp are still being written."""
    inbound = folder / "inbound"
    names = sorted(
        path.name
        for path in inbound.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.suffix not in (".part", ".tmp")
    )
    for name in [name for name in names if kind_of(name) in kinds][:_MOST_FILES]:
        try:
            yield inbound / name, (inbound / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Retryable(f"{inbound / name} cannot be read: {error.strerror}.") from error


def _put_away(folder: Path, cursor: str | None) -> None:
    """Move what the cursor confirms, unless another file has taken its name since."""
    for name, digest, part in json.loads(cursor) if cursor else []:
        path = folder / "inbound" / name
        if path.is_file() and folders.checksum(path.read_bytes()) == digest:
            _seen(folder, digest).parent.mkdir(exist_ok=True)
            _seen(folder, digest).touch()
            folders.move(path, folder / part, f"{digest[:12]}-{name}")


def _seen(folder: Path, digest: str) -> Path:
    return folder / "done" / ".seen" / digest

"""Where the private servers keep their data, sockets and logs."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from core.servers.errors import ServerError

SOCKET_PATH_BYTES = 100
"""Unix sockets take about 107 bytes of path on Linux and 103 on macOS."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@=~")


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can read; one that others may pass through stays so.

    Raises ServerError when it cannot be made, belongs to somebody else or cannot be written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise ServerError(f"{path} is in the way: a folder is wanted there.")
        if status.st_uid == os.geteuid():
            path.chmod(status.st_mode & 0o711)
        probe = path / ".writable"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
    except OSError as error:
        raise unusable(path, error) from error
    return path


def unusable(path: Path, error: OSError) -> ServerError:
    """The sentence for a folder that cannot be used."""
    return ServerError(
        f"The folder {path} cannot be used: {(error.strerror or str(error)).lower()}. "
        "Set CROSSDOCK_HOME to a folder that you can write."
    )


def socket_folder(base: Path, name: str) -> Path:
    """A folder for a socket: under `base`, or in the system's temporary folder where that path is too long.

    `name` is the longest file name that the server will put there.
    """
    near = base / "run"
    if len(os.fsencode(near / name)) <= SOCKET_PATH_BYTES and _PLAIN.issuperset(str(near)):
        return private_folder(near)
    for temporary in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  # ownership is checked below
        far = Path(temporary) / f"crossdock-{os.geteuid()}-{fingerprint(base)}"
        if len(os.fsencode(far / name)) <= SOCKET_PATH_BYTES and _PLAIN.issuperset(str(far)):
            folder = private_folder(far)
            if folder.lstat().st_uid != os.geteuid() and not _handed_over(folder):
                raise ServerError(f"{far} belongs to another user; remove it or set CROSSDOCK_HOME.")
            return folder
    raise ServerError(f"The path {near} is too long for a socket; set CROSSDOCK_HOME to a shorter one.")


def _handed_over(folder: Path) -> bool:
    """Whether root gave this folder to `nobody`, as whom PostgreSQL then runs."""
    return os.geteuid() == 0 and folder.owner() == "nobody"


def fingerprint(path: Path) -> str:
    """A short name for a folder, the same at every start."""
    return hashlib.blake2b(os.fsencode(path), digest_size=6).hexdigest()

"""As whom PostgreSQL runs: it refuses to be root."""

import functools
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.servers.errors import ServerError
from core.servers.folders import fingerprint
from core.servers.process import bound_command

_SHARED_DATA = Path("/var/lib/crossdock")


@dataclass(frozen=True)
class Lodging:
    """An identity for `launch.py`, the installation to run and the folder that it may write."""

    identity: str
    installation: Path
    base: Path

    def hand_over(self, folder: Path) -> Path:
        """Give a folder to the user that the server runs as."""
        if self.identity == "nobody":
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        return folder


def lodging(installation: Path, home: Path) -> Lodging:
    """Where and as whom PostgreSQL can run for this home.

    An ordinary user runs it as is. Root runs it in a user namespace of its own and needs no other user; where
    those are refused, as in some containers, it runs as `nobody`, from a copy if `nobody` cannot read ours.
    """
    if os.geteuid() != 0:
        return Lodging("self", installation, home)
    if _can_run("namespace", installation / "bin" / "postgres"):
        return Lodging("namespace", installation, home)
    base = home if _open_to_all(home.parent) else _SHARED_DATA / fingerprint(home)
    base.mkdir(parents=True, exist_ok=True)
    base.chmod(0o711)  # to be passed through, not read
    readable = installation if _open_to_all(installation) else _copy(installation, base / "postgres-programs")
    if not _can_run("nobody", readable / "bin" / "postgres"):
        raise ServerError(
            "PostgreSQL refuses to run as root, and neither a user namespace nor the user nobody can be used "
            "here; run as an ordinary user, or set CROSSDOCK_DATABASE_URL."
        )
    return Lodging("nobody", readable, base)


@functools.cache
def _can_run(identity: str, program: Path) -> bool:
    command = bound_command([program, "--version"], identity=identity)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _open_to_all(path: Path) -> bool:
    """Whether any user can enter this folder, so far as the folders on the way to it say."""
    return all(folder.stat().st_mode & 0o001 for folder in (*path.parents, path) if folder.exists())


def _copy(installation: Path, target: Path) -> Path:
    """A copy that anyone can read, made once; the libraries keep their place beside it."""
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    if not target.exists():
        unfinished = target.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(installation, unfinished / package.name / installation.name)
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        unfinished.rename(target)
    return target / package.name / installation.name

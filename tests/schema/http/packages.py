"""Packages of npm at the versions of a lock, installed once and kept in `.crossdock/npm`."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

LOCKS = Path(__file__).parent / "npm"
KEPT = Path(__file__).parents[3] / ".crossdock" / "npm"
_NO_NETWORK = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "E403", "E407")


def installed(name: str) -> Path:
    """The folder with the packages of `npm/<name>/package-lock.json`. Skips the test where they cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm and node are not on this machine")
    texts = [(LOCKS / name / file).read_bytes() for file in ("package.json", "package-lock.json")]
    folder = KEPT / f"{name}-{hashlib.sha256(b''.join(texts)).hexdigest()[:16]}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side; the first one installs
        if not (folder / "complete").exists():
            _install(npm, folder, texts)
    return folder


def run(folder: Path, *command: str, **environment: str) -> str:
    """What a program of these packages says. Fails with all of it where it fails."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _install(npm: str, folder: Path, texts: list[bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file, text in zip(("package.json", "package-lock.json"), texts, strict=True):
        (folder / file).write_bytes(text)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0 and any(f"code {code}" in done.stderr for code in _NO_NETWORK):
        pytest.skip(f"npm reaches no registry: {done.stderr.splitlines()[0]}")
    assert done.returncode == 0, done.stderr
    (folder / "complete").touch()

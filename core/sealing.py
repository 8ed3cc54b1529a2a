"""Secrets at rest: sealed with a key that is not in the database, so that a copy of it alone gives nothing away.

AES-256 in GCM. What a secret belongs to is sealed with it, so that one cannot be put in another's place.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.config import Config
from core.errors import SettingsError

_VERSION = b"\x01"
_NONCE_BYTES = 12
_FILE = "secret.key"


class Sealer:
    """Seals with the first key, opens with any: so a key is changed by putting the new one before the old."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._ciphers = [AESGCM(hashlib.sha256(key.encode()).digest()) for key in keys]

    def seal(self, secret: str, belongs_to: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._ciphers[0].encrypt(nonce, secret.encode(), belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> str:
        """Raises SettingsError where none of the keys fits."""
        nonce, sealed = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, sealed, belongs_to.encode()).decode()
            except InvalidTag:
                continue
        raise SettingsError(
            f"The secrets of {belongs_to} were sealed with another key. Give CROSSDOCK_SECRET_KEY that key as well, "
            "after the new one and a comma, or enter the secrets again."
        )


def sealer(config: Config) -> Sealer:
    """With the keys of CROSSDOCK_SECRET_KEY, else with one that is made once and kept in the home."""
    if config.secret_key is not None:
        return Sealer([key.strip() for key in config.secret_key.get_secret_value().split(",") if key.strip()])
    return Sealer([_kept(config.home / _FILE)])


def _kept(path: Path) -> str:
    """Of processes that start together one makes the file, and all read it: it is there only when it is whole."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()

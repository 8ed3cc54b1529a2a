"""The operator's own key: given by a setting, or made once and kept in the home."""

import os
import secrets

from core.access.keys import PREFIX
from core.config import Config
from core.errors import SettingsError

FILE = "admin-key"


def secret_of(config: Config) -> str:
    """The secret of the admin key. Only the owner of the home can read the file. Raises SettingsError."""
    if config.admin_key is not None:
        return config.admin_key.get_secret_value()
    path = config.home / FILE
    try:
        config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            secret = PREFIX + secrets.token_urlsafe(32)
            # Written aside and linked into place: of two commands that start together, one makes the key.
            unfinished = path.with_name(f"{FILE}.{os.getpid()}")
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secret + "\n")
            try:
                os.link(unfinished, path)
            except FileExistsError:
                secret = path.read_text(encoding="utf-8").strip()
            finally:
                unfinished.unlink()
            return secret
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(f"The admin key in {path} cannot be used: {reason}. Set CROSSDOCK_ADMIN_KEY.") from error

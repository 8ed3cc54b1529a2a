"""The base of every plugin's settings, and the types that its fields may have."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic import SecretStr as SecretStr

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseModel):
    """Settings of one integration: unknown keys are refused, and nothing changes after start.

    Annotate secrets as `SecretStr`: they are masked in logs and in the API, and `plugins.toml`
    takes them only as a reference, `{ env = "NAME" }` or `{ file = "/path" }`. Annotate addresses as `Url`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def _safe(url: str) -> str:
    wrong = unsafe(url)
    if wrong is not None:
        raise ValueError(wrong)
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_safe)]
"""An address that secrets are sent to, without a slash at its end: see `unsafe` for what it must not be."""


def unsafe(url: str) -> str | None:
    """Why secrets must not be sent to an address; None where they may.

    It begins with https://, or with http:// for this machine alone, and holds no user, password, query or fragment.
    """
    try:
        place = urlsplit(url)
        here, _ = place.hostname in _LOOPBACK, place.port
    except ValueError:
        return f"{url!r} is no address"
    if not place.hostname or not (place.scheme == "https" or (place.scheme == "http" and here)):
        return f"{url!r} is no address that begins with https:// (http:// is for this machine alone)"
    if "@" in place.netloc or "\\" in url or any(letter.isspace() for letter in url):
        return "an address holds no user, password, spaces or backslashes"
    return "an address ends before ? and #" if place.query or place.fragment else None


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    return urlsplit(url).hostname in _LOOPBACK

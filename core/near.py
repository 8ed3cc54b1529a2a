"""Which addresses are on this machine."""

from urllib.parse import urlsplit

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def is_near(url: str) -> bool:
    """Whether it is an address of this machine's own, which nobody else reaches."""
    return urlsplit(url).hostname in _LOOPBACK

"""What can go wrong with the private servers."""

from core.errors import CrossdockError


class ServerError(CrossdockError):
    """A private server cannot run; the message is one sentence that names the cause and the mend."""

"""Settings of one mail account."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

import crossdock

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+$"


class Security(StrEnum):
    """STARTTLS: begun in plain text and encrypted before anything is said, port 587. TLS: encrypted at once, 465."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class SmtpSettings(crossdock.Settings):
    """Where mail is handed in, and from whom it is."""

    host: str = Field(min_length=1, description="The mail server's name")
    port: int = Field(default=587, ge=1, le=65535, description="587 for starttls, 465 for tls, as a rule")
    security: Security = Field(
        default=Security.STARTTLS, description="starttls, tls, or none, which is for this machine alone"
    )
    ca_file: Path | None = Field(
        default=None, description="Who vouches for the server, where that is no public CA: PEM"
    )
    username: str | None = Field(default=None, description="As whom to log in; without it nobody does")
    password: crossdock.SecretStr | None = Field(default=None, description="The password that goes with it")
    sender: str = Field(pattern=_ADDRESS, description="The address that mail comes from")
    sender_name: str | None = Field(default=None, max_length=100, description="The name beside that address")
    reply_to: str | None = Field(default=None, pattern=_ADDRESS, description="Where answers go, if not to the sender")
    timeout_seconds: float = Field(default=20, gt=0, le=120, description="How long to wait for each of its answers")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security is Security.NONE and self.host not in _LOOPBACK:
            raise ValueError("without encryption mail goes to this machine alone: set security to starttls or tls")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: set both, or none")
        return self

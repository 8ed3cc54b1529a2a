"""How files travel, as an integration's settings say it: one table with a `kind`."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from crossdock.settings import Settings

Port = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:\-]+$", max_length=255)]
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$", max_length=254)]


def here(host: str) -> bool:
    """Whether a host is this machine, to which secrets may travel in the open."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class FolderSettings(Settings):
    """A folder that both sides see: a network share, or one that something else fills.

    `folder`: the integration's own where it is not given. `outbox` and `inbox`: below it, unless they are absolute.
    `settle_seconds`: how long a file must have kept its size before it is read.
    """

    kind: Literal["folder"] = "folder"
    folder: Path | None = None
    outbox: Path = Path("orders")
    inbox: Path = Path("inbound")
    settle_seconds: int = Field(default=0, ge=0, le=3600)


class _Server(Settings):
    """What SFTP and FTP share."""

    host: Host
    user: str
    outbox: str = Field(default="orders", description="Folder that our files go to")
    inbox: str = Field(default="inbound", description="Folder that their files come from")
    archive: str | None = Field(
        default=None, description="Where files go that were taken in; they are deleted where it is not given"
    )
    settle_seconds: int = Field(
        default=30, ge=0, le=3600, description="How long a file must have kept its size before it is read"
    )


class SftpSettings(_Server):
    """A server that speaks SFTP. A password, a private key or both; its host key must be known beforehand.

    `host_key`: the fingerprint, as `ssh-keygen -lf` shows it. `private_key`: in OpenSSH's or PEM form.
    """

    kind: Literal["sftp"]
    port: Port = 22
    host_key: str = Field(pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$")
    password: SecretStr | None = None
    private_key: SecretStr | None = None
    passphrase: SecretStr | None = None

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("sftp needs a password or a private_key")
        return self


class FtpSettings(_Server):
    """A server that speaks FTP, by TLS unless `encrypted` is false: then passwords and files travel in the open.

    `ca_file`: certificates to trust in place of this machine's.
    """

    kind: Literal["ftp"]
    port: Port = 21
    password: SecretStr
    encrypted: bool = True
    ca_file: Path | None = None


class MailServer(Settings):
    """One mail server and the account on it. `tls`: from the first byte; `starttls`: after a greeting in the open.

    `none`: never; for this machine alone. `ca_file`: certificates to trust in place of this machine's.
    """

    host: Host
    port: Port
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "none" and not here(self.host):
            raise ValueError("mail without encryption is for this machine alone; use tls or starttls")
        if (self.user is None) is not (self.password is None):
            raise ValueError("user and password go together")
        return self


class Mailbox(MailServer):
    """The mailbox that answers come to, by IMAP. Read messages are moved to the mailbox `archive`, which is made.

    `senders`: whose messages are read; those of others are left alone.
    """

    port: Port = 993
    user: str
    password: SecretStr
    senders: tuple[Address, ...] = Field(min_length=1)
    mailbox: str = Field(default="INBOX", min_length=1)
    archive: str = Field(default="Crossdock", min_length=1)


class EmailSettings(Settings):
    """Orders go out as attachments of e-mails; answers come as attachments to one mailbox.

    `to`: where orders go. `sender`: whom they are from. `outgoing`: the server that takes them. `incoming`: the mailbox
    that is read; without it, nothing is. `copy_to`: an address whose mail arrives in that mailbox: a copy of each order
    goes there, and proves that it was sent where the server's answer was lost.
    """

    kind: Literal["email"]
    to: Address
    sender: Address
    outgoing: MailServer
    incoming: Mailbox | None = None
    copy_to: Address | None = None

    @model_validator(mode="after")
    def _copies_are_seen(self) -> Self:
        if self.copy_to is not None and self.incoming is None:
            raise ValueError("copy_to needs incoming, the mailbox where the copy is looked for")
        return self


TransportSettings = Annotated[FolderSettings | SftpSettings | FtpSettings | EmailSettings, Field(discriminator="kind")]
"""How files travel, by `kind`. Annotate a setting with it, and the integration's form offers them all."""

"""`crossdock key`: API keys."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from core.cli.app import err, out


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Create, list and revoke API keys.", no_args_is_help=True)
    group.command()(create)
    group.command(name="list")(list_keys)
    group.command()(revoke)
    app.add_typer(group, name="key")


def create(
    name: Annotated[str, typer.Argument(help="Who or what will use it: `storefront`, `3pl-berlin`.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, such as orders:read; several times for several.")],
    channel: Annotated[list[str] | None, typer.Option(help="Only this channel, by key. All by default.")] = None,
    location: Annotated[list[str] | None, typer.Option(help="Only this location, by code. All by default.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days after which it expires. Never by default.")] = None,
) -> None:
    """Create a key and print its secret, this once: nothing but a digest of it is kept."""
    from core import clock
    from core.access import keys
    from core.actor import acting_as
    from core.cli.joining import joined

    expires_at = clock.now() + timedelta(days=days) if days else None
    with joined("key", plugins=False) as (hub, _), hub.transaction() as session, acting_as("cli"):
        key, secret = keys.create(
            session, name, scope, channels=channel or (), locations=location or (), expires_at=expires_at
        )
        created = f"key_{key.id}"
    err.print(f"Created {created}. Keep its secret; it is shown only now:", highlight=False)
    out.print(secret, highlight=False, soft_wrap=True)


def list_keys() -> None:
    """List all keys, the newest first."""
    from sqlalchemy import select

    from core.access.models import ApiKey
    from core.cli.joining import joined

    with joined("key", plugins=False) as (hub, _), hub.transaction() as session:
        found = session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("id", "name", "scopes", "only", "created", "last used", "state"):
        table.add_column(title, overflow="fold")
    for key in found:
        only = ", ".join([*key.channels, *key.locations]) or "everything"
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        created = f"{key.created_at:%Y-%m-%d %H:%M}"
        table.add_row(f"key_{key.id}", key.name, ", ".join(key.scopes), only, created, used, _state(key))
    out.print(table)


def revoke(key: Annotated[str, typer.Argument(help="Its id, as `crossdock key list` shows it: key_12.")]) -> None:
    """End a key, for ever. Revoking twice is harmless."""
    from core import ids
    from core.access import keys
    from core.actor import acting_as
    from core.cli.joining import joined

    with joined("key", plugins=False) as (hub, _), hub.transaction() as session, acting_as("cli"):
        revoked = keys.revoke(session, ids.number_of("key", key))
        name = revoked.name
    out.print(f"Revoked {key} ({name}).", highlight=False)


def _state(key: object) -> str:
    from core import clock
    from core.access.models import ApiKey

    assert isinstance(key, ApiKey)
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= clock.now() else "valid"

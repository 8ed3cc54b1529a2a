"""Which integration a helpdesk is, where it is one."""

from sqlalchemy import any_, literal, select
from sqlalchemy.orm import Session

from core.integrations.models import Integration, Plugin


def able(session: Session, helpdesk: str, capability: str) -> int | None:
    """The number of the integration of this key, where it is a helpdesk with this capability."""
    return session.scalar(
        select(Integration.id)
        .join(Plugin, Plugin.name == Integration.plugin_name)
        .where(Integration.key == helpdesk, Integration.deleted_at.is_(None))
        .where(literal(f"helpdesk.{capability}") == any_(Plugin.capabilities))
    )

"""Keeping the tables of plugins and integrations as the last start found them, so that reading never calls a plugin."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import locks
from core.integrations.models import HealthStatus, Integration, Plugin

if TYPE_CHECKING:
    from core.plugins import LoadedIntegration, LoadedPlugin, Registry


def mirror(session: Session, registry: "Registry") -> None:
    """Write down what this process loaded. Integrations that left plugins.toml are disabled, not forgotten."""
    session.execute(select(func.pg_advisory_xact_lock(locks.MIRRORING)))
    if registry.plugins:
        _upsert(session, Plugin, "name", [_plugin(each, registry) for each in registry.plugins.values()])
    in_file = [each for each in registry.integrations.values() if each.from_file]
    loaded = [each for each in in_file if each.plugin in registry.plugins]
    if loaded:
        _upsert(session, Integration, "key", [_integration(each) for each in loaded])
        _note_health(session, loaded)
    gone = Integration.from_file, Integration.enabled, Integration.key.not_in([each.key for each in loaded])
    session.execute(update(Integration).where(*gone).values(enabled=False))
    session.execute(update(Plugin).where(Plugin.name.not_in(registry.plugins)).values(enabled=False))


def _plugin(plugin: "LoadedPlugin", registry: "Registry") -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "api_version": plugin.api_version,
        "kinds": [kind.upper() for kind in plugin.kinds],
        "enabled": registry.enabled(plugin.name),
        "summary": plugin.summary or None,
        "load_error": str(plugin.problem) if plugin.problem else None,
        "config_schema": plugin.config_schema,
        "capabilities": plugin.capabilities,
        "strategies": [
            {"name": each.name, "summary": each.summary} for each in plugin.providers if each.kind == "routing"
        ],
    }


def _integration(integration: "LoadedIntegration") -> dict[str, Any]:
    return {
        "key": integration.key,
        "plugin_name": integration.plugin,
        "kinds": [kind.upper() for kind in integration.kinds],
        "enabled": True,
        "from_file": integration.from_file,
        "config": integration.config,
    }


def _note_health(session: Session, loaded: "list[LoadedIntegration]") -> None:
    """One that cannot start is DOWN, with the reason; one that was and can now is UNKNOWN until it is used."""
    for integration in loaded:
        row = Integration.key == integration.key
        if integration.problem is not None:
            values = {"health": HealthStatus.DOWN, "health_message": str(integration.problem)}
            session.execute(update(Integration).where(row).values(values))
    running = [each.key for each in loaded if each.problem is None]
    session.execute(
        update(Integration)
        .where(Integration.key.in_(running), Integration.health == HealthStatus.DOWN)
        .values(health=HealthStatus.UNKNOWN, health_message=None)
    )


def _upsert(session: Session, model: type[Plugin] | type[Integration], key: str, rows: list[dict[str, Any]]) -> None:
    """Add what is new; change only what differs, so that a start that finds nothing new writes nothing."""
    statement = insert(model).values(rows)
    columns = [getattr(model, name) for name in rows[0] if name != key]
    changes = {column.key: statement.excluded[column.key] for column in columns}
    differs = or_(*(column.is_distinct_from(statement.excluded[column.key]) for column in columns))
    session.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes, where=differs))

"""Integrations that are made in the API: their settings checked by their plugin, their secrets sealed."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from sqlalchemy import delete as sql_delete
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, outbox
from core.errors import AlreadyExists, IllegalState, Invalid, NotFound, PluginUnavailable, VersionConflict
from core.flows import open_work, sync
from core.flows.channels.subscribe import reaches_us
from core.integrations import tokens
from core.integrations.health import note_checked
from core.integrations.models import HealthStatus, Integration, Plugin
from core.jobs.models import Job
from core.plugins import LoadedIntegration
from core.plugins.configure import configure
from core.plugins.secrets import hint_of, unmasked
from crossdock import AuthExpired, Diagnosis

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

MASK = "**********"
"""What a secret looks like in answers; given back, it means that the secret stays."""
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")


def create(hub: "Hub", plugin: str, key: str, config: Mapping[str, Any], *, enabled: bool = True) -> int:
    """Make an integration and return its id. Raises NotFound, Invalid, AlreadyExists, PluginUnavailable."""
    hub.refresh(now=True)
    if not _KEY.fullmatch(key):
        raise Invalid(f"{key!r} cannot be a key: lower-case letters, digits, dots, dashes, up to 63.", path=("key",))
    loaded = _loaded(hub, plugin, key, config)
    with hub.transaction() as session:
        known = session.scalar(select(Integration).where(Integration.key == key).with_for_update())
        if known is not None and known.deleted_at is None:
            raise AlreadyExists(f"There is an integration {key!r} already.", path=("key",))
        found = known or Integration(key=key, plugin_name=plugin, created_at=clock.now())
        found.plugin_name, found.deleted_at, found.from_file, found.enabled = plugin, None, False, enabled
        found.version = known.version + 1 if known is not None else 1
        _write(hub, found, loaded, config)
        session.add(found)
        session.execute(update(Plugin).where(Plugin.name == plugin).values(enabled=True))
        session.flush()
        outbox.record(session, "integration.created", f"int_{found.id}", f"Integration {key} of {plugin} is new.")
        _begin(session, found, loaded)
        integration_id = found.id
    _learn(hub, key)
    return integration_id


def change(
    hub: "Hub",
    key: str,
    config: Mapping[str, Any] | None = None,
    *,
    enabled: bool | None = None,
    expected_version: int | None = None,
) -> int:
    """Merge settings: what is not given stays, null takes a setting away, a masked secret stays. The id.

    Raises NotFound, IllegalState for one of plugins.toml, VersionConflict, Invalid.
    """
    hub.refresh(now=True)
    with hub.transaction() as session:
        found = _mine(session, key)
        if expected_version is not None and found.version != expected_version:
            said = f"Integration {key} is at version {found.version}, not {expected_version}."
            raise VersionConflict(said, path=("expectedVersion",))
        merged = _merged(hub, found, config or {})
        loaded = _loaded(hub, found.plugin_name, key, merged)
        found.enabled = found.enabled if enabled is None else enabled
        found.version += 1
        _write(hub, found, loaded, merged)
        outbox.record(session, "integration.updated", f"int_{found.id}", f"The settings of {key} changed.")
        _begin(session, found, loaded)
        integration_id = found.id
    _learn(hub, key)
    return integration_id


def remove(hub: "Hub", key: str) -> int:
    """Delete an integration, its secrets and its waiting jobs; what it brought stays. The id.

    Raises IllegalState while it owes something: see `open_work`. The other side is asked to send nothing more; where it
    cannot be reached, what it sends is refused.
    """
    hub.refresh(now=True)
    with hub.transaction() as session:
        _owes_nothing(session, _mine(session, key))
    _unsubscribe(hub, key)
    with hub.transaction() as session:
        found = _mine(session, key)
        _owes_nothing(session, found)
        found.enabled, found.sealed, found.config, found.deleted_at = False, None, {}, clock.now()
        found.version += 1
        tokens.forget(session, found.id)
        session.execute(sql_delete(Job).where(Job.integration_id == found.id, Job.state == "PENDING"))
        outbox.record(session, "integration.deleted", f"int_{found.id}", f"Integration {key} was deleted.")
        integration_id = found.id
    _learn(hub, key)
    return integration_id


def _owes_nothing(session: Session, found: Integration) -> None:
    open_still = open_work.of(session, found)
    if open_still:
        said = f"{found.key} still has {', '.join(open_still)}. Let that end, or disable the integration instead."
        raise IllegalState(said, path=("key",))


def check(hub: "Hub", key: str) -> int:
    """Ask the other side whether the settings work, and write down the health. The id. Raises NotFound."""
    hub.refresh(now=True)
    with hub.transaction() as session:
        integration = session.scalar(
            select(Integration).where(Integration.key == key, Integration.deleted_at.is_(None))
        )
        if integration is None:
            raise NotFound(f"No integration has the key {key!r}.", path=("key",))
        integration_id = integration.id
    health, message = _looked_at(hub, key)
    with hub.transaction() as session:
        note_checked(session, key, health, message)
        if health is not HealthStatus.DOWN and hub.registry.integrations[key].problem is None:
            _begin(session, session.get_one(Integration, integration_id), hub.registry.integrations[key])
    return integration_id


def _looked_at(hub: "Hub", key: str) -> tuple[HealthStatus, str | None]:
    loaded = hub.registry.integrations.get(key)
    if loaded is None or loaded.problem is not None:
        return HealthStatus.DOWN, loaded.error if loaded is not None else "It does not run here. Start the hub again."
    hub.guard.forget(key)
    able = [bound for bound in loaded.providers if "check" in bound.provider.capabilities]
    if not able:
        return HealthStatus.UNKNOWN, "Its settings are complete; whether they work shows when it is used."
    found: list[Diagnosis] = []
    for bound in able:
        provider = hub.provider(key, bound.provider.kind, bound.provider.name)
        context = hub.context(key)
        try:
            found += provider.check(context)
        except AuthExpired as error:
            found.append(Diagnosis(name="credentials", ok=False, message=error.message, mend="Give it new ones."))
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything: that it did is what was found
            found.append(Diagnosis(name="answer", ok=False, message=str(error) or type(error).__name__, severe=False))
        if (wrong_clock := getattr(context.http, "wrong_clock", None)) is not None:
            found.append(Diagnosis(name="clock", ok=False, message=wrong_clock, severe=False))
    wrong = [each for each in found if not each.ok]
    if not wrong:
        return HealthStatus.OK, None
    worst = HealthStatus.DOWN if any(each.severe for each in wrong) else HealthStatus.DEGRADED
    return worst, " ".join(f"{each.message} {each.mend}".strip() for each in wrong)


def _mine(session: Session, key: str) -> Integration:
    query = select(Integration).where(Integration.key == key, Integration.deleted_at.is_(None)).with_for_update()
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"No integration has the key {key!r}.", path=("key",))
    if found.from_file:
        raise IllegalState(f"{key} is written in plugins.toml: change it there.", path=("key",))
    return found


def _loaded(hub: "Hub", plugin: str, key: str, config: Mapping[str, Any]) -> LoadedIntegration:
    """The integration that these settings make. Raises Invalid with what is wrong and how to mend it."""
    known = hub.registry.plugins.get(plugin)
    if known is None:
        raise NotFound(f"There is no plugin {plugin!r}; `plugins` lists those there are.", path=("plugin",))
    if known.problem is not None:
        raise PluginUnavailable(str(known.problem), path=("plugin",))
    raw = {**config, "plugin": plugin}
    loaded = configure(key, raw, hub.registry.plugins, where=lambda _: "Settings", from_file=False)
    if loaded.problem is not None:
        named = next((name for name in config if repr(name) in loaded.problem.reason), None)
        raise Invalid(str(loaded.problem), path=("config", named) if named else ("config",))
    return loaded


def _merged(hub: "Hub", found: Integration, config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are to be. Where those that are there cannot be opened, all must be given."""
    kept: dict[str, Any] = orjson.loads(hub.sealer.open(found.sealed, found.key)) if found.sealed else {}
    plugin = hub.registry.plugins.get(found.plugin_name)
    for name, value in config.items():
        hint = None if plugin is None else hint_of(plugin.settings, name)
        merged = unmasked(value, kept.get(name), hint, MASK)
        if merged is None:
            kept.pop(name, None)
        else:
            kept[name] = merged
    return kept


def _write(hub: "Hub", found: Integration, loaded: LoadedIntegration, config: Mapping[str, Any]) -> None:
    found.kinds = [kind.upper() for kind in loaded.kinds]
    found.config = loaded.config
    found.sealed = hub.sealer.seal(orjson.dumps(dict(config)).decode(), found.key)
    found.health = HealthStatus.UNKNOWN
    found.health_message = None if found.enabled else "It is disabled."


def _begin(session: Session, integration: Integration, loaded: LoadedIntegration) -> None:
    """Have the other side send what happens there, where it can be told so."""
    if integration.enabled and any(each.endswith(".subscriptions") for each in loaded.capabilities):
        sync.run_later(session, integration.id, integration.key, "subscribe")


def _unsubscribe(hub: "Hub", key: str) -> None:
    loaded = hub.registry.integrations.get(key)
    able = loaded is not None and loaded.problem is None and "channel.subscriptions" in loaded.capabilities
    if not able or not reaches_us(hub, key):
        return
    try:
        hub.provider(key, "channel").unsubscribe(hub.context(key))
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the integration goes all the same
        log.warning("integration.not_unsubscribed", integration=key, error=str(error))


def _learn(hub: "Hub", key: str) -> None:
    """This process knows of the change at once, the others within seconds."""
    hub.guard.forget(key)
    hub.refresh(now=True)

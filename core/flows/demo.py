"""Demo: the far side of suppliers is played here, so that a newcomer sees them answer. Only with sample data."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from core.jobs.registry import periodic

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)


@periodic("demo.play", every=timedelta(seconds=20), queue="suppliers", only_if=lambda config: config.sample)
def play(hub: "Hub") -> None:
    """Let every player that a plugin brings answer what it was sent."""
    running = (key for key, integration in hub.registry.integrations.items() if integration.problem is None)
    for key in sorted(running):
        player = hub.player(key)
        if player is not None:
            player.play(hub.context(key))
            log.debug("played the other side", integration=key)

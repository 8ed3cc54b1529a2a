"""Which carrier brings a parcel back, and for how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import crossdock
from core.errors import CrossdockError, NotFound, NotSupported, PluginRejected, PluginUnavailable
from core.flows.labels.rates import fits

if TYPE_CHECKING:
    from core.hub import Hub

_CAPABILITY = "return_labels"


@dataclass(frozen=True, slots=True)
class Offer:
    """A carrier's integration, and its rate. Without one the carrier is asked for the service that was named."""

    carrier: str
    service: str
    reference: str | None = None


def cheapest(
    hub: "Hub", request: crossdock.RateRequest, *, carrier: str | None, service: str | None
) -> tuple[Offer | None, list[CrossdockError]]:
    """The cheapest offer of all carriers that make return labels, or of the one that is named; and what went wrong.

    No transaction is open. Raises NotFound for a carrier that is not there, NotSupported where none makes such labels.
    """
    asked = _carriers(hub, carrier)
    quoting = dict(hub.providers("carrier", "rates"))
    offers, errors = list[tuple[int, Offer]](), list[CrossdockError]()
    for key in asked:
        if key not in quoting:
            if carrier is not None and service is not None:
                return Offer(key, service), []
            continue
        try:
            offers += _quotes(hub, key, quoting[key], request, service)
        except crossdock.Rejected as error:
            errors.append(PluginRejected(f"{key}: {error.message}", path=("id",)))
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the other carriers still count
            errors.append(PluginUnavailable(f"{key} did not answer: {error}", path=("id",)))
    best = min(offers, key=lambda offer: (offer[0], offer[1].carrier, offer[1].service), default=None)
    return (None if best is None else best[1]), errors


def _quotes(
    hub: "Hub", key: str, provider: Any, request: crossdock.RateRequest, service: str | None
) -> Iterator[tuple[int, Offer]]:
    for rate in provider.rates(hub.context(key), request):
        if service is None or fits(rate.service, service):
            yield rate.cost.minor, Offer(key, rate.service, rate.reference)


def _carriers(hub: "Hub", carrier: str | None) -> list[str]:
    able = hub.able("carrier", _CAPABILITY)
    if carrier is None and not able:
        raise NotSupported("No carrier of this hub makes labels for the way back.", path=("id",))
    if carrier is None:
        return able
    if carrier in able:
        return [carrier]
    if carrier in hub.able("carrier", "labels"):
        raise NotSupported(f"{carrier} makes no labels for the way back.", path=("carrier",))
    raise NotFound(f"There is no carrier {carrier!r}.", path=("carrier",))

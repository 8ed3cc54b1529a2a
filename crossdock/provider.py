"""How a plugin says what it offers: one Provider for each kind of thing it can be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from inspect import Parameter, signature
from typing import Any, Generic, Literal, TypeVar, get_args

from crossdock.limits import RateLimit
from crossdock.settings import Settings

API_VERSION = "1.2"
"""Major.minor of this contract. A plugin built for another major or a later minor is refused."""

Kind = Literal[
    "channel",
    "supplier",
    "carrier",
    "address",
    "routing",
    "helpdesk",
    "notifier",
    "risk",
    "payment",
    "accounting",
    "forecast",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

S_co = TypeVar("S_co", bound=Settings, covariant=True)


@dataclass(frozen=True, slots=True)
class Integration(Generic[S_co]):
    """One configured use of a plugin: this Shopify store, that 3PL account."""

    key: str
    plugin: str
    settings: S_co


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself, as `manifest` in the module that its entry point names.

    api: the API_VERSION that it was built for. A plugin without a manifest counts as built for 1.0.
    """

    summary: str
    api: str = API_VERSION


@dataclass(frozen=True, slots=True)
class Provider:
    """A registration, returned by the hook `crossdock_providers`.

    name: unique within the plugin and kind: the carrier's or strategy's own name.
    factory: called once per integration; it must not do I/O. What it returns has the verbs of `capabilities`.
    capabilities: which verbs it offers; see `crossdock.capabilities.VERBS` for the names of each kind.
    sandbox: makes the other side, played, for an integration: see `crossdock.sandbox`.
    sandbox_settings: from the address of a sandbox that is an app to the settings of an integration that reaches it.
        With them `crossdock sandbox` serves it; they are shown to whoever asks, so nothing in them is secret.
    limits: from an integration's settings to how often the other side may be asked; None: as often as one likes.
    store: from an integration's settings to the name that `WebhookEvent.store` has for it, for senders that know one
        address for many accounts.
    hosts: whom an address in its settings may name, as `*.pigeon.example`, beside this machine; empty: anybody. Secrets
        are sent there, so a plugin whose other side has names of its own should say them.
    poll_every: from an integration's settings to how often the hub runs a channel's jobs by itself, by the job's name
        (orders, sweep, returns, settlements, listings, stock, notifications, subscribe), for limits that do not bear
        the usual pace, and for a channel that tells of all by itself. What it does not name keeps that pace; more often
        than every 15 seconds is every 15 seconds.
    """

    name: str
    kind: Kind
    settings: type[Settings]
    factory: Callable[[Integration[Any]], object]
    capabilities: Iterable[str] = field(default_factory=frozenset)
    summary: str = ""
    sandbox: Callable[..., object] | None = None
    limits: Callable[[Any], Sequence[RateLimit]] | None = None
    store: Callable[[Any], str | None] | None = None
    poll_every: Callable[[Any], Mapping[str, timedelta]] | None = None
    sandbox_settings: Callable[[str], Mapping[str, Any]] | None = None
    hosts: Sequence[str] = ()

    @property
    def sandbox_is_app(self) -> bool:
        """Whether its sandbox is an ASGI app, which is served at an address, and no `Player`."""
        if self.sandbox is None:
            return False
        needed = [each for each in signature(self.sandbox).parameters.values() if each.default is Parameter.empty]
        return len(needed) > 1

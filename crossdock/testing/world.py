"""A provider and its sandbox, face to face: a wire between them that can fail, a clock, a letter box for webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crossdock.context import Context
from crossdock.errors import BadData, KeyNeeded, OutcomeUnknown, Pending, RateLimited, Retryable
from crossdock.provider import Integration, Provider
from crossdock.sandbox import Stage
from crossdock.settings import Settings
from crossdock.testing.context import NOON, Lines, Purse, a_context
from crossdock.testing.faults import Asgi, Faults
from crossdock.testing.wire import Wire
from crossdock.webhooks import WebhookReply, WebhookRequest

ADDRESS = "https://hub.example/webhooks/under-test"
_PATIENCE = 20
"""Rounds of asking again before somebody is given up."""

FIND = {
    "confirm_shipment": "find_shipment",
    "cancel": "find_cancel",
    "accept_cancel": "find_accept_cancel",
    "refund": "find_refund",
    "decide_return": "find_return_decision",
    "buy_label": "find_label",
    "void_label": "find_void",
    "submit": "find_submission",
    "request_cancel": "find_cancel_request",
    "post_note": "find_note",
}
"""The verb that asks whether an act happened."""


@dataclass(slots=True)
class Clock:
    """Stands still until it is moved."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> None:
        self.moment += by


@dataclass(slots=True)
class Letters:
    """What the sandbox sent to the hub, byte for byte; it is told 200 each time."""

    clock: Clock
    heard: list[WebhookRequest] = field(default_factory=list)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        place = urlsplit(url)
        self.heard.append(
            WebhookRequest(
                method=method,
                path=place.path,
                query=place.query,
                headers={name.lower(): value for name, value in headers.items()},
                body=body,
                received_at=self.clock.now(),
                address=ADDRESS,
            )
        )
        return 200


class World:
    """One integration of one provider.

    remote: the sandbox, the object that `Provider.sandbox` made. placed: ids of the orders that are in it. tokens, log,
    letters: what the provider was given and what it said, and what the sandbox sent.
    """

    def __init__(self, registration: Provider, settings: Mapping[str, object], home: Path, *, seed: int = 1) -> None:
        if registration.sandbox is None:
            raise AssertionError(f"The {registration.kind} {registration.name!r} has no sandbox to be tried against.")
        self.registration = registration
        self.integration: Integration[Settings] = Integration(
            "under-test", registration.name, registration.settings.model_validate(settings)
        )
        self.home = home
        self.clock = Clock()
        self.log = Lines()
        self.tokens = Purse()
        self.letters = Letters(self.clock)
        self.placed: list[str] = []
        self._keys: dict[str, str] = {}
        url = str(getattr(self.integration.settings, "url", "")).rstrip("/")
        stage = Stage(url=url, send=self.letters, now=self.clock.now, webhooks=ADDRESS, seed=seed)
        self.remote: Any = registration.sandbox(self.integration, stage)
        self.faults = Faults(Asgi(self.remote))
        self.wire = Wire(self.faults, self.log)

    def provider(self) -> Any:
        """A fresh one, as another process would have it: nothing may live in an instance."""
        return self.registration.factory(self.integration)

    def context(self, **facts: Any) -> Context[Settings]:
        """Facts as in `a_context`."""
        made = a_context(
            self.integration.settings,
            self.home,
            integration=self.integration.key,
            http=self.wire,
            tokens=self.tokens,
            address=ADDRESS,
            **facts,
        )
        return replace(made, now=self.clock.now, log=self.log)

    def ask(self, verb: str, *given: Any, key: str = "", cursor: str | None = None, **named: Any) -> Any:
        """Call a verb, and again as long as it says that it is pending. Raises what it raises."""
        handle = None
        for _ in range(_PATIENCE):
            try:
                return getattr(self.provider(), verb)(
                    self.context(key=key, cursor=cursor, handle=handle), *given, **named
                )
            except Pending as pending:
                handle = pending.handle
                self.clock.forward(pending.ask_again_after)
        raise AssertionError(f"{verb} was still pending after {_PATIENCE} times.")

    def act(self, verb: str, request: Any, *, key: str, **named: Any) -> Any:
        """Have it done as the hub does: ask `find_*` before any second try, with the handle that an error gave."""
        handle = None
        for attempt in range(_PATIENCE):
            try:
                if attempt:
                    found = getattr(self.provider(), FIND[verb])(self.context(key=key, handle=handle), request)
                    if found is not None:
                        return found
                return getattr(self.provider(), verb)(self.context(key=key), request, **named)
            except Pending as error:
                handle = error.handle
                self.clock.forward(error.ask_again_after)
            except OutcomeUnknown as error:
                handle = error.handle or handle
            except RateLimited as error:
                self.clock.moment = max(self.clock.moment, error.until)
            except Retryable as error:
                self.clock.forward(error.after or timedelta(seconds=30))
            except BadData:
                pass  # the act may have happened all the same
        raise AssertionError(f"{verb} had not been done after {_PATIENCE} tries.")

    def read(self, request: WebhookRequest) -> Any:
        """What `parse_webhook` makes of it; a public key that it needs is fetched, as the hub does."""
        while True:
            try:
                given = replace(request, keys=dict(self._keys))
                return self.provider().parse_webhook(self.integration.settings, given)
            except KeyNeeded as needed:
                if needed.key_id in self._keys:
                    raise AssertionError(f"The key {needed.key_id} was given and is asked for again.") from needed
                self._keys[needed.key_id] = self.ask("fetch_webhook_key", needed.key_id)

    def events(self, request: WebhookRequest) -> list[Any]:
        """The events in it; none where it is answered by a reply."""
        read = self.read(request)
        return [] if isinstance(read, WebhookReply) else list(read)

    def secrets(self) -> list[str]:
        """Every secret text that the provider knows by now."""
        values = self.integration.settings.model_dump().values()
        found = [value.get_secret_value() for value in values if hasattr(value, "get_secret_value")]
        for token in self.tokens.held.values():
            found += [token.access, *([token.refresh] if token.refresh else [])]
        return [text for text in found if text]

    def close(self) -> None:
        self.wire.close()

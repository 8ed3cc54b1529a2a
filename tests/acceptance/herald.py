"""A notifier from elsewhere, as a plugin of its own: it tells people, by mail and by text message.

Its messages are files in the integration's folder. What its `mood` file says is how the next message goes: `silent`
sends it and never answers, `refusing` says no, `busy` is not ready, and `forgetful` is silent and then cannot say
whether it was sent.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import crossdock
from crossdock import Context, Message, NotSupported, OutcomeUnknown, Rejected, Retryable, Sent

Ctx = Context[Any]


class Herald:
    """Kind `notifier`: `email` and `sms`."""

    def send(self, ctx: Ctx, message: Message) -> Sent:
        known = _read(ctx)
        if known is not None:
            return known
        mood = _mood(ctx.home)
        if mood == "refusing" or message.recipient == "nobody":
            raise Rejected("unknown", "Nobody lives there.", "recipient")
        if mood == "busy":
            raise Retryable("The herald is asleep.")
        kept = {"to": message.recipient, "subject": message.subject, "text": message.text, "language": message.language}
        at = ctx.now().isoformat()
        # Its name is taken once: who comes second of two at a time finds it there.
        with _file(ctx).open("x") as file:
            file.write(json.dumps({**kept, "medium": message.medium, "name": message.recipient_name, "at": at}))
        if mood in {"silent", "forgetful"}:
            if mood == "forgetful":
                (ctx.home / "forgotten").touch()
            raise OutcomeUnknown("The herald did not come back.")
        return Sent(at=ctx.now(), external_id=ctx.key)

    def find_message(self, ctx: Ctx, _message: Message) -> Sent | None:
        if (ctx.home / "forgotten").exists():
            raise NotSupported("The herald does not remember.")
        return _read(ctx)


def told(home: Path) -> list[dict[str, Any]]:
    """Everything that it ever sent, in that order."""
    kept = [json.loads(path.read_text()) for path in home.glob("*.json")]
    return sorted(kept, key=lambda message: str(message["at"]))


def in_mood(home: Path, mood: str) -> None:
    """How the next message goes."""
    (home / "mood").write_text(mood)


def _mood(home: Path) -> str | None:
    path = home / "mood"
    mood = path.read_text() if path.exists() else None
    path.unlink(missing_ok=True)
    return mood


def _file(ctx: Ctx) -> Path:
    return ctx.home / f"{hashlib.sha256(ctx.key.encode()).hexdigest()}.json"


def _read(ctx: Ctx) -> Sent | None:
    file = _file(ctx)
    if not file.exists():
        return None
    return Sent(at=datetime.fromisoformat(json.loads(file.read_text())["at"]), external_id=ctx.key)


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "herald",
            kind="notifier",
            settings=crossdock.Settings,
            factory=lambda _: Herald(),
            capabilities={"email", "sms"},
        )
    ]

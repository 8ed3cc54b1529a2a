"""Somebody else's books, as a plugin: each journal a file in the integration's folder, by its key.

What its `mood` file says is how it goes: `silent` posts and never answers, `refusing` and `busy` post nothing.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import crossdock
from crossdock import AccountingSettings, Context, Exported, JournalExport

Ctx = Context[AccountingSettings]


class Bookkeeper:
    """Kind `accounting`. Who asks twice with one key has posted twice, unless it looks before."""

    def export(self, ctx: Ctx, batch: JournalExport) -> Exported:
        mood = _mood(ctx.home)
        if mood == "refusing":
            raise crossdock.Rejected("account", "There is no account 4000.", "lines")
        if mood == "busy":
            raise crossdock.Retryable("The books are being closed.")
        number = len(posted(ctx.home)) + 1
        entry = {
            "key": ctx.key,
            "reference": batch.reference,
            "day": batch.day.isoformat(),
            "correction": batch.correction,
            "rate": None if batch.rate is None else str(batch.rate),
            "lines": {line.account: line.amount.minor for line in batch.lines},
        }
        (ctx.home / f"journal-{number:03}.json").write_text(json.dumps(entry))
        if mood == "silent":
            raise crossdock.OutcomeUnknown("The books did not answer.")
        return Exported(external_id=f"M-{number}")

    def find_export(self, ctx: Ctx, batch: JournalExport) -> Exported | None:
        mine = [number for number, each in enumerate(posted(ctx.home), 1) if each["reference"] == batch.reference]
        return Exported(external_id=f"M-{mine[0]}") if mine else None


def posted(home: Path) -> list[dict[str, Any]]:
    """Every journal, in the order in which they were posted."""
    return [json.loads(file.read_text()) for file in sorted(home.glob("journal-*.json"))]


def in_mood(home: Path, mood: str | None) -> None:
    (home / "mood").write_text(mood or "")


def _mood(home: Path) -> str:
    file = home / "mood"
    return file.read_text() if file.exists() else ""


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "bookkeeper",
            kind="accounting",
            settings=AccountingSettings,
            factory=lambda _: Bookkeeper(),
            capabilities={"export"},
        )
    ]

"""The job of an accounting integration: what is over is written down, then each journal is posted once."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.exports import service as exports
from core.exports.models import JournalExport as Row
from core.external.models import CallState
from core.external.service import Intent, intend_all
from core.flows.asking import Outcome, perform
from core.flows.export_books import journal, refusal
from core.integrations import runs
from core.integrations.models import Integration
from core.integrations.runs import Counts
from crossdock import Exported

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "export"
_AT_ONCE = 200


def export(hub: "Hub", key: str) -> int | None:
    """Post what is to be posted, oldest first; the run's id, None where there is nothing.

    A journal that is refused holds up its day alone. Raises what says when to try again where the other books have not
    answered: the journal is looked for before it is posted a second time.
    """
    settings = hub.registry.integration(key).settings
    with hub.transaction() as session:
        integration = session.scalars(select(Integration).where(Integration.key == key).with_for_update()).one()
        journal.draft(session, integration, settings)
        waiting = exports.pending(session, integration.id, limit=_AT_ONCE)
        if not waiting:
            return None
        calls = intend_all(session, [_intent(row) for row in waiting])
        run_id = runs.begin(session, integration.id, JOB)
    for row in waiting:
        outcome = _post(hub, key, calls[_call_key(row)], row)
        with hub.transaction() as session:
            runs.count(session, run_id, _kept(session, key, row, outcome))
        if outcome.again is not None:
            with hub.transaction() as session:
                runs.end(session, run_id, error=str(outcome.again))
            raise outcome.again
    with hub.transaction() as session:
        runs.end(session, run_id)
    return run_id


def _intent(row: Row) -> Intent:
    return Intent(
        purpose="journal_export",
        subject=row.reference,
        call_key=_call_key(row),
        integration_id=row.integration_id,
    )


def _call_key(row: Row) -> str:
    return f"journal-export-{row.id}"


def _post(hub: "Hub", key: str, call_id: int, row: Row) -> Outcome[Exported]:
    batch = journal.told(row)
    return perform(
        hub,
        call_id,
        key,
        "accounting",
        lambda provider, ctx: provider.export(ctx, batch),
        lambda provider, ctx: provider.find_export(ctx, batch),
        note=lambda posted: {"external_id": posted.external_id},
    )


def _kept(session: Session, key: str, row: Row, outcome: Outcome[Exported]) -> Counts:
    if outcome.state is CallState.REJECTED:
        refusal.ask(session, row, key, outcome.message)
        return Counts(seen=1, rejected=1)
    if not outcome.succeeded:
        return Counts()
    name = outcome.value.external_id if outcome.value is not None else (outcome.answer or {}).get("external_id")
    exports.exported(session, row.id, name)
    return Counts(seen=1, created=1)

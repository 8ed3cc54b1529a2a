"""Opening, giving out and resolving cases."""

from datetime import datetime

import strawberry

from core.cases import service
from core.flows import resolve
from core.flows.open_case import open_by_hand
from schema.acting import transact, transact_once
from schema.cases.types import Case, CaseKind, CasePayload
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import CaseId


@mutation(scope="orders:write")
async def case_open(
    ctx: Context,
    kind: CaseKind,
    title: str,
    message: str,
    subject: strawberry.ID | None = None,
    due_at: datetime | None = None,
) -> CasePayload:
    """Asks a person to decide something."""
    case_id = await transact(ctx, open_by_hand, kind=kind, title=title, message=message, subject=subject, due_at=due_at)
    return CasePayload(case=Ref(Case, case_id))


@mutation(scope="orders:write")
async def case_assign(ctx: Context, id: CaseId, assignee: str | None = None) -> CasePayload:
    """Gives it to somebody; without `assignee`, back to nobody."""
    await transact(ctx, service.assign, id, assignee)
    return CasePayload(case=Ref(Case, id))


@mutation(scope="orders:write")
async def case_resolve(
    ctx: Context, id: CaseId, idempotency_key: str, option: str | None = None, note: str | None = None
) -> CasePayload:
    """`option` is the key of one of its options."""
    await transact_once(ctx, idempotency_key, resolve.resolve, id, option=option, note=note)
    return CasePayload(case=Ref(Case, id))

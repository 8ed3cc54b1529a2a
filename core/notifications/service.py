"""Keeping templates, and the rows of what was, is to be, or is not to be sent."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.errors import Invalid
from core.notifications import words
from core.notifications.events import fields_of
from core.notifications.models import (
    Medium,
    Notification,
    NotificationState,
    NotificationTemplate,
    notification_template_channels,
)
from core.notifications.queries import channels_of

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
USUAL_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notification to be written. With a `reason` nobody is written to, and that is why."""

    order_id: int
    event_id: int | None
    event: str
    template: str
    medium: Medium
    language: str
    recipient: str
    recipient_name: str | None
    subject: str | None
    body: str
    integration_id: int | None = None
    reason: str | None = None


def upsert_template(
    session: Session,
    key: str,
    medium: Medium,
    language: str | None,
    given: Mapping[str, Any],
    *,
    channel_ids: Collection[int] | None = None,
) -> NotificationTemplate:
    """Make or change the words of a key in one medium and language; what is not given stays.

    `given` holds columns of NotificationTemplate. `language` None is the one that the key has in this medium, where it
    has but one. Words in a further medium or language are for the same event and channels as those that the key has.
    `channel_ids` replaces the list of channels. Raises Invalid.
    """
    if not _KEY.fullmatch(key):
        raise Invalid(f"{key!r} cannot be a key: lower-case letters, digits, dots, dashes, up to 63.", path=("key",))
    siblings = _siblings(session, key)
    language = _language(language, key, medium, siblings)
    known = next((each for each in siblings if (each.medium, each.language) == (medium, language)), None)
    columns = {**_begun(siblings), **({} if known is None else _columns(known)), **given}
    columns["subject"] = None if medium is Medium.SMS else columns.get("subject")
    _check(columns, key, medium, siblings if known is None or len(siblings) > 1 else ())
    template = known or NotificationTemplate(key=key, medium=medium, language=language)
    for name, value in columns.items():
        setattr(template, name, value)
    session.add(template)
    session.flush()
    if channel_ids is None and known is None and siblings:
        channel_ids = channels_of(session, [siblings[0].id])[siblings[0].id]
    if channel_ids is not None:
        _set_channels(session, template.id, channel_ids)
    said = f"The words of {key} by {medium.lower()} in {language} are {'new' if known is None else 'changed'}."
    outbox.record(session, "notification_template.set", ids.encode("ntpl", template.id), said)
    return template


def _siblings(session: Session, key: str) -> Sequence[NotificationTemplate]:
    query = select(NotificationTemplate).where(NotificationTemplate.key == key).order_by(NotificationTemplate.id)
    return session.scalars(query.with_for_update()).all()


def _language(given: str | None, key: str, medium: Medium, siblings: Sequence[NotificationTemplate]) -> str:
    if given is None:
        there = [each.language for each in siblings if each.medium is medium]
        if len(there) > 1:
            languages = ", ".join(there)
            raise Invalid(f"{key} has words in {languages}; say which are meant.", path=("language",))
        return there[0] if there else USUAL_LANGUAGE
    if not _LANGUAGE.fullmatch(given):
        raise Invalid(f"{given!r} is no language; write one such as en, de or pt-BR.", path=("language",))
    return given


def _columns(template: NotificationTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in ("event", "subject", "body", "enabled")}


def _begun(siblings: Sequence[NotificationTemplate]) -> dict[str, Any]:
    """What further words of a key begin with."""
    return {"enabled": True} if not siblings else {**_columns(siblings[0]), "body": None}


def _check(columns: Mapping[str, Any], key: str, medium: Medium, siblings: Sequence[NotificationTemplate]) -> None:
    if not columns.get("event"):
        raise Invalid("A new template needs the event that it tells of.", path=("event",))
    allowed = fields_of(columns["event"])
    other = next((each.event for each in siblings if each.event != columns["event"]), None)
    if other is not None:
        raise Invalid(f"{key} tells of {other} in its other words; one key, one event.", path=("event",))
    words.check(columns.get("body") or "", allowed, path=("body",))
    if medium is not Medium.SMS:
        words.check(columns.get("subject") or "", allowed, path=("subject",), longest=words.LONGEST_SUBJECT)


def _set_channels(session: Session, template_id: int, channel_ids: Collection[int]) -> None:
    table = notification_template_channels
    session.execute(delete(table).where(table.c.template_id == template_id))
    if channel_ids:
        rows = [{"template_id": template_id, "channel_id": each} for each in sorted(set(channel_ids))]
        session.execute(insert(table), rows)


def add(session: Session, drafts: Sequence[Draft]) -> list[int]:
    """Write notifications; those that are to be sent, by id. One that was written before is left as it is."""
    if not drafts:
        return []
    now = clock.now()
    rows = [
        {
            **{name: getattr(draft, name) for name in Draft.__dataclass_fields__},
            "state": NotificationState.QUEUED if draft.reason is None else NotificationState.SUPPRESSED,
            "created_at": now,
        }
        for draft in drafts
    ]
    statement = upsert(Notification).values(rows).on_conflict_do_nothing()
    added = session.execute(statement.returning(Notification.id, Notification.state)).all()
    return sorted(row.id for row in added if row.state is NotificationState.QUEUED)


def sent(session: Session, notification: Notification, at: datetime) -> None:
    """It has gone out."""
    notification.state, notification.sent_at, notification.reason = NotificationState.SENT, at, None
    _tell(session, notification, f"{notification.recipient} was told of {notification.event} by {_by(notification)}.")


def failed(session: Session, notification: Notification, reason: str) -> None:
    """It is not tried again."""
    notification.state, notification.reason = NotificationState.FAILED, reason
    _tell(session, notification, f"{notification.recipient} was not told of {notification.event}: {reason}")


def _by(notification: Notification) -> str:
    return {Medium.EMAIL: "e-mail", Medium.SMS: "text message", Medium.PUSH: "push message"}[notification.medium]


def _tell(session: Session, notification: Notification, said: str) -> None:
    name, subject = f"notification.{notification.state.lower()}", ids.encode("ntf", notification.id)
    outbox.record(session, name, subject, said, order_id=notification.order_id)
    session.flush()


def pick(templates: Sequence[NotificationTemplate], language: str | None) -> NotificationTemplate:
    """The best of the same words in several languages, at least one, in the order in which they were made.

    In the shopper's language, else in another form of it, else in the shop's own, which is that of the first. One that
    is switched off is taken only where all are.
    """
    choice = [each for each in templates if each.enabled] or list(templates)
    wanted = (language or "").lower()
    exact = [each for each in choice if each.language.lower() == wanted]
    close = [each for each in choice if each.language.partition("-")[0] == wanted.partition("-")[0]]
    return (exact or close or choice)[0]

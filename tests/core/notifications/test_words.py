"""Words with fields: what may be saved, and what becomes of them."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.notifications import words
from core.notifications.events import FIELDS
from core.notifications.models import Medium, NotificationTemplate
from core.notifications.queries import channels_of
from core.notifications.service import pick, upsert_template

VALUES = {"order.number": "CD-7", "order.items": "1 x Tea\n2 x Cup", "shop.name": "Bo{order.number}"}
GOOD = {"event": "order.created", "subject": "Hi", "body": "Hello."}


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ("Order {order.number}.", "Order CD-7."),
        ("Order { order.number }.", "Order CD-7."),
        ("{{order.number}}", "{order.number}"),
        ("{order.items}\nThanks", "1 x Tea\n2 x Cup\nThanks"),
        ("Hello {order.name},\nthanks", "thanks"),
        ("By {shipment.carrier}, {order.number}", "By , CD-7"),
        ("From {shop.name}", "From Bo{order.number}"),
        ("{order.number}\r\nThanks ", "CD-7\nThanks"),
    ],
)
def test_fields_are_filled_in_and_a_line_that_says_nothing_is_left_out(given: str, filled: str) -> None:
    assert words.fill(given, VALUES) == filled


def test_a_subject_is_one_line_whatever_its_fields_hold() -> None:
    told = words.fill_line("{a}: {b}", {"a": "x\r\nBcc: eve@example.org", "b": "y\u2028z"})

    assert told == "x Bcc: eve@example.org: y z"


@pytest.mark.parametrize(
    "wrong",
    ["", " \n", "{order.secret}", "{}", "{order.number", "order.number}", "{order.number!r}", "{order.__class__}"],
)
def test_what_could_not_be_filled_in_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        words.check(wrong, FIELDS["order.created"], path=("body",))

    assert refused.value.path == ("body",)


def test_a_field_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Invalid, match=r"There is no field \{a\.c\} here. There are \{a\.b\}, \{d\}\."):
        words.check("{a.c}", ("a.b", "d"), path=("body",))


def test_too_many_words_are_refused() -> None:
    with pytest.raises(Invalid, match="201 letters; at most 200"):
        words.check("x" * 201, (), path=("subject",), longest=words.LONGEST_SUBJECT)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"subject": "{shipment.carrier}"}, ("subject",)),
        ({"subject": None}, ("subject",)),
        ({"body": None}, ("body",)),
        ({"event": "journal.posted"}, ("event",)),
        ({"event": None}, ("event",)),
    ],
)
def test_a_template_that_could_not_be_sent_is_refused(
    session: Session, changes: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        upsert_template(session, "mine", Medium.EMAIL, None, {**GOOD, **changes})

    assert refused.value.path == path


@pytest.mark.parametrize(("key", "language"), [("Mine!", "en"), ("mine", "klingon!"), ("mine", "EN")])
def test_a_key_and_a_language_have_their_form(session: Session, key: str, language: str) -> None:
    with pytest.raises(Invalid):
        upsert_template(session, key, Medium.EMAIL, language, GOOD)


def test_what_is_not_given_stays_and_further_words_tell_of_the_same(session: Session) -> None:
    first = upsert_template(session, "mine", Medium.EMAIL, None, GOOD)
    again = upsert_template(session, "mine", Medium.EMAIL, None, {"enabled": False})
    upsert_template(session, "mine", Medium.EMAIL, None, {}, channel_ids=[1])
    short = upsert_template(session, "mine", Medium.SMS, "de", {"body": "Hallo.", "subject": "none"})

    assert (again.id, again.body, again.enabled, again.language) == (first.id, "Hello.", False, "en")
    assert (short.event, short.subject, short.enabled) == ("order.created", None, False)
    assert channels_of(session, [short.id]) == {short.id: {1}}
    with pytest.raises(Invalid, match=r"tells of order\.created in its other words"):
        upsert_template(session, "mine", Medium.SMS, "de", {"event": "order.completed"})
    upsert_template(session, "mine", Medium.EMAIL, "fr", {"subject": "Salut", "body": "Bonjour."})
    with pytest.raises(Invalid, match="has words in en, fr; say which"):
        upsert_template(session, "mine", Medium.EMAIL, None, {"enabled": True})


@pytest.mark.parametrize(
    ("there", "wanted", "found"),
    [
        (("en", "de", "pt-BR"), "de", "de"),
        (("en", "de", "pt-BR"), "de-AT", "de"),
        (("en", "de", "pt-BR"), "pt", "pt-BR"),
        (("en", "pt-BR", "pt"), "PT", "pt"),
        (("de", "en"), "fr", "de"),
        (("de", "en"), None, "de"),
        (("-en", "de"), "en", "de"),
        (("-en", "-de"), "de", "de"),
    ],
)
def test_the_best_language_is_taken(there: tuple[str, ...], wanted: str | None, found: str) -> None:
    """One that begins with a dash is switched off."""
    made = [NotificationTemplate(language=each.lstrip("-"), enabled=not each.startswith("-")) for each in there]

    assert pick(made, wanted).language == found

"""The suite of helpdesks sees who posts twice, tells shoppers, believes strangers, or forgets what it was told."""

from pathlib import Path

import pytest

from crossdock.testing import Fault
from tests.crossdock.suites.parrot import parrot

_ONCE = "test_a_note_is_posted_once_whatever_happens_to_any_request"
_ALOUD = "notes.append(note); self.tickets[request.path_params['id']]['said'].append(said['html'])"
_LAST = "test_a_ticket_is_about_the_orders_that_were_told_last"
_SHOWN = "test_an_order_is_shown_in_the_same_words_each_time_and_without_asking_anybody"
_OTHER = {"what": "another body"}
_TRUST = "test_who_cannot_prove_who_calls_is_not_trusted"


@pytest.mark.parametrize(
    ("file", "sound", "broken", "test", "given"),
    [
        ("helpdesk.py", "if found else None", "if not found else None", _ONCE, {"fault": Fault.FAILED_AFTER}),
        ("helpdesk.py", "reference=ctx.key", "reference='1'", "test_a_timeout_after_success_does_not_post_twice", {}),
        ("helpdesk.py", "order.number for", "order.order_id for", _LAST, {}),
        ("sandbox.py", '["orders"] = await', '["orders"] += await', _LAST, {}),
        ("sandbox.py", "notes.append(note)", _ALOUD, "test_no_shopper_reads_a_note", {}),
        ("cards.py", "{escape(' '.join([card.headline, card.next_step or '']).strip())}", "{card.headline}",
         "test_what_others_wrote_is_no_markup", {}),
        ("cards.py", "if card.news:", "if not card.news:", _SHOWN, {}),
        ("mapping.py", "text=", "text=ticket.subject or ", "test_a_ticket_says_what_the_shopper_wrote", {}),
        ("helpdesk.py", "{quote(external_id, safe='')}", "501", "test_linking_changes_nothing_that_a_person_wrote", {}),
        ("webhooks.py", "event_id=told.id", "event_id=told.topic", "test_two_webhooks_are_two_events", {}),
        ("webhooks.py", "if not same_signature(", "if not given and not same_signature(", _TRUST, _OTHER),
        ("webhooks.py", "> LIVES", "> 3 * LIVES", "test_an_old_webhook_is_not_trusted", {}),
    ],
)  # fmt: skip
def test_the_suite_sees_what_is_broken(
    file: str, sound: str, broken: str, test: str, given: dict[str, object], tmp_path: Path
) -> None:
    with parrot(tmp_path / "sound", kind="helpdesk") as bird:
        bird.run(test, **given)

    with (
        parrot(tmp_path / "broken", file, sound, broken, kind="helpdesk") as bird,
        pytest.raises((Exception, pytest.fail.Exception)) as seen,
    ):
        bird.run(test, **given)
    assert not isinstance(seen.value, NameError)  # then it was broken in another way than was meant

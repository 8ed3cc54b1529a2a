"""The channel suite sees every promise that is broken: each of these plugins is sound but for one line."""

from pathlib import Path
from typing import NamedTuple

import pytest

from crossdock.testing import Fault
from tests.crossdock.suites.parrot import parrot


class Broken(NamedTuple):
    """What is wrong, where, and the test that must see it."""

    what: str
    file: str
    sound: str
    broken: str
    test: str
    given: dict[str, object] = {}  # noqa: RUF012  # never changed


_LIMIT = "test_a_limit_is_obeyed_until_the_time_that_it_names"
_FORGED = "test_a_signature_that_is_not_right_is_not_trusted"
_SECRETS = "test_secrets_are_in_no_log_no_repr_and_no_error"
_MAPPING = "test_mapping_is_pure_and_says_what_adds_up"
_NONSENSE = "test_what_makes_no_sense_is_bad_data"
_DAMAGED = "test_an_order_with_any_part_missing_or_wrong_is_mapped_or_bad_data"
_ONCE = "test_an_act_is_done_once_whatever_happens_to_any_of_its_requests"
_FOUND = "test_an_act_is_done_and_can_be_found"
_TIMEOUT = "test_a_timeout_after_success_does_not_act_twice"
_FIND = "return Receipt(external_id=acts[0].id, at=acts[0].at) if acts else None"
_INVALID, _UNSEEN = "except ValidationError as error", "except ZeroDivisionError as error"
_TOKEN = "ctx.settings.token.get_secret_value()"
_CHANCE = "external_number=str(__import__('time').perf_counter_ns())"
_COMPARE = "if not same_signature("
_RAISES_429 = "raise RateLimited("
_UNTIL = "until=ctx.now() + patience"

BROKEN = (
    Broken(
        "stops behind the first page", "channel.py", "cursor=page.next", "cursor=None",
        "test_every_order_of_a_window_is_on_one_of_its_pages",
    ),
    Broken(
        "turns in a circle", "channel.py", "cursor=page.next", 'cursor="1005"',
        "test_every_order_of_a_window_is_on_one_of_its_pages",
    ),
    Broken(
        "asks for less than the window", "channel.py", "window.until.isoformat()",
        "(window.since + (window.until - window.since) / 2).isoformat()", "test_windows_that_overlap_lose_nothing",
    ),
    Broken(
        "tells an order in two ways", "mapping.py", "external_number=order.number",
        _CHANCE, "test_an_order_is_the_same_by_page_and_by_id",
    ),
    Broken("maps by chance", "mapping.py", "external_number=order.number", _CHANCE, _MAPPING),
    Broken(
        "asks somebody to map", "mapping.py", 'order = read(wire.Order, payload, where="order")',
        'order = read(wire.Order, payload, where="order"); import socket; socket.socket()', _MAPPING,
    ),
    Broken(
        "does not know what it does not know", "client.py", "raise Rejected(NOT_FOUND, ", "raise Retryable(",
        "test_an_order_that_the_channel_does_not_know_is_rejected",
    ),
    Broken(
        "takes any signature", "webhooks.py", _COMPARE, "if not same_signature or not (", _FORGED,
        {"what": "another signature"},
    ),
    Broken("does not sign the body", "webhooks.py", 'b"." + body', 'b"."', _FORGED, {"what": "another body"}),
    Broken(
        "needs no signature", "webhooks.py", 'raise Untrusted("The webhook has no signature.")', "return []",
        _FORGED, {"what": "no signature"},
    ),
    Broken(
        "compares text that is no ASCII", "webhooks.py", _COMPARE, "if not hmac.compare_digest(",
        _FORGED, {"what": "an odd signature"},
    ),
    Broken(
        "takes an old signature", "webhooks.py", "> LIVES", "> LIVES * 9", "test_an_old_webhook_is_known_to_be_old"
    ),
    Broken(
        "gives two events one id", "webhooks.py", "event_id=told.id", 'event_id="1"',
        "test_two_webhooks_are_two_events",
    ),
    Broken(
        "reads nonsense as an order", "webhooks.py", "told = read(wire.Told, ",
        "return [WebhookEvent(topic='t', event_id='1', payload='{}')]; told = read(wire.Told, ",
        "test_nonsense_with_a_right_signature_is_bad_data", {"body": b"{"},
    ),
    Broken("never finds an act", "channel.py", _FIND, "return None", _TIMEOUT, {"verb": "refund"}),
    Broken(
        "finds what was not done", "channel.py", _FIND, "return Receipt(external_id='1', at=ctx.now())",
        _FOUND, {"verb": "cancel"},
    ),
    Broken(
        "finds another's act", "channel.py", "acts[0].id", "'another'", _FOUND, {"verb": "confirm_shipment"}
    ),
    Broken(
        "takes a failure for a no", "client.py", 'raise OutcomeUnknown(f"',
        'raise Rejected("500", f"', _ONCE, {"verb": "cancel", "fault": Fault.FAILED_AFTER},
    ),
    Broken(
        "acts again by itself", "channel.py", "act = tell(", "tell(ctx, wire.Act, 'POST', f'/orders/{order}/{what}', "
        "{**said, 'reference': ctx.key}); act = tell(", _ONCE, {"verb": "refund", "fault": Fault.LOST},
    ),
    Broken("takes a limit for a failure", "client.py", "case 429:", "case 430:", _LIMIT),
    Broken("may go on at once", "client.py", _UNTIL, "until=ctx.now()", _LIMIT),
    Broken("waits too little", "client.py", _UNTIL, "until=ctx.now() + patience / 2", _LIMIT),
    Broken(
        "asks again at once", "client.py", _RAISES_429,
        "ctx.http.request(method, ctx.settings.url); raise RateLimited(", _LIMIT,
    ),
    Broken(
        "asks beside its buckets", "client.py", 'group="api",\n    )\n    match', 'group="other",\n    )\n    match',
        "test_every_group_of_requests_has_a_bucket",
    ),
    Broken(
        "takes refused credentials for a no", "client.py", "raise AuthExpired(", 'raise Rejected("401", ',
        "test_refused_credentials_are_said_to_be_refused",
    ),
    Broken("fails at nonsense", "client.py", _INVALID, _UNSEEN, _NONSENSE),
    Broken(
        "fails at an answer that is cut off", "client.py", _INVALID, _UNSEEN,
        "test_an_answer_that_is_cut_off_is_bad_data",
    ),
    Broken("takes half an order", "wire.py", "quantity: int = Field(ge=0)", "quantity: int", _DAMAGED),
    Broken("fails at an amount", "mapping.py", "except ValueError as error", _UNSEEN, _DAMAGED),
    Broken(
        "gives up a reading", "client.py", "raise Retryable(f", "raise Rejected('5', f",
        "test_a_reading_that_failed_can_be_tried_again", {"fault": Fault.FAILED},
    ),
    Broken("logs a secret", "client.py", "    match answer", f"    ctx.log.info({_TOKEN})\n    match answer", _SECRETS),
    Broken("shows what it was answered", "client.py", 'f"TITLE refused it', 'f"{answer.text} refused it', _SECRETS),
    Broken("shows its settings", "client.py", '"TITLE refused the', 'f"{' + _TOKEN + "} the", _SECRETS),
    Broken(
        "mixes up its answers", "channel.py", "for each in updates\n", "for each in reversed(updates)\n",
        "test_stock_that_was_told_can_be_read_back",
    ),
    Broken(
        "keeps silent about what is not sold", "channel.py", '"Not sold here."', "None",
        "test_what_the_channel_does_not_sell_is_said_so_and_the_rest_is_taken",
    ),
    Broken(
        "checks nothing", "channel.py", 'shop = ask(ctx, wire.Me, "/me").shop', "shop = 'yours'",
        "test_its_check_says_what_is_wrong_and_how_to_mend_it",
    ),
)  # fmt: skip


@pytest.mark.parametrize("each", BROKEN, ids=lambda each: each.what)
def test_the_suite_sees_a_channel_that(each: Broken, tmp_path: Path) -> None:
    with parrot(tmp_path / "sound") as bird:
        bird.run(each.test, **each.given)

    with (
        parrot(tmp_path / "broken", each.file, each.sound, each.broken) as bird,
        pytest.raises((Exception, pytest.fail.Exception)) as seen,
    ):
        bird.run(each.test, **each.given)
    assert not isinstance(seen.value, NameError)  # then it was broken in another way than was meant

"""What people write in many ways, folded into one: phone numbers and codes. As SQL, for indexes, and in Python."""

import re

_NOT_DIGITS = re.compile(r"\D", re.ASCII)
_NOT_CODE = re.compile(r"[^0-9A-Z]")
TAIL = 7
"""The last digits of a phone number are alike however its country and its trunk prefix are written."""


def phone_tail(column: str) -> str:
    """SQL: the last digits of a phone number. It finds candidates; `core.flows.lookup` compares them whole."""
    return rf"right(regexp_replace({column}, '\D', '', 'g'), {TAIL})"


def tail_of(phone: str) -> str:
    return _NOT_DIGITS.sub("", phone)[-TAIL:]


def folded_code(column: str) -> str:
    """SQL: a code in capitals without spaces, dashes and dots, as scanners and people both mean it."""
    return rf"regexp_replace(upper({column}), '[^0-9A-Z]', '', 'g')"


def fold_code(code: str) -> str:
    return _NOT_CODE.sub("", code.upper())

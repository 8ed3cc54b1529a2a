"""Tracking numbers: derived from the idempotency key, closed by a check character."""

import hashlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY = 13  # 36 ** 13 is 67 bits: a million million labels before two are likely to meet


def tracking_number(prefix: str, integration: str, key: str) -> str:
    """The number of the label bought with a key. The same key always has the same number."""
    digest = hashlib.blake2b(f"{integration}\x1f{key}".encode(), digest_size=16).digest()
    value = int.from_bytes(digest, "big")
    body = []
    for _ in range(_BODY):
        value, rest = divmod(value, len(_ALPHABET))
        body.append(_ALPHABET[rest])
    number = prefix + "".join(body)
    return number + check_character(number)


def is_valid(number: str) -> bool:
    """Whether the check character fits: it finds every single wrong character and most swapped neighbours."""
    known = len(number) > 1 and all(character in _ALPHABET for character in number)
    return known and check_character(number[:-1]) == number[-1]


def check_character(number: str) -> str:
    """ISO/IEC 7064, MOD 37,36."""
    product = 36
    for character in number:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]

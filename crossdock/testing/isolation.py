"""Prove that something talks to nobody."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from unittest import mock


@contextmanager
def no_network() -> Iterator[None]:
    """Opening a socket inside it fails the test."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("A socket was opened where none may be.")

    with mock.patch.object(socket, "socket", refuse), mock.patch.object(socket, "create_connection", refuse):
        yield

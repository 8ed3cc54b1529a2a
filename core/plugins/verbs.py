"""Asking one verb of a provider, so that whatever it does is an answer or an error that the hub knows how to bear."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError

from core.errors import CrossdockError, PluginFault
from core.plugins.patience import TookTooLong, within
from core.plugins.promised import answer_misfit, error_misfit, piece_of
from crossdock import Kind
from crossdock.errors import ProviderError

T = TypeVar("T")

_END = object()
PURE_SECONDS = 10.0
"""For a verb that reaches nobody."""


def ask(
    kind: Kind | None, verb: str, instance: object, given: tuple[Any, ...], named: Mapping[str, Any], *, seconds: float
) -> Any:  # what the verb answers
    """The answer, of the type that the SDK names.

    Raises what a provider raises on purpose, TookTooLong, and PluginFault for everything else.
    """

    def answered() -> Any:
        answer = getattr(instance, verb)(*given, **named)
        wrong = None if kind is None else answer_misfit(kind, verb, answer)
        if wrong is not None:
            raise PluginFault(wrong)
        return answer

    answer = borne(lambda: within(seconds, answered))
    return _each(answer, piece_of(kind, verb)) if isinstance(answer, Iterator) else answer


def borne(call: Callable[[], T]) -> T:
    """What it returns. What it raises is a ProviderError that holds what it should, ours, or a PluginFault."""
    try:
        return call()
    except ProviderError as error:
        wrong = error_misfit(error)
        if wrong is not None:
            raise PluginFault(f"It raised an error that cannot be: {wrong}.") from error
        raise
    except (CrossdockError, SQLAlchemyError, TookTooLong):
        raise
    except Exception as error:
        raise PluginFault(f"{type(error).__name__}: {said(error)}") from error


def said(error: BaseException) -> str:
    """What an error says of itself, where it can."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # its text is the plugin's too
        return "it cannot say what"


def _each(answers: Iterator[T], piece: type) -> Iterator[T]:
    """An answer that is read bit by bit, such as a file: it is not bound in time, for it may be of any size."""
    while True:
        try:
            answer = borne(lambda: next(answers, _END))
        except SystemExit as error:
            raise PluginFault("It raised SystemExit, which would have ended the hub.") from error
        if answer is _END:
            return
        if not isinstance(answer, piece):
            raise PluginFault(f"It gave {type(answer).__name__}, where {piece.__name__} goes.")
        yield cast(T, answer)

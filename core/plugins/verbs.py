"""Asking one verb of a provider, so that whatever it does is an answer or an error that the hub knows how to bear."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
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
_MOST_HUNG = 2


def ask(
    kind: Kind | None, verb: str, instance: object, given: tuple[Any, ...], named: Mapping[str, Any], *, seconds: float
) -> Any:  # what the verb answers
    """The answer, of the type that the SDK names.

    Raises what a provider raises on purpose, TookTooLong, and PluginFault for everything else.
    """
    answer = borne(lambda: within(seconds, partial(_answered, kind, verb, instance, given, named)))
    return _each(answer, piece_of(kind, verb)) if isinstance(answer, Iterator) else answer


def ask_each(
    kind: Kind | None, verb: str, instance: object, given: Sequence[tuple[Any, ...]], *, seconds: float
) -> list[Any]:  # what the verb answers, or the error that it raised
    """A verb that reaches nobody, asked for each of these in one go: a thread for all of them, not one for each.

    One that does not come back has that as its answer, as if it had been asked alone, and the rest are asked without
    it. After a second one the rest are not asked: it is the plugin that hangs.
    """
    answers: list[Any] = []
    hung = 0
    while len(answers) < len(given):
        left = given[len(answers) :]
        if hung == _MOST_HUNG:
            return answers + [TookTooLong(f"It did not come back {_MOST_HUNG} times.")] * len(left)
        part: list[Any] = []
        try:
            within(seconds, partial(_ask_all, part, kind, verb, instance, left))
        except (TookTooLong, PluginFault) as error:
            hung += 1
            answers += [*part[: len(left) - 1], error]
        else:
            answers += part
    return answers


def _ask_all(
    answers: list[Any], kind: Kind | None, verb: str, instance: object, given: Sequence[tuple[Any, ...]]
) -> None:
    for each in given:
        try:
            answers.append(borne(partial(_answered, kind, verb, instance, each, {})))
        except Exception as error:  # noqa: BLE001  # it is this one's answer
            answers.append(error)


def _answered(kind: Kind | None, verb: str, instance: object, given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    answer = getattr(instance, verb)(*given, **named)
    wrong = None if kind is None else answer_misfit(kind, verb, answer)
    if wrong is not None:
        raise PluginFault(wrong)
    return answer


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

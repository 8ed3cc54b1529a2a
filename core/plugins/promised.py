"""What the SDK says that verbs and hooks answer and errors hold, and whether a plugin keeps to it."""

import types
from datetime import timedelta
from functools import cache
from typing import Any, get_args, get_type_hints

from core.plugins.shape import misfit
from crossdock import hooks
from crossdock.capabilities import VERBS
from crossdock.errors import ProviderError
from crossdock.provider import Kind

_LONGEST = timedelta(days=31)
"""That a provider may ask for patience at once."""


def answer_misfit(kind: Kind, verb: str, answer: object) -> str | None:
    """What is wrong with the answer of a provider's verb; None where all is well, or nobody knows such a verb."""
    hint = verbs_of(kind).get(verb)
    return None if hint is None or hint is type(None) else _said(verb, hint, answer)


def piece_of(kind: Kind | None, verb: str) -> type:
    """What an answer is made of that comes bit by bit."""
    named = get_args(verbs_of(kind).get(verb)) if kind is not None else ()
    return named[0] if named and isinstance(named[0], type) else object


def hook_misfit(hook: str, answer: object) -> str | None:
    """The same for a hook."""
    hint = _hooks()[hook]
    return None if hint is type(None) else _said(hook, hint, answer)


def error_misfit(error: ProviderError) -> str | None:
    """What is wrong with an error that a provider raised: what it says is worked with too."""
    sdk = next(kind for kind in type(error).__mro__ if kind.__module__ == ProviderError.__module__)
    for name, hint in get_type_hints(vars(sdk).get("__init__", ProviderError.__init__)).items():
        value = getattr(error, name, None)
        if name != "return" and (wrong := misfit(hint, value)) is not None:
            return f"{type(error).__name__}.{name}{wrong}"
        if isinstance(value, timedelta) and abs(value) > _LONGEST:
            return f"{type(error).__name__}.{name} is longer than {_LONGEST.days} days"
    return None


@cache
def verbs_of(kind: Kind) -> dict[str, Any]:
    """What each verb of a kind answers."""
    protocols = VERBS.get(kind, {}).values()
    return {
        name: get_type_hints(verb)["return"]
        for protocol in protocols
        for name, verb in vars(protocol).items()
        if isinstance(verb, types.FunctionType) and not name.startswith("_")
    }


@cache
def _hooks() -> dict[str, Any]:
    named = (each for each in vars(hooks).items() if each[0].startswith("crossdock_"))
    return {name: get_type_hints(spec)["return"] for name, spec in named}


def _said(name: str, hint: Any, answer: object) -> str | None:
    wrong = misfit(hint, answer)
    return None if wrong is None else f"What {name} answered{_dotted(wrong)}."


def _dotted(wrong: str) -> str:
    """A path reads on: `answered: [3].payload is ...`."""
    return wrong if wrong.startswith(" ") else f": {wrong.lstrip('.')}"


__all__ = ["answer_misfit", "error_misfit", "hook_misfit", "piece_of"]

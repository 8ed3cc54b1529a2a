"""The reference of the plugin contract, docs/plugins/reference.md, written from the SDK's own docstrings."""

import dataclasses
import enum
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args, get_type_hints

import crossdock
from crossdock import hooks
from crossdock.capabilities import VERBS

_FIELD = re.compile(r"^(\w+(?:, \w+)*): ", re.MULTILINE)
_FILES = (crossdock.FileExchange, crossdock.Transport)
_HEAD = """# Plugin reference

Every hook, verb and type of the plugin contract, version {version}, in the words of `crossdock` itself; what they are
for is told in the [guides](README.md). Written by `make docs`.
"""


def as_markdown() -> str:
    """The whole page."""
    specs = [function for name, function in vars(hooks).items() if name.startswith("crossdock_")]
    verbs = [verb for kind in VERBS.values() for protocol in kind.values() for verb in _verbs(protocol)]
    parts = [_HEAD.format(version=crossdock.API_VERSION), "## Hooks\n"]
    parts += [_hook(function) for function in specs]
    parts.append("## Capabilities\n")
    for kind, capabilities in VERBS.items():
        parts += [_capability(kind, name, protocol) for name, protocol in capabilities.items()]
    parts.append("## Files\n")
    parts += [_protocol(each.__name__, _doc(each), each) for each in _FILES]
    files = [verb for each in _FILES for verb in _verbs(each)]
    parts.append("## Types\n")
    parts += [_type(each) for each in _reachable([*specs, *verbs, *files])]
    return "\n".join(parts)


def _hook(function: Callable[..., Any]) -> str:
    return f"### {function.__name__}\n\n{_fenced(_signature(function))}\n{_doc(function)}\n"


def _capability(kind: str, name: str, protocol: type) -> str:
    said = _doc(protocol).removeprefix(f"Capability `{name}`").removeprefix(f" of kind `{kind}`").lstrip(".: ")
    return _protocol(f"{kind}: {name}", said, protocol)


def _protocol(title: str, said: str, protocol: type) -> str:
    verbs = _verbs(protocol)
    parts = [f"### {title}\n", *([said[0].upper() + said[1:] + "\n"] if said else [])]
    parts.append(_fenced("\n".join(_signature(verb) for verb in verbs)))
    notes = {verb.__name__: " ".join(_doc(verb).split()) for verb in verbs}
    told = [f"- `{verb}`: {note}" for verb, note in notes.items() if note]
    return "\n".join([*parts, *told, *([""] if told else [])])


def _type(kind: type) -> str:
    if issubclass(kind, enum.Enum):
        body = "One of " + ", ".join(f"`{member.name}`" for member in kind) + ".\n"
    else:
        hints = get_type_hints(kind)
        fields = dataclasses.fields(kind)  # type: ignore[arg-type]  # `_reachable` gives dataclasses and enums
        body = _fenced(f"class {kind.__name__}:\n" + "\n".join(f"    {_field(field, hints)}" for field in fields))
    doc = _FIELD.sub(r"- `\1`: ", _doc(kind))
    return f"### {kind.__name__}\n\n" + (f"{doc}\n\n" if doc else "") + body


def _field(field: dataclasses.Field[Any], hints: dict[str, Any]) -> str:
    annotated = f"{field.name}: {_plain(hints[field.name])}"
    if field.default is not dataclasses.MISSING:
        return f"{annotated} = {field.default!r}" if _is_plain(field.default) else f"{annotated} = ..."
    return annotated if field.default_factory is dataclasses.MISSING else f"{annotated} = ..."


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | tuple) and not isinstance(value, enum.Enum))


def _verbs(protocol: type) -> list[Callable[..., Any]]:
    return [value for name, value in vars(protocol).items() if not name.startswith("_") and inspect.isfunction(value)]


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    parameters = []
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parameters:
            parameters.append("*")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parameters.append(name if name == "self" else f"{name}: {_plain(parameter.annotation)}{default}")
    line = f"def {function.__name__}({', '.join(parameters)}) -> {_plain(signature.return_annotation)}: ..."
    return line.replace("(self, ", "(").replace("(self)", "()")


def _plain(annotation: object) -> str:
    """A type as an author would write it, without the modules that it lives in."""
    text = inspect.formatannotation(annotation)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text).replace("Context[Any]", "Context").replace("~", "")


def _doc(thing: object) -> str:
    """Its docstring in one flow. What `dataclass` makes up is none."""
    if thing.__doc__ is None or thing.__doc__.startswith(f"{getattr(thing, '__name__', '')}("):
        return ""
    return inspect.cleandoc(thing.__doc__).replace("\n    ", " ")


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```\n"


def _reachable(functions: Iterable[Callable[..., Any]]) -> list[type]:
    """The SDK's dataclasses and enums that the functions speak of, and those that these speak of, by name."""
    found: set[type] = set()
    waiting = [kind for function in functions for kind in _named(get_type_hints(function).values())]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += _named(get_type_hints(kind).values()) if dataclasses.is_dataclass(kind) else []
    return sorted(found, key=lambda kind: kind.__name__)


def _named(hints: Iterable[object]) -> Iterator[type]:
    for hint in hints:
        if isinstance(hint, type) and hint.__module__.startswith("crossdock"):
            if dataclasses.is_dataclass(hint) or issubclass(hint, enum.Enum):
                yield hint
        else:
            origin = getattr(hint, "__origin__", None)
            yield from _named([*get_args(hint), *([origin] if isinstance(origin, type) else [])])

"""A plan made SQL text: fresh aliases, placeholders for values, and a guard where a null would break a promise."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from schema.engine.plan import Selected, Selection
from schema.engine.registry import TypeInfo
from schema.engine.sites import Count, Failed, Site
from schema.engine.sql import Fragment, literal, quoted, render_all
from schema.engine.window import Window

NULL = '"\\u0000"'
"""Stands in the JSON for a null that a non-null field must not be. No text or jsonb of PostgreSQL can hold it."""

Slot = Hashable


@dataclass(eq=False, slots=True)
class Renderer:
    """Builds one statement. `sites` has what each field with arguments was given.

    `sources` says, for each placeholder, which value of which slot it takes.
    """

    sites: Sequence[Site]
    restrictions: Mapping[TypeInfo, Sequence[Fragment]]
    sources: list[tuple[Slot, int]] = field(default_factory=list)
    aliases: int = 0

    def alias(self) -> str:
        self.aliases += 1
        return f"t{self.aliases}"

    def bind(self, slot: Slot) -> Callable[[int], str]:
        def placeholder(index: int) -> str:
            source = (slot, index)
            if source not in self.sources:
                self.sources.append(source)
            return f"${self.sources.index(source) + 1}"

        return placeholder

    def window(self, selected: Selected) -> Window:
        assert selected.site is not None
        window = self.sites[selected.site]
        assert isinstance(window, Window)
        return window

    def limit(self, selected: Selected) -> str | None:
        """How far a count goes; None where that was asked for wrongly."""
        assert selected.site is not None
        if not isinstance(self.sites[selected.site], Count):
            return None
        return f"{self.bind(selected.site)(0)}::bigint"

    def visible(self, target: TypeInfo, alias: str) -> list[str]:
        """What narrows the rows of a type for this caller."""
        return render_all(self.restrictions.get(target, ()), alias, self.bind(target.name))

    def columns(self, selection: Selection, alias: str) -> str:
        """The select list that makes a row of what was selected."""
        return ", ".join(
            f"{self.value(selection, field, alias)} as {quoted(field.column)}" for field in selection.fields
        )

    def value(self, selection: Selection, selected: Selected, alias: str) -> str:
        if selected.name == "__typename":
            return f"{literal(selection.type.name)}::text"
        spec = selected.spec
        assert spec is not None
        if selected.site is not None and isinstance(self.sites[selected.site], Failed):
            return "null"
        text = spec.render(self, alias, selected)
        return guarded(text) if spec.nullable and selected.required else text


def guarded(expression: str) -> str:
    return f"coalesce(to_json({expression}), '{NULL}'::json)"

"""Documents parsed and validated once, kept with the plans made for them; what is too large is refused unread."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    parse,
    specified_rules,
    validate,
)
from graphql.language import BREAK, Node, Visitor, visit
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.engine.plan import Plan

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may ask for. `rows` is the cost: the size of each page times that of the pages in it."""

    characters: int = 200_000
    tokens: int = 6_000
    fields: int = 1_500
    siblings: int = 300
    aliases: int = 150
    depth: int = 20
    rows: int = 50_000


@dataclass(eq=False, slots=True)
class Document:
    """A query's text understood: its tree, or what is wrong with it."""

    tree: DocumentNode | None
    errors: list[GraphQLError]
    operations: list[OperationDefinitionNode] = field(default_factory=list)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    plans: dict[Any, Plan] = field(default_factory=dict)
    deciders: tuple[str, ...] = ()
    costs: dict[Any, Any] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises GraphQLError where the name does not settle it."""
        if name is None:
            if len(self.operations) == 1:
                return self.operations[0]
            raise GraphQLError("Must provide operation name if query contains multiple operations.")
        for operation in self.operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise GraphQLError(f"Unknown operation named {name!r}.")


class Documents:
    """The last documents used, by their text."""

    LONGEST_KEPT = 64 * 1024
    MOST_KEPT = 4 * 1024 * 1024

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True) -> None:
        self.schema = schema
        self.limits = limits
        self.rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def get(self, text: str) -> Document:
        if (found := self._kept.get(text)) is not None:
            self._kept.move_to_end(text)
            return found
        document = self._read(text)
        if len(text) <= self.LONGEST_KEPT:
            self._kept[text] = document
            self._characters += len(text)
            while self._characters > self.MOST_KEPT:
                oldest, _ = self._kept.popitem(last=False)
                self._characters -= len(oldest)
        return document

    def forget(self) -> None:
        """Drop what is kept: each query is then as on its first day."""
        self._kept.clear()
        self._characters = 0

    def _read(self, text: str) -> Document:
        try:
            tree = parse(
                text,
                max_lexical_tokens=self.limits.tokens,
                max_comments=self.limits.tokens,
                max_source_length=self.limits.characters,
            )
        except GraphQLError as error:
            return Document(None, [error])
        except RecursionError:
            return Document(None, [GraphQLError("The query is nested too deep.")])
        widths = _Widths(self.limits)
        try:
            visit(tree, widths)
            errors = widths.errors or validate(self.schema, tree, self.rules, max_errors=20)
        except RecursionError:
            errors = [GraphQLError("The query is nested too deep.")]
        document = Document(tree, errors, deciders=tuple(sorted(widths.deciders)))
        for definition in tree.definitions:
            if isinstance(definition, OperationDefinitionNode):
                document.operations.append(definition)
            elif isinstance(definition, FragmentDefinitionNode):
                document.fragments[definition.name.value] = definition
        return document


class _Widths(Visitor):
    """Counts what makes validation slow, and finds the variables that decide what is selected."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.fields = self.aliases = 0
        self.deciders: set[str] = set()
        self.errors: list[GraphQLError] = []

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        self.fields += 1
        self.aliases += node.alias is not None
        if self.fields > self.limits.fields:
            return self._refuse(f"The query has more than {self.limits.fields} fields.", node)
        if self.aliases > self.limits.aliases:
            return self._refuse(f"The query has more than {self.limits.aliases} aliases.", node)
        return None

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        if len(node.selections) > self.limits.siblings:
            return self._refuse(f"A selection has more than {self.limits.siblings} fields.", node)
        return None

    def enter_directive(self, node: Any, *_: Any) -> Any:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.deciders.add(argument.value.name.value)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Any:
        return self._refuse("A text holds a null character.", node, "INVALID") if "\0" in node.value else None

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Any:
        longest = 40
        return self._refuse("A number has too many digits.", node, "INVALID") if len(node.value) > longest else None

    def _refuse(self, message: str, node: Node, code: str = "TOO_LARGE") -> Any:
        self.errors.append(GraphQLError(message, [node], extensions={"code": code}))
        return BREAK

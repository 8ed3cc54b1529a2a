"""A mapping: what the columns of a file are called, and what its rows mean. Written in TOML, checked here."""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from crossdock import BadData, LineKind, StockReason, exponent

DocumentKind = Literal["sale", "credit", "adjustment"]
Sign = Literal["negative", "zero", "positive"]
Meaning = Literal["line", "free", "stock", "reject"]


def _currency(code: str) -> str:
    exponent(code)
    return code


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone, such as Europe/London") from None
    return name


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileFormat(_Part):
    """How the file is written. `decimal_mark` parts pounds from pence."""

    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    currency: Annotated[str, AfterValidator(_currency)]
    timezone: Annotated[str, AfterValidator(_zone)]
    date_format: str
    decimal_mark: Literal[".", ","] = "."


class Columns(_Part):
    """The file's names of the columns. `ignore` lists those that are known and of no use."""

    document: str
    sku: str
    quantity: str
    at: str
    unit_price: str
    name: str | None = None
    customer: str | None = None
    country: str | None = None
    ignore: tuple[str, ...] = ()

    @property
    def used(self) -> dict[str, str]:
        """Role to column, of those that the mapping names."""
        return {role: name for role, name in self.model_dump(exclude={"ignore"}).items() if name is not None}


class History(_Part):
    """What is known of the orders as a whole: paid in full, and shipped, on their date."""

    paid: bool = False
    shipped: bool = False
    taxes_included: bool = True
    restocked: bool = True


class SkuRule(_Part):
    """What a SKU that matches as a whole is. The first rule wins; GOODS when none does."""

    pattern: Pattern
    kind: LineKind


class RowRule(_Part):
    """What a row is, by its document and the signs of quantity and price. The first rule wins.

    line: a line of the order, credit note or adjustment. free: a line of the order where the document has a
    customer or anything paid; else stock that was found. stock: stock changed by the quantity. reject: left out.
    """

    document: DocumentKind
    quantity: Sign
    price: Sign
    meaning: Meaning
    reason: str = ""
    mend: str = ""


class NoteRule(_Part):
    """Why stock changed, told by what is written in the name column; anywhere in it, in any case."""

    pattern: Pattern
    reason: StockReason


class Mapping(_Part):
    """The whole of it. `countries`: the file's names to ISO codes; an empty code is "nobody knows"."""

    summary: str = ""
    file: FileFormat
    columns: Columns
    history: History = History()
    credit: Pattern | None = None
    adjustment: Pattern | None = None
    customer: Pattern | None = None
    sku_case: Literal["keep", "upper"] = "keep"
    skus: tuple[SkuRule, ...] = ()
    rows: tuple[RowRule, ...]
    notes: tuple[NoteRule, ...] = ()
    countries: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """Changes whenever the mapping does, so that documents read by another one count as changed."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()


def named(name: str, folders: Sequence[Path]) -> Mapping:
    """The mapping of that name, or in that file. Raises BadData with file, key and mend."""
    candidates = [folder / f"{name}.toml" for folder in folders if re.fullmatch(r"[\w.-]+", name)]
    if name.endswith(".toml"):
        candidates.append(Path(name))
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        known = ", ".join(sorted({each.stem for folder in folders for each in folder.glob("*.toml")})) or "none"
        raise BadData(f"There is no mapping {name!r}. Name a .toml file, or one of: {known}.", where=name)
    return _load(path)


def _load(path: Path) -> Mapping:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Mapping.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise BadData(f"Mapping {path.name}, key {key}: {message}. Mend the mapping.", where=key) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData(f"Mapping {path.name} is no TOML: {error}. Mend the mapping.", where=path.name) from None
    except OSError as error:
        raise BadData(f"Mapping {path} cannot be read: {error.strerror}.", where=path.name) from None

"""The example of docs/importing.md does what the page says, and its table of keys is the mapping's own."""

import logging
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from core import verify
from core.cli import command_line
from core.settings import service as settings
from plugins.csv_orders.mapping import Mapping
from tests.docs.pages import ROOT, blocks, files, table

PAGE = ROOT / "docs" / "importing.md"
COMMAND, SAID, REPORT = (
    next(block.text for block in blocks(PAGE) if block.language == language and not block.file)
    for language in ("sh", "text", "csv")
)


@pytest.fixture
def shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str, session: Session
) -> Iterator[Path]:
    """The page's files in a folder, and a hub that keeps its books in euros; logging and signals are put back."""
    for name, content in files(PAGE).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    settings.update(session, currency="EUR")
    session.commit()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSDOCK_DATABASE_URL", database_url)
    monkeypatch.setenv("CROSSDOCK_REDIS_URL", redis_url)
    handlers, level, ending = logging.root.handlers[:], logging.root.level, signal.getsignal(signal.SIGTERM)
    yield tmp_path
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    signal.signal(signal.SIGTERM, ending)
    structlog.reset_defaults()


def _import() -> str:
    program, *words = shlex.split(COMMAND)
    assert program == "crossdock"
    done = CliRunner().invoke(command_line(), words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def _without_clock(said: str) -> str:
    """What was said, however long it took."""
    return re.sub(r"in [\d.]+ s \([\d,]+ a second\)", "in ... s", said)


def test_the_example_ends_as_the_page_says(shop: Path, session: Session) -> None:
    said = _import()

    expected = SAID.replace("/srv/garden", str(shop))
    assert _without_clock(expected) in _without_clock(said)
    assert (shop / ".crossdock/rejects/sync_1.csv").read_text(encoding="utf-8") == REPORT
    orders = "select external_id, placed_at at time zone 'UTC', fulfillment_status, total_minor from orders order by 1"
    assert [(number, f"{at:%d %H:%M}", *rest) for number, at, *rest in session.execute(text(orders))] == [
        ("R-1001", "02 08:15", "FULFILLED", 5470),
        ("R-1002", "02 09:40", "FULFILLED", 2490),
    ]
    stock = "select sku, on_hand, damaged from stock_levels join items on items.id = item_id order by 1"
    assert session.execute(text(stock)).all() == [("SPATEN", 1, 0), ("TOPF", 0, 3)]
    opening = "select distinct unit_cost_minor from stock_movements where reason = 'RECEIPT' order by 1"
    assert session.scalars(text(opening)).all() == [0, 1494]
    session.rollback()
    assert verify.run(session.get_bind().engine) == []


def test_importing_again_changes_nothing(shop: Path) -> None:
    _import()

    assert "0 created, 0 updated, 5 unchanged, 1 rejected" in _import()


def test_a_mended_row_of_its_own_document_is_imported_alone(shop: Path) -> None:
    _import()
    file = shop / "orders.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("zwei", "2"), encoding="utf-8")

    assert "1 created, 0 updated, 5 unchanged, 0 rejected" in _import()


def test_a_line_that_is_new_in_an_order_was_paid_and_shipped_too_and_what_is_booked_stays(
    shop: Path, session: Session
) -> None:
    _import()
    with (shop / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("R-1001;SPATEN;Spaten;1;02.03.2026 09:15;24,90;K-77;Deutschland;1\n")
        file.write("G-1003;SPATEN;Spaten;-1;05.03.2026 11:00;24,90;K-77;Deutschland;1\n")

    said = _import()

    assert "0 created, 3 updated, 2 unchanged, 3 rejected" in said
    assert "Opening stock" not in said
    lines = "select quantity, shipped, open from order_lines join orders on orders.id = order_id where {} order by 1"
    found = session.execute(text(lines.format("external_number = 'R-1001'"))).all()
    assert sorted(found) == [(1, 1, 0), (2, 2, 0)]
    states = session.execute(text("select distinct status, payment_status from orders where number = 'CD-1'")).all()
    assert [tuple(row) for row in states] == [("COMPLETED", "PARTIALLY_REFUNDED")]


def test_every_option_of_the_command_stands_in_the_table() -> None:
    commands: Any = typer.main.get_command(command_line())  # of typer's own copy of click, whose types are private
    parameters = commands.commands["import"].commands["orders"].params
    known = {each.opts[0]: str(each.default or "") for each in parameters if each.opts[0].startswith("--")}
    known["--integration"] = "the channel's own, else the only one"

    told = {option.strip("`"): default.strip("`") for option, default, _ in table(PAGE, "option")}

    assert told == {"FILE": "", **known}


def test_every_key_of_a_mapping_stands_in_the_table_with_its_default() -> None:
    assert {key: default for key, default, _ in table(PAGE, "key")} == {
        f"`{key}`": default for key, default in _keys(Mapping, "")
    }


def _keys(model: type[BaseModel], before: str) -> list[tuple[str, str]]:
    """(dotted key, its default as the page writes it) of a mapping's part and those below it."""
    found = []
    for name, field in model.model_fields.items():
        parts = [field.annotation, *getattr(field.annotation, "__args__", ())]
        below = next((part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)), None)
        if below is not None:
            found += _keys(below, f"{name}.")
        else:
            found.append((before + name, "" if field.is_required() else _written(field.default)))
    return found


def _written(default: object) -> str:
    match default:
        case None | {}:
            return "none"
        case bool():
            return f"`{str(default).lower()}`"
        case str():
            return f'`"{default}"`'
    return "`[]`"

"""Items by SKU: what is not given stays, what is given as null is cleared, what makes no sense is refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.catalog.models import Item, ItemKind
from core.catalog.service import ensure_items
from core.db import transaction
from core.errors import CrossdockError, IllegalState
from core.events.models import Event
from core.flows.catalog import upsert_item
from tests.builders import a_level, a_location, an_item


def test_many_items_are_ensured_at_once_and_keep_their_names(session: Session) -> None:
    mug = an_item(session, "MUG", name="A mug")

    ids = ensure_items(session, {"MUG": "Something else", "CUP": "A cup", "JAR": " "})
    session.commit()

    assert ids["MUG"] == mug.id
    names = {item.sku: item.name for item in session.scalars(select(Item))}
    assert names == {"MUG": "A mug", "CUP": "A cup", "JAR": "JAR"}
    told = session.scalars(select(Event.message).order_by(Event.id)).all()
    assert told == ["Item CUP (A cup) is new.", "Item JAR (JAR) is new."]
    assert ensure_items(session, {"CUP": "", "JAR": ""}) == {"CUP": ids["CUP"], "JAR": ids["JAR"]}


def test_imports_that_bring_the_same_new_items_get_the_same_ids(engine: Engine) -> None:
    names = {f"SKU-{n:03}": "" for n in range(50)}

    def bring(number: int) -> dict[str, int]:
        with transaction(engine) as session:
            return ensure_items(session, dict(reversed(names.items())) if number % 2 else names)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(bring, range(6)))

    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0].values())) == 50


def test_an_upsert_leaves_alone_what_is_not_given_and_clears_what_is_null(session: Session) -> None:
    upsert_item(session, "MUG", {"name": "A mug", "barcode": "400", "weight_grams": 300, "tags": ["b", "a", "b "]})
    item = upsert_item(session, "MUG", {"barcode": None, "tags": None, "length_mm": 90})
    session.commit()

    assert (item.name, item.barcode, item.weight_grams, item.length_mm, item.tags) == ("A mug", None, 300, 90, [])
    told = session.scalars(select(Event.message).order_by(Event.id)).all()
    assert told[-1] == "Item MUG changed: barcode, length mm, tags."
    upsert_item(session, "MUG", {"length_mm": 90})
    session.commit()
    assert session.scalars(select(Event.message).order_by(Event.id)).all() == told


@pytest.mark.parametrize(
    ("sku", "given", "path"),
    [
        ("", {}, "sku"),
        (" MUG", {}, "sku"),
        ("MUG\n", {}, "sku"),
        ("M" * 129, {}, "sku"),
        ("MUG", {"weight_grams": -1}, "weight_grams"),
        ("MUG", {"hs_code": "95O3"}, "hs_code"),
        ("MUG", {"origin_country": "uk"}, "origin_country"),
    ],
)
def test_what_makes_no_sense_is_refused(session: Session, sku: str, given: dict[str, Any], path: str) -> None:
    with pytest.raises(CrossdockError) as refused:
        upsert_item(session, sku, given)

    assert refused.value.path == (path,)
    assert session.scalars(select(Item)).all() == []


def test_an_item_with_stock_cannot_become_a_service(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session), 1)

    with pytest.raises(IllegalState, match="MUG has stock and cannot become a service"):
        upsert_item(session, "MUG", {"kind": ItemKind.SERVICE})

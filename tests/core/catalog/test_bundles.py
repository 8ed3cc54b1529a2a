"""Recipes: shares that sum to exactly 1, and no bundle inside a bundle."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.bundles import Part, shared
from core.catalog.models import BundleComponent, ItemKind
from core.catalog.service import recipe
from core.errors import Invalid
from core.events.models import Event
from core.flows.catalog import upsert_item
from tests.builders import an_item


def test_the_parts_of_a_bundle_share_its_price_equally_unless_told(session: Session) -> None:
    for sku in ("CUP", "SPOON", "LID"):
        an_item(session, sku)

    kit = upsert_item(session, "KIT", {}, parts=[Part("CUP", 1), Part("SPOON", 2), Part("LID", 1)])
    session.commit()

    assert kit.kind is ItemKind.BUNDLE
    shares = [part.price_share for part in recipe(session, kit.id)]
    assert shares == [Decimal("0.333333"), Decimal("0.333333"), Decimal("0.333334")]
    told = session.scalars(select(Event.message).where(Event.name == "item.recipe_changed")).all()
    assert told == ["Bundle KIT is made of 1 x CUP, 2 x SPOON, 1 x LID."]


def test_who_is_told_gets_that_and_the_others_the_rest(session: Session) -> None:
    parts = [Part("A", 1, Decimal("0.6")), Part("B", 1), Part("C", 1)]
    assert shared(parts) == [Decimal("0.6"), Decimal("0.2"), Decimal("0.2")]


@given(st.integers(1, 60), st.integers(0, 1_000_000))
def test_shares_sum_to_exactly_one(unnamed: int, named: int) -> None:
    parts = [Part("named", 1, Decimal(named) / 1_000_000), *(Part(str(n), 1) for n in range(unnamed))]

    shares = shared(parts)

    assert sum(shares) == 1
    assert max(shares[1:]) - min(shares[1:]) <= Decimal("0.000001")


def test_a_new_recipe_takes_the_place_of_the_old_one(session: Session) -> None:
    cup, lid = an_item(session, "CUP"), an_item(session, "LID")
    kit = upsert_item(session, "KIT", {}, parts=[Part("CUP", 2)])

    upsert_item(session, "KIT", {"name": "A kit"})
    assert [part.item_id for part in recipe(session, kit.id)] == [cup.id]
    upsert_item(session, "KIT", {}, parts=[Part("LID", 1)])
    assert [(part.item_id, part.quantity) for part in recipe(session, kit.id)] == [(lid.id, 1)]
    upsert_item(session, "KIT", {"kind": ItemKind.SIMPLE})
    assert session.scalars(select(BundleComponent)).all() == []


@pytest.mark.parametrize(
    ("parts", "path", "words"),
    [
        ([Part("KIT", 1)], ("components", "0", "sku"), "cannot be part of itself"),
        ([Part("CUP", 1), Part("SET", 1)], ("components", "1", "sku"), "bundles do not nest"),
        ([Part("NONE", 1)], ("components", "0", "sku"), "No item has the SKU 'NONE'"),
        ([Part("CUP", 1), Part("CUP", 1)], ("components", "1", "sku"), "named twice"),
        ([Part("CUP", 0)], ("components", "0", "quantity"), "0 cannot be"),
        ([Part("CUP", 2**31)], ("components", "0", "quantity"), "cannot be"),
        ([Part("CUP", 1, Decimal("0.9"))], ("components",), "sum to 1, and these to 0.9"),
        ([Part("CUP", 1, Decimal("1.5"))], ("components",), "between 0 and 1"),
        ([Part("CUP", 1, Decimal("0.9999999")), Part("LID", 1)], ("components",), "six decimals"),
        ([], ("components",), "needs components"),
    ],
)
def test_what_makes_no_sense_is_refused(session: Session, parts: list[Part], path: tuple[str, ...], words: str) -> None:
    for sku in ("CUP", "LID"):
        an_item(session, sku)
    upsert_item(session, "SET", {}, parts=[Part("LID", 1)])

    with pytest.raises(Invalid, match=words) as refused:
        upsert_item(session, "KIT", {"kind": ItemKind.BUNDLE}, parts=parts)

    assert refused.value.path == path


def test_a_part_of_a_bundle_cannot_become_one(session: Session) -> None:
    an_item(session, "CUP")
    an_item(session, "BEAN")
    upsert_item(session, "KIT", {}, parts=[Part("CUP", 1)])

    with pytest.raises(Invalid, match="CUP is itself part of a bundle"):
        upsert_item(session, "CUP", {}, parts=[Part("BEAN", 1)])

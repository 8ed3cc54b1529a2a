"""Prices by zone and weight, numbers that can be checked, labels that can be printed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crossdock import Address, Integration, LabelRequest, Money, Parcel, Rate, RateRequest, Rejected
from crossdock.testing import a_context, no_network
from plugins.table_rate import table
from plugins.table_rate.carrier import TableRate
from plugins.table_rate.label import printable
from plugins.table_rate.numbers import is_valid, tracking_number
from plugins.table_rate.settings import TableRateSettings

LONDON = Address(name="Acme", line1="1 Dock Street", city="London", postal_code="E1 8JN", country="GB")
SETTINGS = TableRateSettings()


@pytest.fixture
def carrier() -> TableRate:
    return TableRate(Integration("post", "table_rate", SETTINGS))


def rates_of(carrier: TableRate, home: Path, country: str, *grams: int, length_mm: int | None = None) -> list[Rate]:
    parcels = tuple(Parcel(weight_grams=each, length_mm=length_mm) for each in grams)
    request = RateRequest(ship_from=LONDON, ship_to=Address(country=country), parcels=parcels)
    with no_network():
        return list(carrier.rates(a_context(SETTINGS, home), request))


def test_rates_come_cheapest_first_by_zone_and_weight(carrier: TableRate, tmp_path: Path) -> None:
    rates = rates_of(carrier, tmp_path, "GB", 750)

    assert [(rate.service, rate.cost.minor) for rate in rates[:3]] == [
        ("second", 155),
        ("tracked-48", 270),
        ("tracked-24", 360),
    ]


def test_a_gram_more_is_the_next_band(carrier: TableRate, tmp_path: Path) -> None:
    assert rates_of(carrier, tmp_path, "GB", 751)[0].cost == Money(339, "GBP")


def test_several_parcels_cost_their_sum(carrier: TableRate, tmp_path: Path) -> None:
    assert rates_of(carrier, tmp_path, "FR", 200, 700)[0].cost == Money(460 + 675, "GBP")


def test_the_rest_of_the_world_is_a_zone(carrier: TableRate, tmp_path: Path) -> None:
    assert {rate.service for rate in rates_of(carrier, tmp_path, "JP", 200)} == {
        "international-standard",
        "international-tracked",
        "freight",
    }


def test_what_is_too_heavy_or_too_long_or_from_elsewhere_gets_no_offer(carrier: TableRate, tmp_path: Path) -> None:
    assert rates_of(carrier, tmp_path, "GB", 1_000_001) == []
    assert "second" not in {rate.service for rate in rates_of(carrier, tmp_path, "GB", 100, length_mm=611)}
    abroad = RateRequest(ship_from=Address(country="FR"), ship_to=LONDON, parcels=(Parcel(weight_grams=1),))
    assert carrier.rates(a_context(SETTINGS, tmp_path), abroad) == []


def test_a_parcel_that_the_service_does_not_take_is_rejected_with_a_sentence(
    carrier: TableRate, tmp_path: Path
) -> None:
    request = LabelRequest(
        reference="pkg_1",
        order_number="1",
        service="second",
        ship_from=LONDON,
        ship_to=Address(country="FR"),
        parcel=Parcel(weight_grams=100),
    )

    with pytest.raises(Rejected) as rejected:
        carrier.buy_label(a_context(SETTINGS, tmp_path, key="k"), request)

    assert rejected.value.code == "not_served"
    assert rejected.value.message == "Second Class does not take a parcel of 100 g of this size to FR."


def test_two_integrations_never_share_a_number() -> None:
    assert tracking_number("XD", "post", "k") != tracking_number("XD", "other", "k")


@given(some.text(min_size=1), some.integers(0, 15), some.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_single_wrong_character_is_always_found(key: str, place: int, wrong: str) -> None:
    number = tracking_number("XD", "post", key)
    misread = number[:place] + wrong + number[place + 1 :]

    assert is_valid(number)
    assert is_valid(misread) == (misread == number)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Zoë Müller", "Zoë Müller"),
        ("Łódź", "Lódz"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Neill", "O'Neill"),
        ("東京", "??"),
        ("a\tb\x00", "a?b?"),
    ],
)
def test_letters_that_the_printer_lacks_are_written_as_best_it_can(text: str, printed: str) -> None:
    assert printable(text) == printed


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ('currency = "GBP"', 'currency = "XXX"'),
        ('price = "1.55"', 'price = "1.555"'),
        ('zone = "uk"', 'zone = "moon"'),
        ("grams = 2000", "grams = 750"),
        ('code = "tracked-48"', 'code = "second"'),
    ],
)
def test_a_table_that_does_not_add_up_says_where(tmp_path: Path, broken: str, sentence: str) -> None:
    text = (Path(table.__file__).parent / "tables" / "uk-post.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(broken, sentence, 1))

    with pytest.raises(ValueError, match=r"table mine\.toml"):
        table.load(str(path))


def test_a_table_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"No such file.*uk-post"):
        table.load("mars-post")

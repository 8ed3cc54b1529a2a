"""The facade is whole, values are frozen, and the SDK needs nothing of the hub."""

import dataclasses
import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import crossdock
from crossdock import Address, Coordinates, Provider, Settings, distance_km, locate
from crossdock.capabilities import VERBS

MODULES = [
    name
    for _, name, package in pkgutil.iter_modules(crossdock.__path__)
    if not package and name not in ("hooks", "capabilities")
]


def public_classes() -> list[type]:
    found = []
    for name in MODULES:
        module = import_module(f"crossdock.{name}")
        members = inspect.getmembers(module, inspect.isclass)
        found += [each for _, each in members if each.__module__ == module.__name__ and each.__name__[0] != "_"]
    return found


@pytest.mark.parametrize("cls", public_classes(), ids=lambda cls: cls.__name__)
def test_every_public_class_is_on_the_facade(cls: type) -> None:
    assert getattr(crossdock, cls.__name__) is cls


@pytest.mark.parametrize("cls", [*filter(dataclasses.is_dataclass, public_classes())], ids=lambda cls: cls.__name__)
def test_every_value_is_frozen_and_small(cls: type) -> None:
    assert cls.__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclasses have it
    assert hasattr(cls, "__slots__")


def test_importing_the_sdk_imports_nothing_of_the_hub() -> None:
    check = "import sys, crossdock; print([m for m in sys.modules if m.split('.')[0] in ('core', 'schema', 'plugins')])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_hook_of_the_contract_is_there_and_says_what_it_is_for() -> None:
    hooks = {name: value for name, value in vars(crossdock.hooks).items() if name.startswith("crossdock_")}

    assert set(hooks) == {
        "crossdock_providers",
        "crossdock_validate_order",
        "crossdock_routing_constraints",
        "crossdock_routing_signals",
        "crossdock_return_policy",
        "crossdock_journal",
        "crossdock_on_event",
        "crossdock_schema",
        "crossdock_jobs",
        "crossdock_routes",
    }
    assert all(inspect.getdoc(hook) for hook in hooks.values())


def test_settings_refuse_unknown_keys() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        Settings.model_validate({"colour": "blue"})


@pytest.mark.parametrize("kind", VERBS)
def test_a_provider_that_lacks_a_promised_verb_is_found_out(kind: crossdock.Kind) -> None:
    for capability in VERBS[kind]:
        assert "the provider lacks" in crossdock.broken_promises(kind, {capability}, object())[0]
    assert "has a capability 'flying'" in crossdock.broken_promises(kind, {"flying"}, object())[0]


def test_a_provider_is_registered_as_the_contract_shows() -> None:
    provider = Provider("pigeon", kind="carrier", settings=Settings, factory=lambda _: object(), capabilities={"rates"})

    assert (provider.name, provider.kind, set(provider.capabilities)) == ("pigeon", "carrier", {"rates"})


@pytest.mark.parametrize(
    ("address", "latitude", "longitude"),
    [
        (Address(country="US", postal_code="10001"), 40.7, -74.0),
        (Address(country="US", postal_code="10001-1234"), 40.7, -74.0),
        (Address(country="CA", postal_code="M5V 3L9"), 43.7, -79.4),
        (Address(country="GB", postal_code="eh1 1aa"), 55.95, -3.19),
        (Address(country="GB", postal_code="M1 1AE"), 53.48, -2.24),
        (Address(country="GB"), 52.6, -1.5),
        (Address(country="US", postal_code="nowhere"), 38.5, -90.0),
        (Address(country="de", postal_code="10115"), 50.9, 9.8),
    ],
)
def test_an_address_is_found_without_asking_anybody(address: Address, latitude: float, longitude: float) -> None:
    place = locate(address)

    assert place is not None
    assert place.latitude == pytest.approx(latitude, abs=0.06)
    assert place.longitude == pytest.approx(longitude, abs=0.06)


@pytest.mark.parametrize("address", [Address(), Address(country="XX"), Address(postal_code="10001")])
def test_nobody_knows_where_an_unknown_country_is(address: Address) -> None:
    assert locate(address) is None


def test_london_and_paris_are_344_kilometres_apart() -> None:
    london, paris = Coordinates(51.5074, -0.1278), Coordinates(48.8566, 2.3522)

    assert distance_km(london, paris) == pytest.approx(343.6, abs=0.5)
    assert distance_km(london, london) == 0
    assert distance_km(Coordinates(0, 0), Coordinates(0, 180)) == pytest.approx(20015, abs=1)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(crossdock.__file__).parent / "py.typed").is_file()

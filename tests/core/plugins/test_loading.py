"""Whatever is wrong with one plugin or integration is said with its mend, and the others run."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.errors import NotSupported, PluginUnavailable, SettingsError
from core.plugins import Registry, load
from core.plugins.find import GROUP
from tests.core.plugins.house import PIGEON, House

GOOD = """
    [integrations.good]
    plugin = "pigeon"
"""


def test_an_integration_gets_every_provider_of_its_plugin(house: House) -> None:
    house.add("pigeon", PIGEON)

    registry = house.load(GOOD + 'loft = "south"\n')

    assert registry.problems == []
    assert registry.enabled("pigeon")
    assert registry.integrations["good"].kinds == ["carrier"]
    assert registry.integrations["good"].capabilities == ["carrier.rates"]
    assert registry.bound("good", "carrier").instance.integration.settings.loft == "south"
    assert [key for key, _ in registry.able("carrier", "rates")] == ["good"]
    assert list(registry.able("carrier", "labels")) == []


def test_a_plugin_runs_as_often_as_it_is_configured(house: House) -> None:
    house.add("pigeon", PIGEON)

    registry = house.load(GOOD + '[integrations.other]\nplugin = "pigeon"\nloft = "west"\n')

    lofts = [provider.instance.integration.settings.loft for _, provider in registry.able("carrier")]
    assert lofts == ["north", "west"]


def test_asking_for_what_does_not_run_says_why(house: House) -> None:
    house.add("pigeon", PIGEON)
    registry = house.load(GOOD + '[integrations.bad]\nplugin = "pigeon"\nbirds = "many"\n')

    with pytest.raises(PluginUnavailable, match="There is no integration 'nobody'"):
        registry.bound("nobody", "carrier")
    with pytest.raises(PluginUnavailable, match=r"setting 'birds' of 'bad'"):
        registry.bound("bad", "carrier")
    with pytest.raises(NotSupported, match="Integration 'good' is no supplier"):
        registry.bound("good", "supplier")
    with pytest.raises(NotSupported):
        registry.bound("good", "carrier", "eagle")


@pytest.mark.parametrize(
    ("table", "reason", "mend"),
    [
        ("", "plugins.toml, line 5: integration 'bad' names no plugin.", "one of: pigeon"),
        (
            'plugin = "eagle"',
            "plugins.toml, line 6: integration 'bad' wants the plugin 'eagle', which is not installed.",
            "Install it, or name one of: pigeon.",
        ),
        (
            'plugin = "pigeon"\nloftt = "x"',
            "plugins.toml, line 7: integration 'bad' has the unknown setting 'loftt'.",
            "Remove it; there are: birds, loft, token.",
        ),
        (
            'plugin = "pigeon"\nbirds = "many"',
            "plugins.toml, line 7: setting 'birds' of 'bad': Input should be a valid integer",
            "Mend the value.",
        ),
        (
            'plugin = "pigeon"\ntoken = "s3cret"',
            "plugins.toml, line 7: 'token' is a secret and must not stand in the file.",
            'Write token = { env = "NAME" } or { file = "/path" }.',
        ),
        (
            'plugin = "pigeon"\ntoken = { env = "NOT_SET_ANYWHERE" }',
            "plugins.toml, line 7: 'token' refers to the environment variable NOT_SET_ANYWHERE, which is not set.",
            "Set NOT_SET_ANYWHERE",
        ),
        (
            'plugin = "pigeon"\ntoken = { file = "/nowhere/token" }',
            "plugins.toml, line 7: 'token' refers to the file /nowhere/token, which cannot be read: No such file",
            "Mend the path",
        ),
        (
            'plugin = "pigeon"\nbirds = 101',
            "The carrier 'pigeon' of plugin 'pigeon' did not start: the loft is full",
            "Mend its settings",
        ),
    ],
)
def test_a_bad_integration_is_refused_alone(house: House, table: str, reason: str, mend: str) -> None:
    house.add("pigeon", PIGEON)

    registry = house.load(GOOD.replace("    ", "") + f"\n[integrations.bad]\n{table}\n")

    ((name, problem),) = registry.problems
    assert name == "integration bad"
    assert problem.reason.startswith(reason)
    assert mend in problem.mend
    assert registry.bound("good", "carrier").instance


def test_secrets_come_by_reference_and_are_masked(house: House, tmp_path: Path) -> None:
    house.add("pigeon", PIGEON)
    house.patch.setenv("PIGEON_TOKEN", "from the environment")
    (tmp_path / "token").write_text("from a file\n")

    registry = house.load(f"""
        [integrations.one]
        plugin = "pigeon"
        token = {{ env = "PIGEON_TOKEN" }}

        [integrations.two]
        plugin = "pigeon"
        token = {{ file = "{tmp_path / "token"}" }}
    """)

    tokens = [
        provider.instance.integration.settings.token.get_secret_value() for _, provider in registry.able("carrier")
    ]
    assert tokens == ["from the environment", "from a file"]
    assert registry.integrations["one"].config == {"loft": "north", "birds": 3, "token": "**********"}
    assert "environment" not in repr(registry.integrations["one"])


TRAVELS = """
[integrations.mill]
plugin = "folder_supplier"
transport = {{ kind = "sftp", host = "mill.example", user = "us", host_key = "SHA256:{key}", password = {password} }}
"""


def mill(tmp_path: Path, password: str) -> Registry:
    """A supplier whose settings have a table with a secret in it."""
    path = tmp_path / "plugins.toml"
    path.write_text(TRAVELS.format(key="x" * 43, password=password))
    return load(path, points=[EntryPoint("folder_supplier", "plugins.folder_supplier", GROUP)])


def test_a_secret_within_a_table_is_a_reference_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILL_PASSWORD", "hush")

    integration = mill(tmp_path, '{ env = "MILL_PASSWORD" }').integration("mill")

    assert integration.settings is not None
    assert integration.settings.model_dump()["transport"]["password"].get_secret_value() == "hush"
    assert integration.config["transport"]["password"] == "**********"
    ((_, problem),) = mill(tmp_path, '"hush"').problems
    assert "'transport.password' is a secret and must not stand in the file" in problem.reason
    ((_, problem),) = mill(tmp_path, '{ env = "NOT_SET_ANYWHERE" }').problems
    assert "'transport.password' refers to the environment variable NOT_SET_ANYWHERE" in problem.reason


def test_a_wrong_value_is_never_repeated_for_it_may_be_a_secret(house: House) -> None:
    house.add("pigeon", PIGEON)
    house.patch.setenv("PIGEON_BIRDS", "s3cret")

    registry = house.load(GOOD + 'birds = { env = "PIGEON_BIRDS" }\n')

    assert "s3cret" not in str(registry.problems)


def test_the_schema_of_settings_hides_secrets(house: House) -> None:
    house.add("pigeon", PIGEON)

    schema = house.load().plugins["pigeon"].config_schema

    assert schema is not None
    assert schema["properties"]["token"]["writeOnly"] is True
    assert schema["additionalProperties"] is False


BROKEN = {
    "it does not import": ("import nowhere_to_be_found", "cannot be imported: ModuleNotFoundError"),
    "it is no python": ("def (", "cannot be imported: "),
    "it needs another api": (
        'import crossdock\nmanifest = crossdock.Manifest(summary="", api="2.0")',
        "was built for plugin API 2.0; this hub speaks 1.2.",
    ),
    "it needs a later api": (
        'import crossdock\nmanifest = crossdock.Manifest(summary="", api="1.7")',
        "was built for plugin API 1.7",
    ),
    "its api is no number": (
        'import crossdock\nmanifest = crossdock.Manifest(summary="", api="new")',
        "was built for plugin API new",
    ),
    "a hook is misspelt": (
        "import crossdock\n@crossdock.hookimpl\ndef crossdock_validate_ordre(order): ...",
        "has a hook that does not fit: ",
    ),
    "a hook wants what there is not": (
        "import crossdock\n@crossdock.hookimpl\ndef crossdock_validate_order(order, weather): ...",
        "has a hook that does not fit: ",
    ),
    "it fails to say what it offers": (
        "import crossdock\n@crossdock.hookimpl\ndef crossdock_providers(): return 1 / 0",
        "failed to say what it offers: ZeroDivisionError",
    ),
    "it offers nonsense": (
        "import crossdock\n@crossdock.hookimpl\ndef crossdock_providers(): return ['pigeon']",
        "announces 'pigeon', which is no crossdock.Provider.",
    ),
    "it is of no kind": (PIGEON.replace('"carrier"', '"bird"'), "announces a provider of unknown kind 'bird'."),
    "it says things twice": (
        PIGEON.replace(
            "capabilities={",
            "capabilities=set()), crossdock.Provider('pigeon', kind='carrier', "
            "settings=PigeonSettings, factory=Pigeon, capabilities={",
        ),
        "announces carrier 'pigeon' twice.",
    ),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_plugin_is_listed_with_its_reason_and_the_others_run(house: House, source: str, reason: str) -> None:
    house.add("pigeon", PIGEON)
    house.add("broken", source)

    registry = house.load(GOOD + '[integrations.bad]\nplugin = "broken"\n')

    problem = registry.plugins["broken"].problem
    assert problem is not None
    assert reason in problem.reason
    assert problem.mend
    assert registry.plugins["broken"].config_schema is None
    assert reason in (registry.integrations["bad"].error or "")
    assert registry.bound("good", "carrier").instance


def test_a_provider_that_does_not_keep_its_word_stops_its_integration(house: House) -> None:
    house.add("pigeon", PIGEON.replace('{"rates"}', '{"rates", "tracking"}'))

    registry = house.load(GOOD)

    assert "Capability 'tracking' promises track" in (registry.integrations["good"].error or "")


def test_two_packages_with_one_plugin_name_are_both_refused(house: House) -> None:
    house.add("pigeon", PIGEON)
    house.add("pigeon", PIGEON)

    registry = house.load(GOOD)

    assert "Several packages call a plugin 'pigeon'" in str(registry.plugins["pigeon"].problem)


def test_two_plugins_with_one_strategy_clash_and_the_first_keeps_it(house: House) -> None:
    strategy = PIGEON.replace('"pigeon", kind="carrier"', '"swift", kind="routing"').replace(
        "def rates(self, ctx, request)", "def plan(self, problem)"
    )
    for name in ("b", "a"):
        house.add(name, strategy.replace('{"rates"}', '{"plan"}'))

    registry = house.load('[integrations.one]\nplugin = "a"\n')

    assert registry.plugins["a"].problem is None
    assert "clashes with 'a': both have a strategy 'swift'" in str(registry.plugins["b"].problem)
    assert list(registry.strategies) == ["swift"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[integrations.a]\nplugin = "x\n', "plugins.toml, line 2, column 12, key plugin: "),
        ('[integrations.a]\nplugin = "x"\nplugin = "y"\n', "plugins.toml, line 3, column 13, key plugin: "),
        ('[integrations.a]\nplugin = "x"\n[integrations.a]\n', "plugins.toml, line 3, column 16, key integrations.a: "),
        ('[integration.a]\nplugin = "x"\n', "plugins.toml, line 1: 'integration' is unknown."),
        ('[integrations]\na = "x"\n', "plugins.toml, line 2: 'a' is no table. Write [integrations.a]"),
        ("integrations = 1\n", "plugins.toml: 'integrations' must be tables."),
        ("[", "plugins.toml, line 1"),
    ],
)
def test_a_file_that_is_no_toml_names_line_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text(text)

    with pytest.raises(SettingsError) as refused:
        load(path, points=[])

    assert refused.value.message.startswith(sentence)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"No such file or directory\. CROSSDOCK_PLUGINS_FILE names another"):
        load(tmp_path / "nothing.toml", points=[])
    (tmp_path / "latin.toml").write_bytes(b'a = "caf\xe9"')
    with pytest.raises(SettingsError, match=r"is not UTF-8 \(byte 9\)"):
        load(tmp_path / "latin.toml", points=[])


def test_the_bundled_plugins_and_the_file_that_comes_with_them_are_sound() -> None:
    registry = load(Path("plugins.toml"))

    assert registry.problems == []
    assert set(registry.plugins) >= {"csv_orders", "folder_supplier", "routing", "table_rate", "warehouse"}
    assert set(registry.strategies) == {"priority", "nearest", "lowest_cost", "fastest", "fewest_splits"}


def test_the_dropship_supplier_of_the_demo_is_played_and_our_warehouse_is_not() -> None:
    registry = load(Path("plugins.toml"))

    assert registry.player("dropship") is not None
    assert registry.player("warehouse") is None


ADDRESSED = """
    import crossdock

    class Post(crossdock.Settings):
        queue_url: str

    class Van:
        def __init__(self, integration):
            pass

        def rates(self, ctx, request):
            return []

    @crossdock.hookimpl
    def crossdock_providers():
        return [crossdock.Provider("post", kind="carrier", settings=Post, factory=Van, capabilities={"rates"},
                                   hosts=("*.post.example",))]
"""


@pytest.mark.parametrize(
    "url", ["https://api.post.example", "http://localhost:9/x", "http://127.0.0.1", "http://[::1]"]
)
def test_secrets_may_be_sent_to_whoever_the_plugin_names_and_to_this_machine(house: House, url: str) -> None:
    house.add("post", ADDRESSED)

    assert house.load(f'[integrations.p]\nplugin = "post"\nqueue_url = "{url}"\n').problems == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.post.example", "no address that begins with https://"),
        ("http://localhost.evil.example", "no address that begins with https://"),
        ("ftp://api.post.example", "no address that begins with https://"),
        ("https://", "no address that begins with https://"),
        ("https://[", "is no address"),
        ("https://api.post.example:port", "is no address"),
        ("https://api.post.example@evil.example", "no user, password"),
        ("https://evil.example#.post.example", "ends before"),
        ("https://evil.example", "evil.example is no host of post"),
        ("https://evilpost.example", "is no host of post"),
    ],
)
def test_an_address_that_a_secret_could_leak_to_is_refused(house: House, url: str, reason: str) -> None:
    house.add("post", ADDRESSED)
    ((_, problem),) = house.load(f'[integrations.p]\nplugin = "post"\nqueue_url = "{url}"\n').problems

    assert reason in problem.reason
    assert problem.reason.startswith("plugins.toml, line 3: setting 'queue_url' of 'p'")

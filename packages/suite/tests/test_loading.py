"""A user's own connector by ``pkg.module:factory``."""

import asyncio
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from venueproof_core import Capabilities, Connector, Venue
from venueproof_core.control import Credentials
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins
from venueproof_suite.loading import find_connector, settings_for

VENUE = Venue(name="v", title="V", capabilities=Capabilities())
MODULE = """
from venueproof_core import Connector

__version__ = "2.3"

def plain(settings, endpoints):
    return ("plain", settings.api_key, endpoints["rest"])

async def clocked(settings, endpoints, *, clock):
    return ("clocked", clock)

def nothing(settings, endpoints):
    return None

clocked.takes_clock = True
number = 3
registered = Connector(venue="v", connect=plain, name="mine")
foreign = Connector(venue="w", connect=plain)
"""


@pytest.fixture
def my_module(tmp_path, monkeypatch):
    """A module beside the user."""
    (tmp_path / "my_bot_for_loading.py").write_text(MODULE)
    (tmp_path / "my_broken_bot.py").write_text("import no_such_thing\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "my_bot_for_loading"


def _connect(connector, **options):
    settings = settings_for(connector, Credentials(api_key="k"), None)
    return asyncio.run(connector.connect(settings, {"rest": "http://x"}, **options))


def test_a_plain_function_is_enough(my_module):
    connector = find_connector(Plugins(), VENUE, f"{my_module}:plain")
    assert (connector.name, connector.version) == (f"{my_module}:plain", "2.3")
    assert not connector.takes_clock
    assert _connect(connector, clock="c") == ("plain", "k", "http://x")


def test_a_clock_is_given_to_those_who_take_one(my_module):
    connector = find_connector(Plugins(), VENUE, f"{my_module}:clocked")
    assert connector.takes_clock
    assert _connect(connector, clock="c") == ("clocked", "c")


def test_a_ready_made_connector_is_taken_as_it_is(my_module):
    assert find_connector(Plugins(), VENUE, f"{my_module}:registered").name == "mine"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("{module}:", "write pkg.module:factory"),
        (":plain", "write pkg.module:factory"),
        ("no_such_bot:plain", "module 'no_such_bot' cannot be imported: ModuleNotFoundError"),
        ("my_broken_bot:plain", "No module named 'no_such_thing'"),
        ("{module}:missing", "'missing' is nothing"),
        ("{module}:number", "'number' is int"),
        ("{module}:foreign", "is for 'w', not for 'v'"),
        ("nobody", "unknown connector for v: 'nobody'"),
    ],
)
def test_what_is_wrong_with_a_name_is_said(my_module, name, text):
    with pytest.raises(ConfigurationError) as refusal:
        find_connector(Plugins(), VENUE, name.format(module=my_module))
    assert text in str(refusal.value)


def test_a_factory_that_returns_nothing_is_named(my_module):
    with pytest.raises(TypeError, match="the factory returned None"):
        _connect(find_connector(Plugins(), VENUE, f"{my_module}:nothing"), clock=None)


class _Settings(BaseModel):
    api_key: str
    protocol: str = "newest"
    keys: dict[str, dict[str, str]] = {}


def test_settings_are_filled_as_far_as_they_have_fields():
    connector = Connector(venue="v", connect=_connect, settings=_Settings)
    credentials = Credentials(api_key="k", api_secret="s")
    filled = settings_for(connector, credentials, "2026-01-01")
    assert filled == _Settings(api_key="k", protocol="2026-01-01")
    assert settings_for(connector, credentials, None, api_key="other").api_key == "other"
    assert settings_for(connector, credentials, None).protocol == "newest"


def test_a_missing_credential_is_named_without_any_value():
    connector = Connector(venue="v", connect=_connect, settings=_Settings)
    with pytest.raises(
        ConfigurationError, match=r"settings of v/reference: api_key: Field required"
    ):
        settings_for(connector, Credentials(api_secret="very-secret"), None)


def test_without_a_model_settings_are_a_plain_object():
    connector = Connector(venue="v", connect=_connect)
    settings = settings_for(connector, Credentials(token="t"), None)
    assert isinstance(settings, SimpleNamespace)
    assert (settings.token, settings.api_key) == ("t", None)

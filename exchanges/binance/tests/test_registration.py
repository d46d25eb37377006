"""What the package offers to a run."""

import subprocess
import sys

import pytest

import venueproof_binance
from venueproof_binance import CONNECTOR, VENUE
from venueproof_core import Support
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import load_plugins
from venueproof_core.venue import PrivateConnector, PublicConnector
from venueproof_net import SteerableClock


def test_venue_and_connector_are_registered() -> None:
    plugins = load_plugins()
    assert "binance" not in plugins.broken
    assert plugins.venue("binance_spot") is VENUE
    assert plugins.connector("binance", "reference") is CONNECTOR
    assert venueproof_binance.venueproof_register_connector() is CONNECTOR


def test_every_capability_is_declared_with_a_source() -> None:
    for name, declaration in VENUE.capabilities.declarations().items():
        assert declaration.support is not Support.UNDECLARED, name
        assert (declaration.source or "").startswith("https://"), name


async def test_every_method_is_there_or_left_out_with_a_reason() -> None:
    endpoints = {"rest": "http://h", "stream": "ws://h", "websocket_api": "ws://h"}
    settings = venueproof_binance.BinanceSettings()
    connector = await CONNECTOR.connect(settings, endpoints, clock=SteerableClock())
    methods = {
        name
        for protocol in (PublicConnector, PrivateConnector)
        for name in vars(protocol)
        if not name.startswith("_")
    }
    missing = {name for name in methods if not hasattr(connector, name)}
    assert missing == set(CONNECTOR.leaves_out)
    await connector.aclose()
    await connector.aclose()


async def test_a_private_call_without_credentials_says_what_to_set() -> None:
    endpoints = {"rest": "http://127.0.0.1:9", "stream": "ws://h", "websocket_api": "ws://h"}
    settings = venueproof_binance.BinanceSettings()
    connector = await CONNECTOR.connect(settings, endpoints, clock=SteerableClock())
    with pytest.raises(ConfigurationError, match="api_key and api_secret"):
        await connector.balances()
    await connector.aclose()


async def test_a_missing_endpoint_is_named() -> None:
    settings = venueproof_binance.BinanceSettings()
    with pytest.raises(ConfigurationError, match="no endpoint named stream, websocket_api"):
        await CONNECTOR.connect(settings, {"rest": "http://h"}, clock=SteerableClock())


def test_listing_the_package_imports_no_network_library() -> None:
    code = (
        "import sys, venueproof_binance;"
        "heavy = {'aiohttp', 'websockets', 'cryptography', 'tenacity', 'ccxt'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""What is known of ccxt without importing it: declaration, errors, values, known failures."""

import subprocess
import sys
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest

from venueproof_bridges.ccxt import CcxtBridge, CcxtSettings, errors_table, values
from venueproof_bridges.ccxt.client import feature
from venueproof_bridges.ccxt.errors import code_in, translated
from venueproof_bridges.ccxt.trading import order_params
from venueproof_bridges.known_failures import known_failures, read
from venueproof_core import Capabilities, ClientData, Outcome, Venue
from venueproof_core.errors import (
    ConfigurationError,
    InsufficientBalanceError,
    PluginError,
    RefusedError,
    TimedOutError,
    UnknownOrderError,
)
from venueproof_core.models import (
    Liquidity,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_suite.catalogue import load_cases

DATA = ClientData(client="ccxt", venue_id="somewhere")
VENUE = Venue(name="somewhere", title="Somewhere", capabilities=Capabilities(), clients=(DATA,))
ORDER = {
    "id": 17,
    "clientOrderId": "mine",
    "symbol": "BTC/USDT",
    "type": "limit",
    "side": "buy",
    "status": "open",
    "amount": 0.3,
    "filled": 0.1,
    "cost": 6000.0,
    "price": 60000.01,
    "timeInForce": "GTC",
    "timestamp": 1_700_000_000_123,
}


def test_listing_imports_no_ccxt() -> None:
    code = (
        "import sys; from venueproof_core.plugins import load_plugins; "
        "assert ('binance', 'ccxt') in load_plugins().connectors; assert 'ccxt' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ccxt_that_is_not_installed_is_listed_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("venueproof_bridges.ccxt.bridge.version", missing)
    plugins = load_plugins()

    listed = plugins.connectors["binance", "ccxt"]
    assert listed.version == "not installed: pip install 'venueproof-bridges[ccxt]'"
    with pytest.raises(ConfigurationError, match=r"ccxt is not installed: pip install"):
        plugins.connector("binance", "ccxt")


def test_ccxt_is_offered_to_venues_that_know_it(plugins: Plugins) -> None:
    connector = CcxtBridge().connector_for(VENUE)
    assert connector is not None
    assert (connector.venue, connector.name, connector.is_ours) == ("somewhere", "ccxt", False)
    assert not connector.takes_clock
    assert connector.dead_stream_s is None
    lists = {"place_list", "cancel_list", "order_list", "open_order_lists"}
    assert {"ping", "amend", "positions", *lists} == set(connector.leaves_out)
    stranger = Venue(name="other", title="Other", capabilities=Capabilities())
    assert CcxtBridge().connector_for(stranger) is None
    assert CcxtBridge().connector_for(VENUE, "argument") is None
    assert ("binance", "ccxt") in plugins.connectors


# ---------------------------------------------------------------- settings


def test_settings_become_ccxts_configuration() -> None:
    pair = {"api_key": "ed-key", "private_key": "PEM"}
    settings = CcxtSettings.model_validate(
        {"api_key": "k", "api_secret": "s", "keys": {"ed25519": pair}, "request_timeout_s": 0.5}
    )
    assert settings.config() == {"apiKey": "k", "secret": "s", "timeout": 500}
    other = settings.model_copy(update={"key_type": "ed25519"})
    assert other.config() == {"apiKey": "ed-key", "secret": "PEM", "timeout": 500}
    assert CcxtSettings().config() == {}


# ---------------------------------------------------------------- errors


def error_of(name: str, text: str, *parents: type) -> Exception:
    kind = type(name, parents or (Exception,), {})
    made: Exception = kind(text)
    return made


def test_error_has_our_class_the_venues_code_and_no_signature() -> None:
    text = 'binance {"code":-2010,"msg":"no money"} GET http://x/order?a=1&signature=abcdef&b=2'
    error = translated(error_of("InsufficientFunds", text), venue="v", operation="place")
    assert isinstance(error, InsufficientBalanceError)
    assert (error.outcome, error.code) == (Outcome.NOT_APPLIED, "-2010")
    assert "signature=***&b=2" in error.message
    assert "abcdef" not in str(error)


def test_outcome_of_what_was_lost_depends_on_whether_it_was_a_write() -> None:
    lost = error_of("RequestTimeout", "binance POST")
    written = translated(lost, venue="v", operation="cancel")
    asked = translated(lost, venue="v", operation="order_book")
    assert isinstance(written, TimedOutError)
    assert isinstance(asked, TimedOutError)
    assert (written.outcome, asked.outcome) == (Outcome.UNKNOWN, Outcome.NOT_APPLIED)


def test_unknown_order_on_a_cancel_is_unknown() -> None:
    error = translated(error_of("OrderNotFound", "gone"), venue="v", operation="cancel")
    assert isinstance(error, UnknownOrderError)
    assert error.outcome is Outcome.UNKNOWN


def test_new_class_counts_as_its_parent() -> None:
    parent = type("OperationRejected", (Exception,), {})
    error = translated(error_of("BrandNew", "no", parent), venue="v", operation="place")
    assert type(error) is RefusedError


def test_what_ccxt_does_not_support_is_not_implemented() -> None:
    error = translated(error_of("NotSupported", "no"), venue="v", operation="place")
    assert isinstance(error, NotImplementedError)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('binance {"code":-1021,"msg":"late"}', "-1021"),
        ('bybit {"retCode":10002,"retMsg":"late"} more', "10002"),
        ("binance 500 Internal Server Error {not json", None),
        ("no reply", None),
    ],
)
def test_code_is_read_from_the_reply_in_the_text(text: str, code: str | None) -> None:
    assert code_in(text) == code


def test_table_of_errors_has_a_row_for_each_class() -> None:
    rows = {row["ccxt"]: row for row in errors_table()}
    assert rows["InvalidNonce"]["error"] == "ClockSkewError"
    assert rows["RequestTimeout"]["write"] == "UNKNOWN"
    assert {row["read"] for row in rows.values()} == {"NOT_APPLIED"}
    assert all(row["because"] for row in rows.values())


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1e-08, "1E-8"), (60000.01, "60000.01"), (3, "3"), ("0.10", "0.10")],
)
def test_number_becomes_the_decimal_of_its_shortest_text(value: Any, text: str) -> None:
    assert values.decimal(value) == Decimal(text)
    assert str(values.decimal(value)) == text


def test_order_is_read() -> None:
    order = values.order(ORDER)
    assert (order.symbol, order.venue_order_id) == ("BTC-USDT", "17")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert order.price == Decimal("60000.01")
    assert order.time_in_force is TimeInForce.GTC
    assert order.created_time_ns == 1_700_000_000_123_000_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OrderType.LIMIT),
        ({"triggerPrice": 59000.0}, OrderType.STOP_LIMIT),
        ({"takeProfitPrice": 61000.0, "triggerPrice": 61000.0}, OrderType.TAKE_PROFIT_LIMIT),
        ({"type": "market"}, OrderType.MARKET),
        ({"type": "market", "triggerPrice": 59000.0}, OrderType.STOP),
    ],
)
def test_order_type_is_told_with_what_triggers_it(
    changes: dict[str, Any], expected: OrderType
) -> None:
    order = values.order({**ORDER, **changes})
    assert order.order_type is expected
    assert (order.price is None) == (changes.get("type") == "market")


@pytest.mark.parametrize("changes", [{"status": None}, {"status": "odd"}, {"side": None}])
def test_order_without_its_state_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(values.UnreadableError):
        values.order({**ORDER, **changes})


def test_fill_without_a_fee_is_read() -> None:
    fill = values.fill(
        {**ORDER, "order": "9", "fee": None, "takerOrMaker": "maker", "price": 1, "amount": 0.5}
    )
    assert (fill.fee, fill.fee_currency, fill.liquidity) == (None, None, Liquidity.MAKER)


def test_balances_are_those_with_accounts() -> None:
    row = {"info": {}, "free": {}, "BTC": {"free": 1.5, "used": 0.5, "total": 2.0}, "total": {}}
    (balance,) = values.balances(row)
    assert (balance.currency, balance.available, balance.locked) == (
        "BTC",
        Decimal("1.5"),
        Decimal("0.5"),
    )


def test_order_is_asked_for_by_ccxts_own_names() -> None:
    request = OrderRequest(
        symbol="BTC-USDT",
        side=Side.SELL,
        order_type=OrderType.STOP_LIMIT,
        client_order_id="mine",
        quantity=Decimal("0.1"),
        price=Decimal("58000"),
        stop_price=Decimal("59000"),
        time_in_force=TimeInForce.GTC,
    )
    assert order_params(request) == {
        "clientOrderId": "mine",
        "timeInForce": "GTC",
        "triggerPrice": 59000.0,
    }


@pytest.mark.parametrize(
    ("method", "name"),
    [("fetch_order_book", "fetchOrderBook"), ("un_watch_ohlcv", "unWatchOHLCV")],
)
def test_feature_is_named_as_ccxt_names_it(method: str, name: str) -> None:
    assert feature(method) == name


# ---------------------------------------------------------------- known failures

ENTRY = """
[cause]
explanation = "The client does something that costs a trader money, and this is how."
versions = ">=1,<2"
expires = 2030-01-31
source = "https://example.org"
cases = { "some/case" = "as known" }
"""

TWICE = ENTRY.replace("[cause]", "[before]") + "[cause]"


def test_entry_is_read_for_each_of_its_cases() -> None:
    more = '"some/case" = "as known", "other/case" = "so too"'
    found = read(ENTRY.replace('"some/case" = "as known"', more), "x.toml")
    assert list(found) == ["some/case", "other/case"]
    assert (found["some/case"].shows, found["other/case"].shows) == ("as known", "so too")
    assert (found["some/case"].versions, found["some/case"].expires) == (">=1,<2", "2030-01-31")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[cause]", "[cause", "x.toml: "),
        ("cases", "sauce = 1\ncases", "cause.sauce: Extra inputs"),
        (">=1,<2", "newest", "cause.versions: Value error"),
        ("2030-01-31", '"soon"', "cause.expires: "),
        ('"The client does something that costs a trader money, and this is how."', '"x"', "40"),
        ('{ "some/case" = "as known" }', "{}", "cause.cases: "),
        ('"as known"', '""', "cause.cases.some/case: "),
        ("[cause]", TWICE, "some/case is listed twice"),
    ],
)
def test_malformed_entry_names_file_and_place(old: str, new: str, problem: str) -> None:
    with pytest.raises(PluginError) as refusal:
        read(ENTRY.replace(old, new), "x.toml")
    assert str(refusal.value).startswith("x.toml: ")
    assert problem in str(refusal.value)


def test_nobody_has_written_down_failures_of_an_unknown_client() -> None:
    assert known_failures("ccxt", "nowhere") == {}


def test_every_known_failure_is_of_a_case(plugins: Plugins) -> None:
    cases = {rule.id for rule in load_cases()}
    listed = plugins.connectors["binance", "ccxt"].known_failures
    assert listed
    assert set(listed) <= cases

"""Every documented error, text by text: provoked by a request that deserves it, or listed with why none is."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from venueproof_binance.dialect.error_catalogue import documented_errors
from venueproof_core.control import DocumentedError

HERE = Path(__file__).parent
SERVED = {"rest", "websocket_api", "stream"}

# Codes that tests of other modules provoke, with the module.
ELSEWHERE: Mapping[int, str] = {
    **dict.fromkeys((-1021, -1022, -2014, -2015), "test_security"),
    -1125: "test_account",
    **dict.fromkeys((-2035, -2036, -2042, -1020), "test_websocket_api"),
    **dict.fromkeys((-1158, -1160, -1165, -1166, -1168, *range(-1199, -1195)), "test_order_lists"),
    **dict.fromkeys((-1222, -1223), "test_paying_lists"),
    **dict.fromkeys(range(4), "test_streams"),
}
NEVER: Mapping[int, str] = {
    -1000: "stands for what is not foreseen",
    -1002: "the documents give no request that it answers",
    -1006: "an unknown outcome is told with -1007",
    -1010: "an older code of the engine's texts",
    -1016: "the documents give no request that it answers",
    -1103: "an unknown parameter is told with -1104",
    -1112: "an empty book is told with -2010",
    -1114: "a timeInForce that is not taken is told with -1106",
    -1224: "a parameter that lacks is told with -1102",
    -1225: "a parameter that is too much is told with -1104",
    -2016: "every symbol has a trading day",
    -2026: "no world is 90 days old",
}
_GENERAL = "told with the text that names the parameter"
_TAKEN = "every instrument takes them"
_MAY = "every account may trade every instrument"
NEVER_SAID: Mapping[str, str] = {
    "Too many requests queued.": "the documents do not say when",
    "Too many new orders.": "told with the text that names the limit",
    "Too many parameters; expected '7' and received '7'.": "told with -1104",
    "A mandatory parameter was not sent, was empty/null, or malformed.": _GENERAL,
    "Field value was empty or malformed.": _GENERAL,
    "'7' contains unexpected value. Cannot be greater than 7.": "the documents do not say of what",
    "Not all sent parameters were read.": "told with the text that has the counts",
    "A parameter was empty.": _GENERAL,
    "A parameter was sent when not required.": _GENERAL,
    "Lookup interval is too big.": "told with the text that names the hours",
    "Combination of optional fields invalid. Recommendation: '7' and '7' must both be sent.": _GENERAL,
    "Fields [7] must be sent together or omitted entirely.": _GENERAL,
    "Invalid data sent for a parameter.": _GENERAL,
    "Market orders are not supported for this symbol.": _TAKEN,
    "Iceberg orders are not supported for this symbol.": _TAKEN,
    "Stop loss orders are not supported for this symbol.": _TAKEN,
    "Stop loss limit orders are not supported for this symbol.": _TAKEN,
    "Take profit orders are not supported for this symbol.": _TAKEN,
    "Take profit limit orders are not supported for this symbol.": _TAKEN,
    "Trailing stop orders are not supported for this symbol.": _TAKEN,
    "OCO orders are not supported for this symbol": _TAKEN,
    "OPO orders are not supported for this symbol.": _TAKEN,
    "Quote order qty market orders are not support for this symbol.": _TAKEN,
    "Order cancel-replace is not supported for this symbol.": _TAKEN,
    "Order amend is not supported for this symbol.": _TAKEN,
    "Price * QTY is zero or less.": "a price or quantity of zero breaks a filter before",
    "This action is disabled on this account.": _MAY,
    "This account may not place or cancel orders.": _MAY,
    "This symbol is not permitted for this account.": _MAY,
    "This symbol is restricted for this account.": _MAY,
    "Rest API trading is not enabled.": _MAY,
    "WebSocket API trading is not enabled.": _MAY,
    "Order book liquidity is less than LOT_SIZE filter minimum quantity.": "an empty book is told first",
    "Order book liquidity is less than MARKET_LOT_SIZE filter minimum quantity.": "an empty book is told first",
    "Filter failure: MAX_ASSET": "no asset has a maximum",
    "This order type may not use pegged price.": "no instrument takes pegged orders",
    "This price peg cannot be used with this order type.": "no instrument takes pegged orders",
    "Order book liquidity is too low for this pegged order.": "no instrument takes pegged orders",
}


def _rows() -> list[DocumentedError]:
    return [
        error
        for error in documented_errors().values()
        if error.is_documented and SERVED & set(error.endpoints)
    ]


def _tests() -> str:
    """The sources of the other tests, adjacent literals joined."""
    own = Path(__file__).name
    texts = [path.read_text() for path in sorted(HERE.glob("test_*.py")) if path.name != own]
    return re.sub(r'"\s*\n?\s*f?"', "", "\n".join(texts))


def _is_said(error: DocumentedError, tests: str) -> bool:
    """Whether a test expects this text; where the venue fills a place, anything stands."""
    # Tests of filters name the filter alone, once for those of a symbol and of the exchange.
    text = error.message.removeprefix("Filter failure: ").removeprefix("EXCHANGE_")
    return re.search(re.escape(text).replace("7", "[^\\n]{1,40}?"), tests) is not None


def _unexplained(rows: Iterable[DocumentedError]) -> list[str]:
    tests = _tests()
    return [
        error.id
        for error in rows
        if int(error.code) not in ELSEWHERE
        and int(error.code) not in NEVER
        and error.message not in NEVER_SAID
        and not _is_said(error, tests)
    ]


def test_every_documented_error_is_provoked_or_explained() -> None:
    assert _unexplained(_rows()) == []


def test_what_is_provoked_elsewhere_is_named_there() -> None:
    absent = [
        code
        for code, module in ELSEWHERE.items()
        if re.search(rf"(?<![\d-]){code}(?!\d)", (HERE / f"{module}.py").read_text()) is None
    ]
    assert absent == []


def test_no_reason_is_stale() -> None:
    tests, rows = _tests(), _rows()
    codes, texts = {int(error.code) for error in rows}, {error.message for error in rows}
    assert (set(NEVER) | set(ELSEWHERE)) - codes == set()
    assert set(NEVER_SAID) - texts == set()
    said = [e.message for e in rows if e.message in NEVER_SAID and _is_said(e, tests)]
    assert said == []

"""Codes and texts. Source: "Error Codes", and texts seen on the wire where the table differs."""

from typing import NamedTuple

from venueproof_bybit.dialect.wire import number
from venueproof_simulator.toolkit import Refuse
from venueproof_simulator.venue_core import Refusal, Refused


class Row(NamedTuple):
    """One line of the venue's table; HTTP status is 200 but where the documents say otherwise."""

    code: int
    message: str
    status: int = 200


EXPIRED_KEY = Row(33004, "Your api key has expired.")
INVALID_KEY = Row(10003, "API key is invalid.")
ROUTE_NOT_FOUND = Row(10017, "Route not found.", 404)
TOO_MANY_VISITS = Row(10006, "Too many visits!")
IP_LIMIT = Row(10018, "403, access too frequent", 403)
SERVER_ERROR = Row(10016, "Server error.")
SERVER_TIMEOUT = Row(10000, "Server Timeout")
BACKEND_TIMEOUT = Row(170007, "Timeout waiting for response from backend server.")
NOT_SUPPORTED_SYMBOL = Row(10001, "Not supported symbols")
INVALID_SYMBOL = Row(170121, "Invalid symbol.")
INVALID_SIDE = Row(170117, "Invalid side.")
INVALID_TYPE = Row(170116, "Invalid orderType.")
INVALID_FORCE = Row(170115, "Invalid timeInForce.")
INVALID_FILTER = Row(170201, "Invalid orderFilter parameter")
BALANCE = Row(170131, "Insufficient balance.")
PRICE_DECIMALS = Row(170134, "Order price decimal too long.")
QUANTITY_LOW = Row(170136, "Order quantity lower than the minimum.")
QUANTITY_DECIMALS = Row(170137, "Order volume decimal too long.")
AMOUNT_DECIMALS = Row(170148, "Market order amount decimal too long.")
QUANTITY_HIGH = Row(170381, "Order quantity too large.")
VALUE_LOW = Row(170140, "Order value exceeded lower limit.")
DUPLICATE_ID = Row(170141, "Duplicate clientOrderId")
NO_SUCH_ORDER = Row(170213, "Order does not exist.")
FILLED_ALREADY = Row(170139, "Order has been filled.")
CANCELLED_ALREADY = Row(170142, "Order has been cancelled")
NOT_TRADED = Row(170157, "The symbol is not available for trading through the API.")
NEW_REJECTED = Row(170210, "New order rejected.")
AMEND_FAILED = Row(170311, "Amend order failed.")
BELOW_FILLED = Row(170313, "Below the filled quantity.")

STANDARD = {
    "overloaded": Row(429, "trading service under high load"),
    "internal": SERVER_ERROR,
    "unknown_outcome": BACKEND_TIMEOUT,
}
_REFUSED = {
    Refusal.INSUFFICIENT_BALANCE: BALANCE,
    Refusal.DUPLICATE_CLIENT_ORDER_ID: DUPLICATE_ID,
    Refusal.UNKNOWN_ORDER: NO_SUCH_ORDER,
    Refusal.MARKET_CLOSED: NOT_TRADED,
    Refusal.WOULD_TRIGGER: Row(170203, "Please enter the TP/SL price."),
}


def of(row: Row) -> Refuse:
    """A line of the table, to be raised."""
    return Refuse(row.code, row.message, status=row.status)


def parameter(message: str = "Request parameter error.") -> Refuse:
    """10001, with the venue's free text."""
    return Refuse(10001, message, status=200)


def empty(name: str) -> Refuse:
    """170105."""
    return Refuse(170105, f"Parameter '{name}' was empty.", status=200)


def invalid(name: str) -> Refuse:
    """170130; the misspelling is the venue's."""
    return Refuse(170130, f"Data sent for paramter '{name}' is not valid.", status=200)


def refused(reason: Refused) -> Refuse:
    """What the core says, in the venue's words."""
    return of(_REFUSED.get(reason.reason, NEW_REJECTED))


def band(code: int, text: str, bound: int, quote: str) -> Refuse:
    """A limit price outside of the band, with the bound and its currency."""
    return Refuse(code, f"{text} {number(bound)}{quote}.", status=200)

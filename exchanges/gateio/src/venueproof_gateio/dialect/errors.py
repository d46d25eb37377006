"""Labels and texts. Source: "Label list", and texts seen on the wire; clients branch on the label."""

from typing import NamedTuple

from venueproof_simulator.toolkit import Refuse
from venueproof_simulator.venue_core import Refusal, Refused


class Row(NamedTuple):
    """One label and what is said with it."""

    label: str
    message: str
    status: int = 400


NOT_FOUND = Row("NOT_FOUND", "Not found", 404)
METHOD_NOT_ALLOWED = Row("METHOD_NOT_ALLOWED", "Method not allowed", 405)
INVALID_KEY = Row("INVALID_KEY", "Invalid key provided", 401)
INVALID_SIGNATURE = Row("INVALID_SIGNATURE", "Signature mismatch", 401)
NOT_LOGGED_IN = Row("AUTHENTICATION_FAILED", "Not login", 401)
TOO_MANY_REQUESTS = Row("TOO_MANY_REQUESTS", "Request Rate limit Exceeded (211)", 429)
INVALID_BODY = Row("INVALID_REQUEST_BODY", "Invalid request body")
BALANCE = Row("BALANCE_NOT_ENOUGH", "Not enough balance")
POST_ONLY = Row("POC_FILL_IMMEDIATELY", "Order would match and take immediately so its cancelled")
FOK = Row("FOK_NOT_FILL", "FOK order cannot be filled completely")
NO_BOOK = Row("ORDER_BOOK_NOT_FOUND", "Insufficient liquidity")
NO_SUCH_ORDER = Row("ORDER_NOT_FOUND", "Order not found", 404)
NO_SUCH_NAME = Row("CLIENT_ID_NOT_FOUND", "Order not found", 404)
CLOSED = Row("ORDER_CLOSED", "Order closed")
CANCELLED = Row("ORDER_CANCELLED", "Order cancelled")
REPEATED = Row("REPEATED_CREATION", "Order with the same text is open")
NO_CHANGE = Row("NO_CHANGE", "No change is made")
NOT_TRADED = Row("FORBIDDEN", "Trading of this currency pair is disabled", 403)
PRECISION = Row("INVALID_PRECISION", "Invalid precision")
TOO_MUCH = Row("AMOUNT_TOO_MUCH", "Amount too much")
TOO_MANY_ORDERS = Row("TOO_MANY_ORDERS", "Too many orders in one request")
TOO_MANY_PAIRS = Row("TOO_MANY_CURRENCY_PAIRS", "Too many currency pairs in one request")
MIXED_ACCOUNTS = Row("MIXED_ACCOUNT_TYPE", "Orders of different account types in one request")

STANDARD = {
    "rate_limited": TOO_MANY_REQUESTS,
    "banned": TOO_MANY_REQUESTS,
    "overloaded": Row("TOO_BUSY", "System is busy", 503),
    "internal": Row("INTERNAL", "Internal server error", 500),
    "unknown_outcome": Row("SERVER_ERROR", "Server error", 500),
}
_REFUSED = {
    Refusal.INSUFFICIENT_BALANCE: BALANCE,
    Refusal.DUPLICATE_CLIENT_ORDER_ID: REPEATED,
    Refusal.UNKNOWN_ORDER: NO_SUCH_ORDER,
    Refusal.MARKET_CLOSED: NOT_TRADED,
    Refusal.WOULD_TAKE: POST_ONLY,
    Refusal.NO_LIQUIDITY: NO_BOOK,
    Refusal.NO_CHANGE: NO_CHANGE,
}


def of(row: Row) -> Refuse:
    """A line of the table, to be raised."""
    return Refuse(row.label, row.message, status=row.status)


def value(name: str, given: object) -> Refuse:
    """A parameter that cannot be what it is."""
    return Refuse("INVALID_PARAM_VALUE", f"Invalid parameter `{name}` with value: {given}")


def request_value(name: str, given: object) -> Refuse:
    """A parameter of a market data request that is out of bounds."""
    return Refuse(
        "INVALID_PARAM_VALUE", f"Invalid request parameter `{name}` value: {given}", status=400
    )


def missing(name: str) -> Refuse:
    """A parameter that must be there."""
    return Refuse("MISSING_REQUIRED_PARAM", f"Missing required parameter: {name}")


def pair(given: str) -> Refuse:
    """A currency pair that is none."""
    return Refuse("INVALID_CURRENCY_PAIR", f"Invalid currency pair {given}")


def too_small(size: str, least: str, unit: str) -> Refuse:
    """An order below a bound."""
    return Refuse(
        "INVALID_PARAM_VALUE",
        f"Your order size {size} {unit} is too small. The minimum is {least} {unit}",
    )


def refused(reason: Refused) -> Refuse:
    """What the core says, in the venue's words."""
    return of(_REFUSED.get(reason.reason, Row("INVALID_PARAM_VALUE", reason.reason.value)))

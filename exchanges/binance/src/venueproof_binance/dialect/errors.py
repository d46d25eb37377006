"""Error codes and texts. Source: error codes page; HTTP status as documented or widely observed."""

from venueproof_simulator.toolkit import Refuse
from venueproof_simulator.venue_core import Refusal, Refused

Row = tuple[int, str, int]
"""Code, text, HTTP status."""


def missing(name: str) -> Refuse:
    """A mandatory parameter is not there."""
    return Refuse(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def one_of(first: str, second: str) -> Refuse:
    """One of a pair must be there."""
    return Refuse(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def not_required(name: str) -> Refuse:
    """A parameter that the order type does not take."""
    return Refuse(-1106, f"Parameter '{name}' sent when not required.")


def unread(read: int, sent: int) -> Refuse:
    """Parameters nobody knows."""
    return Refuse(
        -1104,
        f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.",
    )


def illegal(name: str, pattern: str) -> Refuse:
    """Characters outside the legal range."""
    return Refuse(
        -1100, f"Illegal characters found in parameter '{name}'; legal range is '{pattern}'."
    )


def too_precise(name: str) -> Refuse:
    """More decimals than the asset has."""
    return Refuse(-1111, f"Parameter '{name}' has too much precision.")


def filter_failure(name: str) -> Refuse:
    """A filter of the symbol says no."""
    return Refuse(-1013, f"Filter failure: {name}")


def invalid_symbol() -> Refuse:
    """No such symbol."""
    return Refuse(-1121, "Invalid symbol.")


def invalid(name: str) -> Refuse:
    """A value that the parameter cannot have."""
    return Refuse(-1130, f"Data sent for parameter '{name}' is not valid.")


def overflowed(name: str) -> Refuse:
    """A whole number beyond 64 bits."""
    return Refuse(-1108, f"Parameter '{name}' overflowed.")


def empty(name: str) -> Refuse:
    """A parameter without a value; client order ids have codes of their own."""
    code, text = EMPTY_IDS.get(name, (-1105, f"Parameter '{name}' was empty."))
    return Refuse(code, text)


EMPTY_IDS = {
    "newClientOrderId": (-1118, "New client order ID was empty."),
    "origClientOrderId": (-1119, "Original client order ID was empty."),
}
DUPLICATE_PARAMETER = (-1101, "Duplicate values for a parameter detected.", 400)
UNREADABLE = (-1100, "Illegal characters found in a parameter.", 400)
COMBINATION = (-1128, "Combination of optional parameters invalid.", 400)
BAD_TIME_UNIT = (
    -1194,
    "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
    400,
)
KEY_FORMAT = (-2014, "API-key format invalid.", 401)
KEY_REJECTED = (-2015, "Invalid API-key, IP, or permissions for action.", 401)
BAD_SIGNATURE = (-1022, "Signature for this request is not valid.", 400)
STALE = (-1021, "Timestamp for this request is outside of the recvWindow.", 400)
EARLY = (-1021, "Timestamp for this request was 1000ms ahead of the server's time.", 400)
BAD_WINDOW = (-1131, "'recvWindow' must be less than 60000.", 400)
NO_SUCH_ORDER = (-2013, "Order does not exist.", 400)
UNKNOWN_ORDER = (-2011, "Unknown order sent.", 400)
IDS_DISAGREE = (-2039, "Client order ID is not correct for this order ID.", 400)
CANCEL_IDS_DISAGREE = (-2011, "Cancel order is invalid. Check origClOrdId and orderId.", 400)
NO_SUCH_LISTEN_KEY = (-1125, "This listenKey does not exist.", 400)


def of(row: Row) -> Refuse:
    """A refusal from a row of this module."""
    code, message, status = row
    return Refuse(code, message, status=status)


PLACEMENT = {
    Refusal.INSUFFICIENT_BALANCE: "Account has insufficient balance for requested action.",
    Refusal.DUPLICATE_CLIENT_ORDER_ID: "Duplicate order sent.",
    Refusal.WOULD_TAKE: "Order would immediately match and take.",
    Refusal.WOULD_TRIGGER: "Order would trigger immediately.",
    Refusal.MARKET_CLOSED: "Market is closed.",
    Refusal.NO_LIQUIDITY: "Order book liquidity is less than LOT_SIZE filter minimum quantity.",
}
AMENDMENT = {
    Refusal.UNKNOWN_ORDER: "Unknown order sent.",
    Refusal.DUPLICATE_CLIENT_ORDER_ID: "Duplicate order sent.",
    Refusal.MARKET_CLOSED: "Market is closed.",
    Refusal.QUANTITY_INCREASE: "Order amend (quantity increase) is not supported.",
    Refusal.NO_CHANGE: "The requested action would change no state; rejecting.",
}
CANCEL = {
    Refusal.UNKNOWN_ORDER: "Unknown order sent.",
    Refusal.MARKET_CLOSED: "Market is closed.",
}


def from_placement(refused: Refused, *, is_book_empty: bool = False) -> Refuse:
    """The core would not take an order."""
    if refused.reason is Refusal.NO_LIQUIDITY and is_book_empty:
        return Refuse(-2010, "Order book liquidity is less than symbol minimum quantity.")
    return Refuse(-2010, PLACEMENT[refused.reason])


def from_amendment(refused: Refused) -> Refuse:
    """The core would not amend one."""
    return Refuse(-2038, AMENDMENT[refused.reason])


def from_cancel(refused: Refused) -> Refuse:
    """The core would not cancel one."""
    return Refuse(-2011, CANCEL[refused.reason])


STANDARD = {
    "overloaded": (
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
        503,
    ),
    "internal": (-1001, "Internal error; unable to process your request. Please try again.", 500),
    "unknown_outcome": (
        -1007,
        "Timeout waiting for response from backend server. Send status unknown; "
        "execution status unknown.",
        504,
    ),
}

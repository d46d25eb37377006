"""Error codes and texts. Source: error codes page; HTTP status as documented or widely observed."""

from venueproof_simulator.toolkit import Refuse
from venueproof_simulator.venue_core import Refusal, Refused


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


def duplicate_parameter() -> Refuse:
    """A name came twice in one place."""
    return Refuse(-1101, "Duplicate values for a parameter detected.")


KEY_FORMAT = (-2014, "API-key format invalid.", 401)
KEY_REJECTED = (-2015, "Invalid API-key, IP, or permissions for action.", 401)
BAD_SIGNATURE = (-1022, "Signature for this request is not valid.", 400)
STALE = (-1021, "Timestamp for this request is outside of the recvWindow.", 400)
EARLY = (-1021, "Timestamp for this request was 1000ms ahead of the server's time.", 400)
BAD_WINDOW = (-1131, "'recvWindow' must be less than 60000.", 400)
NO_SUCH_ORDER = (-2013, "Order does not exist.", 400)
UNKNOWN_ORDER = (-2011, "Unknown order sent.", 400)
NO_SUCH_LISTEN_KEY = (-1125, "This listenKey does not exist.", 400)


def of(row: tuple[int, str, int]) -> Refuse:
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
    Refusal.QUANTITY_INCREASE: "Order amend (quantity increase) is not supported.",
    Refusal.NO_CHANGE: "The requested action would change no state; rejecting.",
}


def from_placement(refused: Refused) -> Refuse:
    """The core would not take an order."""
    return Refuse(-2010, PLACEMENT[refused.reason])


def from_amendment(refused: Refused) -> Refuse:
    """The core would not amend one."""
    if refused.reason is Refusal.UNKNOWN_ORDER:
        return of(NO_SUCH_ORDER)
    return Refuse(-2038, AMENDMENT[refused.reason])


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

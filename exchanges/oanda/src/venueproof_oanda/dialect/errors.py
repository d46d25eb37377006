"""What the venue refuses, and in which words.

Source: https://developer.oanda.com/rest-live-v20/troubleshooting-errors/
"""

from typing import Any

from venueproof_simulator.toolkit import Refuse

INVALID_PARAMETER = "oanda::rest::core::InvalidParameterException"
UNAUTHORIZED = "Insufficient authorization to perform request."
FORBIDDEN = "The provided request was forbidden."

MESSAGES = {
    "CLIENT_ORDER_ID_ALREADY_EXISTS": "The client Order ID specified is already assigned to another pending Order",
    "CLIENT_ORDER_ID_INVALID": "The client Order ID specified is invalid",
    "CLIENT_TRADE_ID_ALREADY_EXISTS": "The client Trade ID specified is already assigned to another open Trade",
    "CLOSEOUT_POSITION_DOESNT_EXIST": "The Position requested to be closed out does not exist",
    "CLOSEOUT_POSITION_INCOMPLETE_SPECIFICATION": "The request to closeout a Position was specified incompletely",
    "CLOSEOUT_POSITION_UNITS_EXCEED_POSITION_SIZE": (
        "A partial Position closeout request specifies more units than the Position has"
    ),
    "CLOSE_TRADE_UNITS_EXCEED_TRADE_SIZE": (
        "The request to close a Trade partially specifies more units than the Trade has"
    ),
    "INSUFFICIENT_FUNDS": "The Account does not have sufficient funds",
    "MARGIN_RATE_INVALID": "The margin rate provided is invalid",
    "ORDER_DOESNT_EXIST": "The Order specified does not exist",
    "ORDER_FILL_POSITION_ACTION_INVALID": "The Order fill position action specified is invalid",
    "PRICE_BOUND_INVALID": "The price bound specified is invalid",
    "PRICE_BOUND_PRECISION_EXCEEDED": (
        "The price bound specified contains more precision than is allowed for the instrument"
    ),
    "PRICE_DISTANCE_INVALID": "The price distance specified is invalid",
    "PRICE_DISTANCE_MAXIMUM_EXCEEDED": "The price distance exceeds the maximum allowed for the instrument",
    "PRICE_DISTANCE_MINIMUM_NOT_MET": "The price distance is below the minimum allowed for the instrument",
    "PRICE_DISTANCE_MISSING": "The price distance has not been specified",
    "PRICE_DISTANCE_PRECISION_EXCEEDED": (
        "The price distance specified contains more precision than is allowed for the instrument"
    ),
    "PRICE_INVALID": "The price specified is invalid",
    "PRICE_MISSING": "The price has not been specified",
    "PRICE_PRECISION_EXCEEDED": "The price specified contains more precision than is allowed for the instrument",
    "REPLACING_ORDER_INVALID": (
        "The replacing Order refers to a different Order type or instrument than the "
        "Order to replace"
    ),
    "STOP_LOSS_ORDER_ALREADY_EXISTS": "The Trade already has a Stop Loss Order",
    "STOP_LOSS_ORDER_PRICE_AND_DISTANCE_BOTH_MISSING": (
        "Neither the price nor the distance of the Stop Loss Order has been specified"
    ),
    "STOP_LOSS_ORDER_PRICE_AND_DISTANCE_BOTH_SPECIFIED": (
        "The price and the distance of the Stop Loss Order have both been specified"
    ),
    "TAKE_PROFIT_ORDER_ALREADY_EXISTS": "The Trade already has a Take Profit Order",
    "TIME_IN_FORCE_GTD_TIMESTAMP_IN_PAST": "The GTD timestamp specified is in the past",
    "TIME_IN_FORCE_GTD_TIMESTAMP_MISSING": "The GTD timestamp has not been specified",
    "TIME_IN_FORCE_INVALID": "The time in force specified is invalid",
    "TRADE_DOESNT_EXIST": "The Trade specified does not exist",
    "TRADE_ID_UNSPECIFIED": "The Trade ID has not been specified",
    "TRAILING_STOP_LOSS_ORDER_ALREADY_EXISTS": "The Trade already has a Trailing Stop Loss Order",
    "TRIGGER_CONDITION_INVALID": "The trigger condition specified is invalid",
    "UNITS_INVALID": "Order units specified are invalid",
    "UNITS_LIMIT_EXCEEDED": "The units specified exceeds the maximum number of units allowed",
    "UNITS_MINIMUM_NOT_MET": "The units specified is below the minimum number of units allowed",
    "UNITS_MISSING": "Order units have not been specified",
    "UNITS_PRECISION_EXCEEDED": (
        "The units specified contain more precision than is allowed for the Order's instrument"
    ),
    "ACCOUNT_NOT_ACTIVE": "The Account is not active",
    "CLIENT_CONFIGURE_DATA_MISSING": "The client configuration data has not been specified",
    "CLIENT_EXTENSIONS_DATA_MISSING": "The client extensions have not been specified",
}


class Rejected(Exception):
    """A specification is refused for this reason; the transaction that says so is the caller's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sentence(reason: str) -> str:
    """The sentence that goes with a reason; families that differ by a prefix share theirs."""
    if reason in MESSAGES:
        return MESSAGES[reason]
    for prefix in ("TAKE_PROFIT_ON_FILL_", "STOP_LOSS_ON_FILL_", "TRAILING_STOP_LOSS_ON_FILL_"):
        rest = reason.removeprefix(prefix)
        for base in (rest, f"TIME_IN_FORCE_{rest}", f"PRICE_{rest}"):
            if rest != reason and base in MESSAGES:
                return MESSAGES[base]
    return reason.replace("_", " ").capitalize()


def bad(message: str, code: str = "", **data: Any) -> Refuse:
    """A request that cannot be read: no transaction."""
    return Refuse(code, message, status=400, data=data)


def invalid(name: str) -> Refuse:
    """A parameter with a value that means nothing."""
    return bad(f"Invalid value specified for '{name}'")


def missing(what: str) -> Refuse:
    """Something that is not there: ``NO_SUCH_TRADE`` and its like."""
    words = {
        "TRADE": "trade",
        "ORDER": "order",
        "POSITION": "position",
        "TRANSACTION": "transaction",
    }
    said = f"The {words[what]} ID specified does not exist"
    if what == "POSITION":
        said = "The Position specified does not exist"
    return Refuse(f"NO_SUCH_{what}", said, status=404)


def unauthorized(status: int = 401) -> Refuse:
    """No token, or one that is not known."""
    return Refuse("", UNAUTHORIZED, status=status)


STANDARD = {
    "overloaded": Refuse("", "Service temporarily unavailable", status=503),
    "internal": Refuse("", "Internal server error", status=500),
    "unknown_outcome": Refuse("", "Internal server error", status=500),
    "rate_limited": Refuse("", "Too many requests", status=429),
    "banned": Refuse("", "Too many requests", status=429),
}

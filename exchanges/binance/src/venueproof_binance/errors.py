"""What the venue's error codes mean: class, whether a write may have happened, and what to do.

Source: https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

import venueproof_net
from venueproof_core import Outcome, Retry
from venueproof_core.errors import (
    AuthenticationError,
    ClockSkewError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MarketClosedError,
    PartlyReplacedError,
    RateLimitedError,
    RefusedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import RawReply, failure_outcome

log = logging.getLogger(__name__)

VENUE = "binance"


class Meaning(NamedTuple):
    """What one code says.

    Attributes:
        may_have_happened: A write that got this answer has an unknown outcome.
        retry: Where it is not what the class says.
    """

    kind: type[VenueError]
    advice: str
    may_have_happened: bool = False
    retry: Retry | None = None


_INTERNAL = Meaning(VenueError, "ask the venue what happened before anything else", True)
_PARAMETER = Meaning(InvalidOrderError, "correct the parameter")
_QUERY = Meaning(RefusedError, "correct the request")
_ORDER = Meaning(InvalidOrderError, "correct the order")
_SLOWER = Meaning(RateLimitedError, "be silent until retry_after_s has passed")
_KEY = Meaning(AuthenticationError, "check key, secret, permissions and the key's IP list")
_THIN = Meaning(InvalidOrderError, "the book is too thin; send a limit order", retry=Retry.LATER)
_IDS = Meaning(InvalidOrderError, "the two ids belong to different orders")
_GONE = Meaning(UnknownOrderError, "it may have filled or been cancelled: query it")

MEANINGS: Mapping[int, Meaning] = {
    -1000: _INTERNAL,
    -1001: _INTERNAL,
    -1002: _KEY,
    -1003: _SLOWER,
    -1006: _INTERNAL,
    -1007: _INTERNAL,
    -1008: Meaning(VenueError, "the venue is overloaded; wait, then ask what happened", True),
    -1010: _ORDER,
    -1013: _ORDER,
    -1014: _ORDER,
    -1015: _SLOWER,
    -1016: Meaning(RefusedError, "the service has ended; see the venue's changelog"),
    -1020: Meaning(RefusedError, "the venue does not offer this"),
    -1021: Meaning(ClockSkewError, "measure the venue's clock again"),
    -1022: Meaning(AuthenticationError, "check the secret and the encoding of parameters"),
    -1034: _SLOWER,
    **dict.fromkeys((*range(-1106, -1099), -1108, -1111), _PARAMETER),
    -1112: _THIN,
    **dict.fromkeys((-1114, -1115, -1116, -1117, -1118, -1119), _ORDER),
    -1120: _QUERY,
    -1121: Meaning(InvalidOrderError, "check the symbol against instruments()"),
    -1122: _QUERY,
    -1125: Meaning(RefusedError, "open a new listen key"),
    -1127: _QUERY,
    -1128: _PARAMETER,
    -1130: _PARAMETER,
    -1131: Meaning(RefusedError, "set recv_window_ms to at most 60000"),
    -1134: _PARAMETER,
    -1135: _PARAMETER,
    -1139: _QUERY,
    -1145: _PARAMETER,
    -1151: _QUERY,
    **dict.fromkeys((-1158, -1160, -1165, -1166, -1168, *range(-1199, -1195)), _ORDER),
    -1194: _QUERY,
    **dict.fromkeys((-1210, -1211), _ORDER),
    -1220: _QUERY,
    **dict.fromkeys((-1222, -1223, -1224, -1225), _ORDER),
    -2010: _ORDER,
    -2011: _ORDER,
    -2013: _GONE,
    -2014: _KEY,
    -2015: _KEY,
    -2016: _QUERY,
    -2021: _ORDER,
    -2022: _ORDER,
    -2026: Meaning(UnknownOrderError, "the order is too old: it never filled, and was archived"),
    -2035: Meaning(RefusedError, "one subscription per account and connection is enough"),
    -2036: Meaning(RefusedError, "there is no subscription to end"),
    -2038: _ORDER,
    -2039: Meaning(UnknownOrderError, "the two ids belong to different orders"),
    -2042: Meaning(RefusedError, "open a new connection"),
    -2043: _QUERY,
}
"""Every code that a caller is likely to meet."""

# Engine refusals share a few codes and differ in their text.
ENGINE_CODES = frozenset({-1010, -1013, -2010, -2011, -2038})
ENGINE_TEXTS: Mapping[str, Meaning] = {
    "Unknown order sent.": _GONE,
    "Duplicate order sent.": Meaning(
        DuplicateClientOrderIdError, "an open order has this client order id"
    ),
    "Account has insufficient balance for requested action.": Meaning(
        InsufficientBalanceError, "reduce the order or fund the account"
    ),
    "Market is closed.": Meaning(MarketClosedError, "wait until the instrument trades"),
    "This action is disabled on this account.": _KEY,
    "This account may not place or cancel orders.": _KEY,
    "This symbol is not permitted for this account.": _KEY,
    "This symbol is restricted for this account.": _KEY,
    "Rest API trading is not enabled.": _KEY,
    "WebSocket API trading is not enabled.": _KEY,
    "FIX API trading is not enabled.": _KEY,
    "Cancel order is invalid. Check origClOrdId and orderId.": _IDS,
    "Order book liquidity is less than LOT_SIZE filter minimum quantity.": _THIN,
    "Order book liquidity is less than MARKET_LOT_SIZE filter minimum quantity.": _THIN,
    "Order book liquidity is less than symbol minimum quantity.": _THIN,
    "Order book liquidity is too low for this pegged order.": _THIN,
}

CANCEL_REPLACE_CODES = frozenset({-2021, -2022})
TOO_MANY_ORDERS = "-1015"
_REFUSED = Meaning(RefusedError, "see the venue's errors")
BY_STATUS: Mapping[int, Meaning] = {401: _KEY, 403: _SLOWER, 418: _SLOWER, 429: _SLOWER}
"""What an answer says whose code nobody knows. 403 is the firewall's, which stands before the venue."""


class _ErrorBody(msgspec.Struct):
    code: int
    msg: str
    data: Any = None


_decode_error = msgspec.json.Decoder(_ErrorBody).decode


def refusal(
    status: int,
    code: int,
    text: str,
    operation: str,
    *,
    retry_after_s: float | None = None,
    data: Any = None,
) -> VenueError:
    """The error for a code and text of the venue."""
    if code in CANCEL_REPLACE_CODES and isinstance(data, dict):
        return _half_refused(status, data, operation)
    meaning = MEANINGS.get(code)
    if code in ENGINE_CODES:
        meaning = ENGINE_TEXTS.get(text, meaning)
    if meaning is None:
        # A client error is a definite no, whatever its code; a server error is not.
        meaning = _INTERNAL if status >= 500 else BY_STATUS.get(status, _REFUSED)
    may_have_happened = meaning.may_have_happened or status >= 500
    if meaning.kind is UnknownOrderError:
        may_have_happened = True
    outcome = failure_outcome(operation) if may_have_happened else Outcome.NOT_APPLIED
    return meaning.kind(
        f"{text}; {meaning.advice}",
        venue=VENUE,
        operation=operation,
        outcome=outcome,
        code=str(code),
        status=status,
        retry=meaning.retry,
        retry_after_s=retry_after_s,
    )


def _half_refused(status: int, data: Mapping[str, Any], operation: str) -> VenueError:
    """A cancel and replace in one request: the half that failed says why."""
    is_canceled = data.get("cancelResult") == "SUCCESS"
    is_placed = data.get("newOrderResult") == "SUCCESS"
    is_attempted = data.get("newOrderResult") != "NOT_ATTEMPTED"
    placed = data.get("newOrderResponse")
    half = placed if is_attempted and not is_placed else data.get("cancelResponse")
    code, text = (half.get("code"), half.get("msg")) if isinstance(half, Mapping) else (None, None)
    if not isinstance(code, int) or not isinstance(text, str):
        return unreadable("a failed replace does not say what failed", repr(data), operation)
    error = refusal(status, code, text, operation)
    if error.outcome is Outcome.UNKNOWN and not isinstance(error, UnknownOrderError):
        return error
    if not is_canceled and not is_placed:
        # Unknown as the old order's fate may be: this request has changed nothing.
        error.outcome = Outcome.NOT_APPLIED
        return error
    happened = "the old order was cancelled" if is_canceled else "the new order was placed"
    partly = PartlyReplacedError(
        f"{happened}, but not the rest: {error.message}",
        is_canceled=is_canceled,
        placed=placed if is_placed else None,
        venue=VENUE,
        operation=operation,
        outcome=Outcome.APPLIED,
        code=error.code,
        status=status,
    )
    partly.__cause__ = error
    return partly


unreadable = partial(venueproof_net.unreadable, venue=VENUE)
"""The error for an answer that cannot be read."""


def read_reply(
    reply: RawReply,
    operation: str,
    *,
    retry_after_s: float | None = None,
    decode: Callable[[bytes], Any] | None = None,
) -> Any:
    """The decoded body of a success.

    Args:
        decode: Tried before the general decoder.

    Raises:
        VenueError: The venue refused, failed, or answered something that cannot be read.
    """
    if reply.status == 200:
        if decode is not None:
            try:
                return decode(reply.body)
            except msgspec.DecodeError as error:
                log.debug("binance: %s: not as expected: %s", operation, error)
        try:
            value = msgspec.json.decode(reply.body)
        except msgspec.DecodeError as error:
            raise _unreadable_reply(reply, f"the reply is no JSON: {error}", operation) from error
        if not isinstance(value, (dict, list)):
            raise _unreadable_reply(reply, "the reply is neither object nor list", operation)
        return value
    try:
        body = _decode_error(reply.body)
    except msgspec.DecodeError as error:
        if BY_STATUS.get(reply.status) is _SLOWER:
            raise RateLimitedError(
                f"too many requests (status {reply.status}); {_SLOWER.advice}",
                venue=VENUE,
                operation=operation,
                outcome=Outcome.NOT_APPLIED,
                code=str(reply.status),
                status=reply.status,
                retry_after_s=retry_after_s,
            ) from error
        raise _unreadable_reply(
            reply, f"status {reply.status} without a readable error", operation
        ) from error
    raise refusal(
        reply.status,
        body.code,
        body.msg,
        operation,
        retry_after_s=retry_after_s,
        data=body.data,
    )


def _unreadable_reply(reply: RawReply, message: str, operation: str) -> VenueError:
    text = reply.body[:200].decode(errors="replace")
    return unreadable(message, text, operation, status=reply.status)

"""What the venue's codes mean: class, whether a write may have happened, and what to do.

Source: https://bybit-exchange.github.io/docs/v5/error
"""

from collections.abc import Mapping
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
    RateLimitedError,
    RefusedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import RawReply, failure_outcome

VENUE = "bybit"
BAN_S = 600.0
"""The venue asks for ten minutes of silence after a 403."""


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
_KEY = Meaning(AuthenticationError, "check key, secret, permissions and the key's IP list")
_SLOWER = Meaning(RateLimitedError, "be silent until retry_after_s has passed")
_ORDER = Meaning(InvalidOrderError, "correct the order")
_QUERY = Meaning(RefusedError, "correct the request")
_GONE = Meaning(UnknownOrderError, "it may have filled or been cancelled: query it")
_CLOSED = Meaning(MarketClosedError, "wait until the instrument trades")
_FUNDS = Meaning(InsufficientBalanceError, "reduce the order or fund the account")
_DUPLICATE = Meaning(DuplicateClientOrderIdError, "an order has this client order id")
_ACCOUNT = Meaning(AuthenticationError, "the account may not do this")

MEANINGS: Mapping[int, Meaning] = {
    -1: Meaning(ClockSkewError, "measure the venue's clock again"),
    429: Meaning(VenueError, "the venue is overloaded; wait, then ask what happened", True),
    **dict.fromkeys((10000, 10016, 10019), _INTERNAL),
    10001: _QUERY,
    10002: Meaning(ClockSkewError, "measure the venue's clock again"),
    **dict.fromkeys((10003, 10004, 10005, 10007, 10010, 33004, -2015), _KEY),
    **dict.fromkeys((10006, 10018, 10429, 20003, 170005, 170222), _SLOWER),
    **dict.fromkeys((10008, 10009, 10024, 10027, 10028, 10029), _ACCOUNT),
    10014: Meaning(RefusedError, "the request was made before: query what became of it", True),
    10017: Meaning(RefusedError, "the venue does not offer this"),
    10404: Meaning(RefusedError, "the venue does not offer this"),
    110001: _GONE,
    110072: _DUPLICATE,
    **dict.fromkeys((110108, 110109), _ORDER),
    **dict.fromkeys((170001, 170007, 170032, 170146, 170147, 170234, 170310), _INTERNAL),
    **dict.fromkeys((170033, 170131), _FUNDS),
    170121: Meaning(InvalidOrderError, "check the symbol against instruments()"),
    **dict.fromkeys((170031, 170151, 170157, 170159, 170206), _CLOSED),
    170141: _DUPLICATE,
    **dict.fromkeys((170139, 170142, 170143, 170190, 170213), _GONE),
    **dict.fromkeys((170144, 170191, 170212), Meaning(UnknownOrderError, "query it again", True)),
    **dict.fromkeys((170105, 170115, 170116, 170117, 170124, 170130), _ORDER),
    **dict.fromkeys((*range(170132, 170138), 170140, 170145, 170148, 170149, 170150), _ORDER),
    **dict.fromkeys((*range(170192, 170199), *range(170201, 170205), 170210), _ORDER),
    **dict.fromkeys((170217, 170218, 170227, 170228, 170229), _ORDER),
    **dict.fromkeys((170311, 170312, 170313, 170341, 170344, 170355), _ORDER),
    **dict.fromkeys((170371, 170372, 170381, 170382, 170810), _ORDER),
}
"""Every code that a caller of the spot market is likely to meet."""

BY_STATUS: Mapping[int, Meaning] = {401: _KEY, 403: _SLOWER, 429: _SLOWER}
_REFUSED = Meaning(RefusedError, "see the venue's error codes")

unreadable = partial(venueproof_net.unreadable, venue=VENUE)
"""The error for an answer that cannot be read."""


class _Body(msgspec.Struct, rename="camel"):
    ret_code: int
    ret_msg: str
    result: Any = None


_decode = msgspec.json.Decoder(_Body).decode


def refusal(
    code: int,
    text: str,
    operation: str,
    *,
    status: int | None = None,
    retry_after_s: float | None = None,
) -> VenueError:
    """The error for a code and text of the venue."""
    meaning = MEANINGS.get(code)
    if meaning is None:
        # With 200 the status says nothing, and nobody knows what a new code is about.
        meaning = _INTERNAL if status in (None, 200) else BY_STATUS.get(status, _REFUSED)
    may_have_happened = meaning.may_have_happened or meaning.kind is UnknownOrderError
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


def unknown_order(operation: str, what: str) -> VenueError:
    """The error for an order that the venue does not list."""
    return UnknownOrderError(
        f"the venue knows no order {what}",
        venue=VENUE,
        operation=operation,
        outcome=Outcome.NOT_APPLIED,
    )


def read_reply(reply: RawReply, operation: str, *, retry_after_s: float | None = None) -> Any:
    """The ``result`` of a success.

    Raises:
        VenueError: The venue refused, failed, or answered something that cannot be read.
    """
    try:
        body = _decode(reply.body)
    except msgspec.DecodeError as error:
        raise _without_code(reply, error, operation) from error
    if body.ret_code != 0:
        if reply.status >= 500:
            raise _failed(reply, operation, body.ret_msg)
        raise refusal(
            body.ret_code,
            body.ret_msg,
            operation,
            status=reply.status,
            retry_after_s=retry_after_s,
        )
    if reply.status != 200 or not isinstance(body.result, dict):
        raise unreadable(
            f"status {reply.status} with a success that has no result",
            _text(reply),
            operation,
            status=reply.status,
        )
    return body.result


def _without_code(reply: RawReply, error: Exception, operation: str) -> VenueError:
    meaning = BY_STATUS.get(reply.status)
    if meaning is not None:
        # The firewall stands before the venue: nothing has reached it.
        return meaning.kind(
            f"status {reply.status}; {meaning.advice}",
            venue=VENUE,
            operation=operation,
            outcome=Outcome.NOT_APPLIED,
            code=str(reply.status),
            status=reply.status,
            retry_after_s=BAN_S if reply.status == 403 else None,
        )
    if reply.status == 200:
        message = f"the reply cannot be read: {error}"
    else:
        message = f"status {reply.status} without a readable error"
    return unreadable(message, _text(reply), operation, status=reply.status)


def _failed(reply: RawReply, operation: str, text: str) -> VenueError:
    return VenueError(
        f"{text}; {_INTERNAL.advice}",
        venue=VENUE,
        operation=operation,
        outcome=failure_outcome(operation),
        status=reply.status,
    )


def _text(reply: RawReply) -> str:
    return reply.body[:200].decode(errors="replace")

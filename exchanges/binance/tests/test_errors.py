"""The error table: every code, text and unreadable answer to its class and outcome."""

import json
from typing import Any

import pytest

from venueproof_binance.dialect.error_catalogue import documented_errors
from venueproof_binance.errors import MEANINGS, read_reply, refusal
from venueproof_core import Outcome
from venueproof_core.errors import (
    AuthenticationError,
    ClockSkewError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MalformedMessageError,
    MarketClosedError,
    RateLimitedError,
    RefusedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import RawReply

NOT_APPLIED, UNKNOWN = Outcome.NOT_APPLIED, Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "code", "text", "operation", "kind", "outcome"),
    [
        (400, -2010, "Duplicate order sent.", "place", DuplicateClientOrderIdError, NOT_APPLIED),
        (
            400,
            -2010,
            "Account has insufficient balance for requested action.",
            "place",
            InsufficientBalanceError,
            NOT_APPLIED,
        ),
        (400, -2010, "Market is closed.", "place", MarketClosedError, NOT_APPLIED),
        (
            400,
            -2010,
            "Order would immediately match and take.",
            "place",
            InvalidOrderError,
            NOT_APPLIED,
        ),
        (400, -1013, "Filter failure: LOT_SIZE", "place", InvalidOrderError, NOT_APPLIED),
        (400, -2011, "Unknown order sent.", "cancel", UnknownOrderError, UNKNOWN),
        (
            400,
            -2011,
            "Order was not canceled due to cancel restrictions.",
            "cancel",
            InvalidOrderError,
            NOT_APPLIED,
        ),
        (400, -2013, "Order does not exist.", "order", UnknownOrderError, NOT_APPLIED),
        (400, -1021, "Timestamp ...", "place", ClockSkewError, NOT_APPLIED),
        (400, -1022, "Signature ...", "place", AuthenticationError, NOT_APPLIED),
        (401, -2015, "Invalid API-key, ...", "balances", AuthenticationError, NOT_APPLIED),
        (429, -1003, "Too many requests queued.", "place", RateLimitedError, NOT_APPLIED),
        (429, -1015, "Too many new orders; ...", "place", RateLimitedError, NOT_APPLIED),
        (504, -1007, "Timeout waiting ...", "place", VenueError, UNKNOWN),
        (400, -1006, "An unexpected response ...", "cancel", VenueError, UNKNOWN),
        (503, -1008, "Server is currently overloaded ...", "place", VenueError, UNKNOWN),
        (500, -1000, "An unknown error ...", "order_book", VenueError, NOT_APPLIED),
        (400, -1121, "Invalid symbol.", "order_book", InvalidOrderError, NOT_APPLIED),
        (400, -9999, "Never seen before.", "place", RefusedError, NOT_APPLIED),
        (500, -9999, "Never seen before.", "place", VenueError, UNKNOWN),
    ],
)
def test_codes_and_texts(
    status: int, code: int, text: str, operation: str, kind: type[VenueError], outcome: Outcome
) -> None:
    error = refusal(status, code, text, operation)
    assert type(error) is kind
    assert error.outcome is outcome
    assert error.code == str(code)
    assert text in error.message


def test_every_code_says_what_to_do() -> None:
    for code, meaning in MEANINGS.items():
        assert meaning.advice, code


def reply(status: int, body: Any) -> RawReply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawReply(status, {}, data)


@pytest.mark.parametrize(
    "body", [b"<html>Bad Gateway</html>", b"", b"null", b'{"symbol":"BTC', b"\xff\xfe"]
)
@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_unreadable_answer_is_malformed_and_unknown_for_a_write(
    status: int, body: bytes
) -> None:
    for operation, outcome in (("place", UNKNOWN), ("order_book", NOT_APPLIED)):
        with pytest.raises(MalformedMessageError) as malformed:
            read_reply(reply(status, body), operation)
        assert malformed.value.outcome is outcome


@pytest.mark.parametrize("status", [403, 418, 429])
def test_a_rate_limit_needs_no_readable_body(status: int) -> None:
    with pytest.raises(RateLimitedError) as limited:
        read_reply(reply(status, b"<html>"), "place", retry_after_s=3.0)
    assert (limited.value.retry_after_s, limited.value.status) == (3.0, status)
    assert limited.value.outcome is NOT_APPLIED


def test_the_table_agrees_with_every_documented_error() -> None:
    """The dialect's catalogue was made from the documents without this table: both must say the same."""
    wrong = []
    for documented in documented_errors().values():
        for operation in ("place", "cancel", "amend", "replace", "order"):
            is_write = operation != "order"
            if documented.operations and operation not in {
                one.value for one in documented.operations
            }:
                continue
            told = refusal(
                documented.status,
                int(documented.code),
                documented.message,
                operation,
                data=documented.data,
            )
            outcome = documented.outcome if is_write else NOT_APPLIED
            retry = documented.retry_of_write if is_write else documented.retry_of_read
            is_right = type(told).__name__ in documented.classes
            if not is_right or (told.outcome, told.retry) != (outcome, retry):
                wrong.append((documented.id, operation, type(told).__name__, told.outcome))
    assert wrong == []

"""A cancel and replace of which a half failed: the error says which, and why."""

import json
from typing import Any

import pytest

from venueproof_binance.errors import read_reply
from venueproof_core import Outcome
from venueproof_core.errors import (
    InvalidOrderError,
    MalformedMessageError,
    PartlyReplacedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import RawReply

GONE = {"code": -2011, "msg": "Unknown order sent."}
TOO_EARLY = {"code": -2010, "msg": "Order would trigger immediately."}
LATE = {"code": -1007, "msg": "Timeout waiting for response from backend server."}
DONE = {"orderId": 7}


def failure(status: int, cancel: Any, new: Any, *, is_attempted: bool = True) -> VenueError:
    def result(half: Any) -> str:
        return "SUCCESS" if half is DONE else "FAILURE"

    data = {
        "cancelResult": result(cancel),
        "newOrderResult": result(new) if is_attempted else "NOT_ATTEMPTED",
        "cancelResponse": cancel,
        "newOrderResponse": new,
    }
    body = {"code": -2021 if status == 409 else -2022, "msg": "failed", "data": data}
    with pytest.raises(VenueError) as failed:
        read_reply(RawReply(status, {}, json.dumps(body).encode()), "replace")
    return failed.value


def test_new_order_refused_after_the_cancel() -> None:
    error = failure(409, DONE, TOO_EARLY)
    assert isinstance(error, PartlyReplacedError)
    assert (error.is_canceled, error.placed, error.outcome) == (True, None, Outcome.APPLIED)
    assert isinstance(error.__cause__, InvalidOrderError)
    assert error.code == "-2010"


def test_new_order_placed_without_the_cancel() -> None:
    error = failure(409, GONE, DONE)
    assert isinstance(error, PartlyReplacedError)
    assert (error.is_canceled, error.placed, error.outcome) == (False, DONE, Outcome.APPLIED)
    assert isinstance(error.__cause__, UnknownOrderError)


@pytest.mark.parametrize(
    ("new", "is_attempted", "kind"),
    [(None, False, UnknownOrderError), (TOO_EARLY, True, InvalidOrderError)],
)
def test_neither_half_happened(new: Any, is_attempted: bool, kind: type[VenueError]) -> None:
    error = failure(400, GONE, new, is_attempted=is_attempted)
    assert type(error) is kind
    assert error.outcome is Outcome.NOT_APPLIED


def test_half_of_unknown_outcome_leaves_the_whole_unknown() -> None:
    assert failure(409, DONE, LATE).outcome is Outcome.UNKNOWN


def test_failure_that_does_not_say_what_failed_is_malformed() -> None:
    error = failure(400, {}, None, is_attempted=False)
    assert isinstance(error, MalformedMessageError)
    assert error.outcome is Outcome.UNKNOWN

"""Models of the control plane."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from venueproof_core.control import (
    FaultSpec,
    MarketRequest,
    Move,
    Operation,
    Predicate,
    SetLevel,
    WorldSpec,
)


def test_market_actions_are_told_apart_by_their_kind() -> None:
    request = MarketRequest.model_validate_json(
        '{"actions": [{"kind": "move", "symbol": "BTC-USDT", "middle": "100.5"},'
        ' {"kind": "set_level", "symbol": "BTC-USDT", "side": "BUY", "price": "1", "quantity": "0"}]}'
    )

    assert request.actions == [
        Move(symbol="BTC-USDT", middle=Decimal("100.5")),
        SetLevel(symbol="BTC-USDT", side="BUY", price=Decimal(1), quantity=Decimal(0)),
    ]


def test_unknown_action_and_unknown_field_are_refused() -> None:
    with pytest.raises(ValidationError):
        MarketRequest.model_validate({"actions": [{"kind": "crash", "symbol": "BTC-USDT"}]})
    with pytest.raises(ValidationError):
        FaultSpec.model_validate({"kind": "gap", "probability": 0.5})


def test_world_stands_still_and_funds_one_account_unless_told_otherwise() -> None:
    spec = WorldSpec()

    assert not spec.is_free_running
    assert spec.cadence == "immediate"
    assert [account.name for account in spec.accounts] == ["main"]


def test_money_crosses_the_control_plane_as_text() -> None:
    text = Move(symbol="BTC-USDT", middle=Decimal("0.123456789012345678")).model_dump_json()

    assert '"0.123456789012345678"' in text


def test_predicate_names_an_operation_by_its_word() -> None:
    predicate = Predicate.model_validate({"kind": "request", "match": {"operation": "place"}})

    assert predicate.match.operation is Operation.PLACE

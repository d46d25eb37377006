"""Orders, trades and their transactions."""

from decimal import Decimal
from typing import Any

import pytest

from venueproof_core.control import Halt, Move


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [int(row["id"]) for row in rows]


async def test_market_order_makes_a_trade_and_its_guards_in_one_batch(desk) -> None:
    status, body = await desk.order(
        type="MARKET",
        units="100",
        takeProfitOnFill={"price": "1.2"},
        stopLossOnFill={"distance": "0.01"},
    )
    assert status == 201
    assert body["relatedTransactionIDs"] == ["3", "4", "5", "6"]
    fill = body["orderFillTransaction"]
    assert (fill["price"], fill["tradeOpened"]["tradeID"]) == ("1.09185", "4")
    assert fill["halfSpreadCost"] == "0.0055"
    rows = (await desk.ask("GET", "/transactions/sinceid?id=2"))[1]["transactions"]
    kinds = ["MARKET_ORDER", "ORDER_FILL", "TAKE_PROFIT_ORDER", "STOP_LOSS_ORDER"]
    assert [row["type"] for row in rows] == kinds
    assert {row["batchID"] for row in rows} == {"3"}
    assert rows[3]["price"] == "1.08185"


async def test_reached_stop_closes_the_trade_and_ends_its_other_order(desk) -> None:
    await desk.order(
        type="MARKET",
        units="100",
        takeProfitOnFill={"price": "1.2"},
        stopLossOnFill={"price": "1.08"},
    )
    desk.move(Move(symbol="EUR-USD", middle=Decimal("1.07")))
    rows = (await desk.ask("GET", "/transactions/sinceid?id=6"))[1]["transactions"]
    assert [(row["type"], row["reason"]) for row in rows] == [
        ("ORDER_FILL", "STOP_LOSS_ORDER"),
        ("ORDER_CANCEL", "LINKED_TRADE_CLOSED"),
    ]
    assert rows[0]["tradesClosed"][0]["units"] == "-100"
    assert (await desk.ask("GET", "/trades/4"))[1]["trade"]["state"] == "CLOSED"


async def test_trailing_stop_follows_and_never_goes_back(desk) -> None:
    await desk.order(type="MARKET", units="100", trailingStopLossOnFill={"distance": "0.01"})
    values = []
    for middle in ("1.1", "1.095"):
        desk.move(Move(symbol="EUR-USD", middle=Decimal(middle)))
        order = (await desk.ask("GET", "/trades/4"))[1]["trade"]["trailingStopLossOrder"]
        values.append(order["trailingStopValue"])
    assert values == ["1.08994", "1.08994"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "MARKET", "units": "0"}, "UNITS_INVALID"),
        ({"type": "MARKET", "units": "0.5"}, "UNITS_PRECISION_EXCEEDED"),
        ({"type": "MARKET", "units": "100000001"}, "UNITS_LIMIT_EXCEEDED"),
        ({"type": "MARKET", "units": "1", "timeInForce": "GTC"}, "TIME_IN_FORCE_INVALID"),
        ({"type": "LIMIT", "units": "1"}, "PRICE_MISSING"),
        ({"type": "LIMIT", "units": "1", "price": "1.000001"}, "PRICE_PRECISION_EXCEEDED"),
        (
            {"type": "MARKET", "units": "1", "stopLossOnFill": {"price": "1", "distance": "1"}},
            "STOP_LOSS_ON_FILL_PRICE_AND_DISTANCE_BOTH_SPECIFIED",
        ),
        (
            {"type": "LIMIT", "units": "1", "price": "1", "timeInForce": "GTD"},
            "TIME_IN_FORCE_GTD_TIMESTAMP_MISSING",
        ),
    ],
)
async def test_reject_is_a_transaction_too(desk, fields, reason) -> None:
    status, body = await desk.order(**fields)
    assert (status, body["errorCode"]) == (400, reason)
    reject = body["orderRejectTransaction"]
    assert (reject["id"], reject["type"]) == ("3", f"{fields['type']}_ORDER_REJECT")
    assert reject["rejectReason"] == reason
    assert body["lastTransactionID"] == "3"


async def test_unreadable_order_makes_no_transaction(desk) -> None:
    status, body = await desk.order(type="LIMIT", units="1", price="1", instrument="NO_SUCH")
    assert (status, body["errorCode"]) == (400, "oanda::rest::core::InvalidParameterException")
    assert (await desk.ask("GET", "/summary"))[1]["lastTransactionID"] == "2"


@pytest.mark.parametrize(
    ("units", "status", "reason"),
    [("100", "HALTED", "MARKET_HALTED"), ("1500000", "TRADING", "INSUFFICIENT_MARGIN")],
)
async def test_order_that_cannot_be_dealt_is_created_and_cancelled(
    desk, units, status, reason
) -> None:
    if reason == "INSUFFICIENT_MARGIN":
        await desk.ask("POST", "/orders", {"order": _market("EUR_USD", "1800000")})
        units = "1800000"
        await desk.order(type="MARKET", units=units)
    desk.move(Halt(symbol="EUR-USD", status=status))
    code, body = await desk.order(type="MARKET", units=units)
    assert code == 201
    assert body["orderCancelTransaction"]["reason"] == reason


def _market(instrument: str, units: str) -> dict[str, str]:
    return {"type": "MARKET", "instrument": instrument, "units": units}


async def test_replacement_is_a_cancel_and_a_new_order(desk) -> None:
    _, placed = await desk.order(
        type="LIMIT", units="-100", price="1.2", clientExtensions={"id": "mine"}
    )
    number = placed["orderCreateTransaction"]["id"]
    changed = {"type": "LIMIT", "instrument": "EUR_USD", "units": "-50", "price": "1.3"}
    status, body = await desk.ask("PUT", "/orders/@mine", {"order": changed})
    assert status == 201
    assert body["orderCancelTransaction"]["reason"] == "CLIENT_REQUEST_REPLACED"
    new = body["orderCreateTransaction"]
    assert body["orderCancelTransaction"]["replacedByOrderID"] == new["id"]
    assert (new["replacesOrderID"], new["clientExtensions"]) == (number, {"id": "mine"})


async def test_name_finds_a_pending_order_only(desk) -> None:
    await desk.order(type="LIMIT", units="100", price="1", clientExtensions={"id": "mine"})
    assert (await desk.ask("GET", "/orders/@mine"))[1]["order"]["state"] == "PENDING"
    assert (await desk.ask("PUT", "/orders/@mine/cancel"))[0] == 200
    assert (await desk.ask("GET", "/orders/@mine"))[0] == 404
    assert (await desk.ask("GET", "/orders/3"))[1]["order"]["state"] == "CANCELLED"
    status, body = await desk.ask("PUT", "/orders/@mine/cancel")
    assert (status, body["errorCode"]) == (404, "ORDER_DOESNT_EXIST")
    assert body["orderCancelRejectTransaction"]["type"] == "ORDER_CANCEL_REJECT"


async def test_closing_a_side_that_is_flat_is_refused(desk) -> None:
    path, everything = "/positions/EUR_USD/close", {"longUnits": "ALL", "shortUnits": "ALL"}
    status, body = await desk.ask("PUT", path, everything)
    assert (status, body["errorCode"]) == (404, "CLOSEOUT_POSITION_DOESNT_EXIST")
    await desk.order(type="MARKET", units="100")
    assert (await desk.ask("PUT", path, everything))[0] == 400
    status, body = await desk.ask("PUT", path, {"longUnits": "ALL"})
    assert status == 200
    assert body["longOrderFillTransaction"]["reason"] == "MARKET_ORDER_POSITION_CLOSEOUT"


async def test_opposite_order_closes_the_oldest_trades_first(desk) -> None:
    for units in ("100", "50", "-120"):
        _, body = await desk.order(type="MARKET", units=units)
    fill = body["orderFillTransaction"]
    assert [(one["tradeID"], one["units"]) for one in fill["tradesClosed"]] == [("4", "-100")]
    assert (fill["tradeReduced"]["tradeID"], fill["tradeReduced"]["units"]) == ("6", "-20")


async def test_changes_tell_what_happened_since(desk) -> None:
    await desk.order(type="MARKET", units="100")
    status, body = await desk.ask("GET", "/changes?sinceTransactionID=2")
    assert status == 200
    changes = body["changes"]
    assert ids(changes["transactions"]) == [3, 4]
    assert [trade["id"] for trade in changes["tradesOpened"]] == ["4"]
    assert body["state"]["positions"][0]["instrument"] == "EUR_USD"
    assert (await desk.ask("GET", "/changes?sinceTransactionID=99"))[0] == 416


async def test_ids_have_no_holes(desk) -> None:
    for units in ("10", "0", "-10", "0.5"):
        await desk.order(type="MARKET", units=units)
    rows = (await desk.ask("GET", "/transactions/idrange?from=1&to=8"))[1]["transactions"]
    assert ids(rows) == list(range(1, 9))

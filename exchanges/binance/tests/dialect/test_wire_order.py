"""One order that sweeps several levels: what its trades set off is told in the order in which it happened."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from packages.simulator.tests.broken.guide import GUIDE, rows
from packages.simulator.tests.broken.mistakes import Mistake, made
from venueproof_core.models import Side
from venueproof_simulator.venue_core import to_decimal

_DIALECT = "venueproof_binance.dialect."
LEVELS = 4
# Cases do not see these: a connector may put events in order by their numbers.
MISTAKES = [
    Mistake(
        "an account's events come in the wrong order",
        _DIALECT + "user_data:UserData.publish",
        "for event in events:",
        "for event in reversed(events):",
    ),
    Mistake(
        "changes of a book come in the wrong order",
        _DIALECT + "streams:MarketStreams.publish",
        "for event in events:",
        "for event in reversed(events):",
    ),
    Mistake(
        "trades come in the wrong order",
        _DIALECT + "streams:MarketStreams.publish",
        "for symbol, trade in prints:",
        "for symbol, trade in reversed(prints):",
    ),
]


async def read(socket: ClientWebSocketResponse, kind: str, count: int) -> list[Any]:
    """The next events of a kind."""
    found: list[Any] = []
    while len(found) < count:
        message = await socket.receive(timeout=5)
        if message.type is WSMsgType.TEXT:
            event = json.loads(message.data)
            event = event.get("data") or event.get("event") or event
            if event.get("e") == kind:
                found.append(event)
    return found


def sweep(sockets: Callable[..., None]) -> dict[str, Any]:
    """Take four levels with one order; what everybody is told of it, and what there was to take."""
    told: dict[str, Any] = {}

    async def body(ask: Any) -> None:
        core = ask.world.core
        asks = core.levels("BTC-USDT", Side.SELL, LEVELS)
        told["prices"] = [to_decimal(price) for price, _ in asks]
        quantity = str(to_decimal(sum(quantity for _, quantity in asks)))
        changes = {"type": "MARKET", "timeInForce": None, "price": None, "quantity": quantity}
        async with (
            await ask.open("/stream?streams=btcusdt@trade/btcusdt@depth") as market,
            await ask.open("/ws-api/v3") as private,
        ):
            await ask.api(private, "userDataStream.subscribe.signature", **ask.api_signed())
            told["first"] = core.version("BTC-USDT") + 1
            await ask.place("sweep", **changes)
            told["last"] = core.version("BTC-USDT")
            told["reports"] = await read(private, "executionReport", LEVELS + 1)
            told["trades"] = await read(market, "trade", LEVELS)
            told["updates"] = await read(market, "depthUpdate", 1)

    sockets(body)
    return told


def look(told: dict[str, Any]) -> None:
    """Every stream goes forward."""
    reports, trades, (update,) = told["reports"], told["trades"], told["updates"]
    assert [report["x"] for report in reports] == ["NEW", *["TRADE"] * LEVELS]
    filled = [Decimal(report["z"]) for report in reports]
    assert filled == sorted(filled)
    assert reports[-1]["X"] == "FILLED"
    numbers = [trade["t"] for trade in trades]
    assert numbers == list(range(numbers[0], numbers[0] + LEVELS))
    assert [Decimal(trade["p"]) for trade in trades] == told["prices"]
    assert (update["U"], update["u"]) == (told["first"], told["last"])
    assert len(update["a"]) == LEVELS


def test_sweep_is_told_in_order(sockets: Callable[..., None]) -> None:
    look(sweep(sockets))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.says)
def test_wrong_order_is_seen(mistake: Mistake, sockets: Callable[..., None]) -> None:
    with made(mistake):
        told = sweep(sockets)

    with pytest.raises(AssertionError):
        look(told)


def test_guide_lists_every_mistake() -> None:
    assert rows(MISTAKES) in GUIDE.read_text(), f"in {GUIDE} there must be:\n{rows(MISTAKES)}"

"""Orders to place, and streams to read with a deadline."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

from venueproof_core.models import (
    OrderBook,
    OrderRequest,
    OrderType,
    Side,
    TimeInForce,
)

D = Decimal
SYMBOL = "BTC-USDT"
OpenWorld = Callable[..., Any]


def resting(name: str = "rest", quantity: str = "0.01", **changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "symbol": SYMBOL,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "client_order_id": name,
        "quantity": D(quantity),
        "price": D("54000"),
        "time_in_force": TimeInForce.GTC,
    }
    return OrderRequest(**{**values, **changes})


def taking(name: str = "take", quantity: str = "0.01") -> OrderRequest:
    return resting(name, quantity, order_type=OrderType.MARKET, price=None, time_in_force=None)


async def within(stream: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(stream), 5)


async def until(stream: AsyncIterator[Any], is_it: Callable[[Any], bool]) -> list[Any]:
    seen = [await within(stream)]
    while not is_it(seen[-1]):
        seen.append(await within(stream))
    return seen


async def assert_book_is_true(world: Any, book: OrderBook) -> None:
    truth = await world.ask("GET", "/truth/book", symbol=SYMBOL, version=book.version)
    for ours, theirs in ((book.bids, truth["bids"]), (book.asks, truth["asks"])):
        assert list(ours) == [(D(price), D(quantity)) for price, quantity in theirs[: len(ours)]]
        assert len(ours) == (min(len(theirs), book.depth) if book.depth else len(theirs))

"""Public trades, and what must be made of them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from venueproof_core.control import TruthTrade
from venueproof_core.models import Side
from venueproof_suite.world import World

SECOND_NS = 1_000_000_000


async def trades_since(world: World, symbol: str, before: Sequence[TruthTrade]) -> list[TruthTrade]:
    """What the venue has printed since ``before`` was asked for, oldest first."""
    known = {trade.trade_id for trade in before}
    return [trade for trade in await world.truth.trades(symbol) if trade.trade_id not in known]


def trade_fields(trade: TruthTrade) -> dict[str, Any]:
    """What a connector's ``Trade`` must say of a print."""
    return {
        "symbol": trade.symbol,
        "trade_id": trade.trade_id,
        "price": trade.price,
        "quantity": trade.quantity,
        "taker_side": Side(trade.taker_side),
        "venue_time_ns": trade.venue_time_ns,
    }


def candle_of(
    trades: Sequence[TruthTrade], open_time_ns: int, interval_s: int
) -> Mapping[str, Any]:
    """What a connector's ``Candle`` must say of the trades of one interval.

    An interval without trades repeats the close before it.

    Args:
        trades: Oldest first, with at least one before the interval's end.
    """
    end_ns = open_time_ns + interval_s * SECOND_NS
    first = bisect_left(trades, open_time_ns, key=_time)
    inside = trades[first : bisect_left(trades, end_ns, key=_time)]
    prices = [trade.price for trade in inside or trades[:first][-1:]]
    return {
        "symbol": trades[0].symbol,
        "interval_s": interval_s,
        "open_time_ns": open_time_ns,
        "open": prices[0],
        "high": max(prices),
        "low": min(prices),
        "close": prices[-1],
        "volume": sum((trade.quantity for trade in inside), Decimal(0)),
        "quote_volume": sum((trade.price * trade.quantity for trade in inside), Decimal(0)),
        "trade_count": len(inside),
    }


def _time(trade: TruthTrade) -> int:
    return trade.venue_time_ns

"""Balances, fills, fees and the private stream with one thing wrong."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from venueproof_core.errors import VenueError
from venueproof_core.models import FeeRates, Fill, Order, OrderRequest, OrderStatus
from venueproof_defects.faces import Face
from venueproof_net import AccountFeed, AccountSource, FillDedupe, OrderTracker, Recovery

# ---------------------------------------------------------------- on request


def through_float(text: str) -> Decimal:
    """Keep what a float keeps."""
    return Decimal(repr(float(text)))


def without_exponent(text: str) -> Decimal:
    """Read up to the exponent."""
    return Decimal(text.upper().partition("E")[0])


class FlipsFees(Face):
    """Tells a cost as a rebate."""

    async def fills(self, symbol: str, **which: Any) -> Sequence[Fill]:
        found: Sequence[Fill] = await self.client.fills(symbol, **which)
        return [replace(fill, fee=None if fill.fee is None else -fill.fee) for fill in found]


class TakesFeesForQuote(Face):
    """Believes that every fee is in quote currency."""

    async def fills(self, symbol: str, **which: Any) -> Sequence[Fill]:
        found: Sequence[Fill] = await self.client.fills(symbol, **which)
        return [replace(fill, fee_currency=symbol.partition("-")[2]) for fill in found]


class TakesSideOfTaker(Face):
    """Reads the side of a fill as the taker's."""

    async def fills(self, symbol: str, **which: Any) -> Sequence[Fill]:
        found: Sequence[Fill] = await self.client.fills(symbol, **which)
        return [
            replace(fill, side=fill.side.opposite)
            if fill.liquidity is not None and fill.liquidity.value == "MAKER"
            else fill
            for fill in found
        ]


class TellsOnePageOfFills(Face):
    """Tells the newest page of fills."""

    async def fills(self, symbol: str, **which: Any) -> Sequence[Fill]:
        found: Sequence[Fill] = await self.client.fills(symbol, **which)
        return found[-1000:]


class LeavesCanceledOut(Face):
    """Leaves cancelled orders out of the history."""

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        found: Sequence[Order] = await self.client.order_history(symbol, limit=limit)
        return [order for order in found if order.status is not OrderStatus.CANCELED]


class TellsOnePageOfOrders(Face):
    """Tells the newest page of orders."""

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        found: Sequence[Order] = await self.client.order_history(symbol, limit=limit)
        return found[-1000:]


_rates: dict[str, FeeRates] = {}


class SharesRates(Face):
    """Remembers the rates of an instrument for every account that asks."""

    async def fee_rates(self, symbol: str) -> FeeRates:
        if symbol not in _rates:
            _rates[symbol] = await self.client.fee_rates(symbol)
        return _rates[symbol]


class TellsRatesInPercent(Face):
    """Tells fee rates in per cent."""

    async def fee_rates(self, symbol: str) -> FeeRates:
        rates: FeeRates = await self.client.fee_rates(symbol)
        return replace(rates, maker=rates.maker * 100, taker=rates.taker * 100)


# ---------------------------------------------------------------- as it happens


class CountsEveryFill(FillDedupe):
    """Remembers nothing."""

    def is_new(self, fill: Fill) -> bool:  # noqa: ARG002
        return True


class RefusesOlderFills(FillDedupe):
    """Takes a fill that comes after a newer one for a repetition."""

    def is_new(self, fill: Fill) -> bool:
        newest = self.newest().get(fill.symbol)
        if newest is not None and _number(fill) < _number(newest):
            return False
        return super().is_new(fill)


def _number(fill: Fill) -> tuple[int, str]:
    return len(fill.trade_id), fill.trade_id


class RecoversNoFills(Recovery):
    """After a cut, reads orders and balances."""

    async def after_cut(
        self, source: AccountSource, feed: AccountFeed, tracker: OrderTracker, **since: Any
    ) -> None:
        await super().after_cut(_WithoutFills(source), feed, tracker, **since)


class _WithoutFills(Face):
    async def fills_after(self, *_: Any) -> Sequence[Fill]:
        return []


class RecoversNoOrders(Recovery):
    """After a cut, reads fills and balances."""

    async def after_cut(
        self, source: AccountSource, feed: AccountFeed, tracker: OrderTracker, **since: Any
    ) -> None:
        await super().after_cut(source, _WithoutOrders(feed), tracker, **since)  # type: ignore[arg-type]


class _WithoutOrders(Face):
    def on_order(self, report: Order) -> None:
        """Nobody is told."""


class StreamsOwnOrdersOnly(Face):
    """Streams orders that it has placed itself."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._own: set[str] = set()

    async def place(self, request: OrderRequest) -> Order:
        self._own.add(request.client_order_id)
        placed: Order = await self.client.place(request)
        return placed

    @asynccontextmanager
    async def stream_orders(self) -> AsyncIterator[AsyncIterator[Order]]:
        async with self.client.stream_orders() as stream:
            yield self._of_own(stream)

    async def _of_own(self, stream: AsyncIterator[Order]) -> AsyncIterator[Order]:
        async for order in stream:
            if order.client_order_id in self._own:
                yield order


class SwallowsRefusedStreams(Face):
    """Opens a stream of nothing where the venue refuses one."""

    @asynccontextmanager
    async def stream_orders(self) -> AsyncIterator[AsyncIterator[Order]]:
        stream = self.client.stream_orders()
        try:
            states = await stream.__aenter__()
        except VenueError:
            yield _nothing()
            return
        try:
            yield states
        finally:
            await stream.__aexit__(None, None, None)


async def _nothing() -> AsyncIterator[Order]:
    await asyncio.get_running_loop().create_future()
    yield  # type: ignore[misc]

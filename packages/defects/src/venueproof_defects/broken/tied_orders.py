"""Order lists, self-trade prevention, and orders that wait for a price, with one thing wrong."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from msgspec.structs import replace

from venueproof_core.errors import InvalidOrderError, UnknownOrderError, VenueError
from venueproof_core.models import (
    Contingency,
    Fill,
    Order,
    OrderList,
    OrderListRequest,
    OrderRequest,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    TimeInForce,
)
from venueproof_defects.broken.orders import Rewording
from venueproof_defects.faces import Face
from venueproof_net import FillDedupe

_OTHER_MODE = {
    SelfTradePrevention.EXPIRE_TAKER: SelfTradePrevention.EXPIRE_MAKER,
    SelfTradePrevention.EXPIRE_MAKER: SelfTradePrevention.EXPIRE_TAKER,
}
_AS_STOP = {
    OrderType.TAKE_PROFIT: OrderType.STOP,
    OrderType.TAKE_PROFIT_LIMIT: OrderType.STOP_LIMIT,
}

# ---------------------------------------------------------------- order lists


async def _one_by_one(client: Any, request: OrderListRequest) -> OrderList:
    return OrderList(
        symbol=request.symbol,
        client_list_id=request.client_list_id,
        venue_list_id="0",
        contingency=request.contingency,
        orders=tuple([await client.place(order) for order in request.orders]),
    )


class PlacesPairsAsTwo(Face):
    """Places the orders of a pair as two orders that know nothing of each other."""

    async def place_list(self, request: OrderListRequest) -> OrderList:
        if request.contingency is Contingency.OCO:
            return await _one_by_one(self.client, request)
        placed: OrderList = await self.client.place_list(request)
        return placed


class PlacesPendingAtOnce(Face):
    """Places orders that shall wait for another one together with it."""

    async def place_list(self, request: OrderListRequest) -> OrderList:
        if request.contingency is not Contingency.OCO:
            return await _one_by_one(self.client, request)
        placed: OrderList = await self.client.place_list(request)
        return placed


class PlacesWhatWasNotRefused(Face):
    """Places the orders of a refused list that are not refused by themselves."""

    async def place_list(self, request: OrderListRequest) -> OrderList:
        try:
            placed: OrderList = await self.client.place_list(request)
        except InvalidOrderError:
            for order in request.orders:
                with suppress(VenueError):
                    await self.client.place(order)
            raise
        return placed


class KeepsTheOtherOrder(Face):
    """Goes on telling a cancelled list, or the other order of it, as it was placed."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._placed: list[OrderList] = []
        self._cancelled: set[str] = set()

    async def place_list(self, request: OrderListRequest) -> OrderList:
        placed: OrderList = await self.client.place_list(request)
        self._placed.append(placed)
        return placed

    async def cancel_list(self, symbol: str, **ids: Any) -> OrderList:
        cancelled: OrderList = await self.client.cancel_list(symbol, **ids)
        lists = {one.venue_list_id: one for one in self._placed}
        return lists[cancelled.venue_list_id]

    async def cancel(self, symbol: str, **ids: Any) -> Order:
        cancelled: Order = await self.client.cancel(symbol, **ids)
        self._cancelled.add(cancelled.venue_order_id)
        return cancelled

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        found: Sequence[Order] = await self.client.open_orders(symbol)
        halves = [
            [order for order in one.orders if order.venue_order_id not in self._cancelled]
            for one in self._placed
        ]
        return [*found, *(order for half in halves if len(half) == 1 for order in half)]


class BelievesEveryListCancel(Face):
    """Takes a list that is done for cancelled."""

    async def cancel_list(self, symbol: str, **ids: Any) -> OrderList:
        try:
            cancelled: OrderList = await self.client.cancel_list(symbol, **ids)
        except UnknownOrderError:
            cancelled = await self.client.order_list(symbol, **ids)
        return cancelled


class StreamsNoExpiry(Face):
    """Streams no order that has expired."""

    @asynccontextmanager
    async def stream_orders(self) -> AsyncIterator[AsyncIterator[Order]]:
        async with self.client.stream_orders() as stream:
            yield self._alive(stream)

    async def _alive(self, stream: AsyncIterator[Order]) -> AsyncIterator[Order]:
        async for order in stream:
            if order.status is not OrderStatus.EXPIRED:
                yield order


# ---------------------------------------------------------------- self-trade prevention


class LosesPreventionMode(Rewording):
    """Leaves it to the venue how self trades are prevented."""

    def change(self, request: OrderRequest) -> OrderRequest:
        return replace(request, self_trade_prevention=None)


class ExchangesTakerAndMaker(Rewording):
    """Expires the maker for the taker, and the other way round."""

    def change(self, request: OrderRequest) -> OrderRequest:
        mode = request.self_trade_prevention
        if mode is None:
            return request
        return replace(request, self_trade_prevention=_OTHER_MODE.get(mode, mode))


class CountsTradesOnce(FillDedupe):
    """Takes the other side of a trade with oneself for a repetition."""

    def key(self, fill: Fill) -> tuple[str, str, str]:
        return fill.symbol, fill.trade_id, ""


# ---------------------------------------------------------------- waiting for a price


class LimitsStops(Rewording):
    """Sends a stop order without a limit as one with a limit at its stop price."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.order_type is not OrderType.STOP or request.stop_price is None:
            return request
        return replace(
            request,
            order_type=OrderType.STOP_LIMIT,
            price=request.stop_price,
            time_in_force=TimeInForce.GTC,
        )


class TakesProfitsForStops(Rewording):
    """Sends take-profit orders as stops."""

    def change(self, request: OrderRequest) -> OrderRequest:
        return replace(request, order_type=_AS_STOP.get(request.order_type, request.order_type))


class TrailsTenfold(Rewording):
    """Takes the unit of the trailing distance for a tenth of what it is."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.trailing_ratio is None:
            return request
        return replace(request, trailing_ratio=request.trailing_ratio * 10)


class ShowsIcebergs(Rewording):
    """Loses the visible part of an order."""

    def change(self, request: OrderRequest) -> OrderRequest:
        return replace(request, display_quantity=None)

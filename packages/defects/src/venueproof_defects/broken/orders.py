"""Orders placed, ended and told with one thing wrong."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any

from msgspec.structs import replace

from venueproof_core import Outcome
from venueproof_core.errors import DuplicateClientOrderIdError, UnknownOrderError, VenueError
from venueproof_core.models import Order, OrderRequest, OrderStatus, OrderType, TimeInForce
from venueproof_defects.faces import Face
from venueproof_net import OrderTracker, RetryAdvice, RetryPolicy

NOTHING = Decimal(0)

# ---------------------------------------------------------------- what is asked


class Rewording(Face):
    """Changes an order before it is placed."""

    def change(self, request: OrderRequest) -> OrderRequest:
        return request

    async def place(self, request: OrderRequest) -> Order:
        placed: Order = await self.client.place(self.change(request))
        return placed


class RoundsPricesToFourDigits(Rewording):
    """Cuts prices of resting limit orders after four significant digits."""

    def change(self, request: OrderRequest) -> OrderRequest:
        is_plain = request.order_type is OrderType.LIMIT and not request.post_only
        if request.price is None or not is_plain or request.time_in_force is not TimeInForce.GTC:
            return request
        return replace(request, price=Context(prec=4, rounding=ROUND_DOWN).plus(request.price))


class RoundsPricesToCents(Rewording):
    """Takes two decimals for the step of every price above one."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.price is None or request.price < 1:
            return request
        return replace(request, price=request.price.quantize(Decimal("0.01")))


class SendsBaseAsQuote(Rewording):
    """Sends the quantity of a market order as an amount of quote currency."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.order_type is not OrderType.MARKET or request.quantity is None:
            return request
        return replace(request, quantity=None, quote_quantity=request.quantity)


class SendsQuoteAsBase(Rewording):
    """Sends an amount of quote currency as a quantity."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.quote_quantity is None:
            return request
        return replace(request, quantity=request.quote_quantity, quote_quantity=None)


class LetsIocRest(Rewording):
    """Knows no IOC."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.time_in_force is not TimeInForce.IOC:
            return request
        return replace(request, time_in_force=TimeInForce.GTC)


class LetsFokFillInPart(Rewording):
    """Takes FOK for IOC."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.time_in_force is not TimeInForce.FOK:
            return request
        return replace(request, time_in_force=TimeInForce.IOC)


class LosesPostOnly(Rewording):
    """Sends a post-only order as a plain one."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if not request.post_only:
            return request
        return replace(request, post_only=False, time_in_force=TimeInForce.GTC)


class ExchangesStopAndLimit(Rewording):
    """Sends the stop price as the limit price, and the other way round."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.stop_price is None or request.price is None:
            return request
        return replace(request, price=request.stop_price, stop_price=request.price)


class RenamesByFirstLetter(Rewording):
    """Gives orders whose name does not begin with a small letter a name of its own."""

    def change(self, request: OrderRequest) -> OrderRequest:
        if request.client_order_id[:1].islower():
            return request
        return replace(request, client_order_id=uuid.uuid4().hex)


# ---------------------------------------------------------------- placing


class PlacesDuplicatesAnyway(Face):
    """Places an order whose name is taken under another name."""

    async def place(self, request: OrderRequest) -> Order:
        try:
            placed: Order = await self.client.place(request)
        except DuplicateClientOrderIdError:
            named = replace(request, client_order_id=f"{request.client_order_id}-2")
            placed = await self.client.place(named)
        return placed


class CallsUnknownRejected(RetryPolicy):
    """Takes an order of unknown outcome for a rejected one."""

    def advice(self, error: VenueError, operation: str) -> RetryAdvice:
        if operation in ("place", "place_list") and error.outcome is Outcome.UNKNOWN:
            error.outcome = Outcome.NOT_APPLIED
        return super().advice(error, operation)


class SendsOrdersAgain(RetryPolicy):
    """Repeats orders like reads."""

    def advice(self, error: VenueError, operation: str) -> RetryAdvice:
        if operation == "place" and error.outcome is Outcome.UNKNOWN:
            return RetryAdvice(may_repeat=True)
        return super().advice(error, operation)


class MixesUpOrders(Face):
    """Keeps the order it is about to place where every call keeps it."""

    async def place(self, request: OrderRequest) -> Order:
        self.request = request
        await asyncio.sleep(0)
        placed: Order = await self.client.place(self.request)
        return placed


# ---------------------------------------------------------------- ending


class ForgetsFillsOfCanceled(Face):
    """Reads a cancelled order as an unfilled one."""

    async def cancel(self, symbol: str, **ids: Any) -> Order:
        ended: Order = await self.client.cancel(symbol, **ids)
        return replace(ended, filled_quantity=NOTHING, filled_notional=NOTHING)


class SaysNotAppliedOfLateCancels(Face):
    """Is sure that a cancel of an unknown order did nothing, and that nothing happened."""

    async def cancel(self, symbol: str, **ids: Any) -> Order:
        try:
            ended: Order = await self.client.cancel(symbol, **ids)
        except UnknownOrderError as error:
            error.outcome = Outcome.NOT_APPLIED
            raise
        return ended


class BelievesEveryCancel(Face):
    """Takes an order that the venue knows no more for cancelled."""

    async def cancel(self, symbol: str, **ids: Any) -> Order:
        try:
            ended: Order = await self.client.cancel(symbol, **ids)
        except UnknownOrderError:
            ended = await self.client.order(symbol, **ids)
            return replace(ended, status=OrderStatus.CANCELED)
        return ended


class CallsLostCancelsFailed(RetryPolicy):
    """Takes a cancel whose reply was lost for one that did not happen."""

    def advice(self, error: VenueError, operation: str) -> RetryAdvice:
        is_lost = error.outcome is Outcome.UNKNOWN and not isinstance(error, UnknownOrderError)
        if operation.startswith("cancel") and is_lost:
            error.outcome = Outcome.NOT_APPLIED
        return super().advice(error, operation)


class CancelsTheFirstOnly(Face):
    """Cancels all by cancelling the first."""

    async def cancel_all(self, symbol: str) -> Sequence[Order]:
        found: Sequence[Order] = await self.client.open_orders(symbol)
        return [
            await self.client.cancel(symbol, venue_order_id=order.venue_order_id)
            for order in found[:1]
        ]


class AmendsByNewOrder(Face):
    """Cancels and places anew instead of amending."""

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Any) -> Order:
        old: Order = await self.client.cancel(symbol, venue_order_id=venue_order_id)
        request = OrderRequest(
            symbol=symbol,
            side=old.side,
            order_type=old.order_type,
            client_order_id=old.client_order_id,
            quantity=quantity,
            price=old.price,
            time_in_force=old.time_in_force,
        )
        placed: Order = await self.client.place(request)
        return placed


class ReplacesWithoutCancel(Face):
    """Places the new order and leaves the old one."""

    async def replace(self, symbol: str, *, venue_order_id: str, request: OrderRequest) -> Order:  # noqa: ARG002
        placed: Order = await self.client.place(request)
        return placed


# ---------------------------------------------------------------- telling


class TellsNoTimes(Face):
    """Leaves the times of a queried order out."""

    async def order(self, symbol: str, **ids: Any) -> Order:
        told: Order = await self.client.order(symbol, **ids)
        return replace(told, created_time_ns=None, updated_time_ns=None)


class ListsEndedOrders(Face):
    """Lists orders that it has cancelled itself as open."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._ended: list[Order] = []

    async def cancel(self, symbol: str, **ids: Any) -> Order:
        ended: Order = await self.client.cancel(symbol, **ids)
        self._ended.append(ended)
        return ended

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        found: Sequence[Order] = await self.client.open_orders(symbol)
        return [*found, *(order for order in self._ended if symbol in (None, order.symbol))]


class StreamsNamesOfCancels(Face):
    """Streams a cancelled order under the name of its cancel."""

    @asynccontextmanager
    async def stream_orders(self) -> AsyncIterator[AsyncIterator[Order]]:
        async with self.client.stream_orders() as stream:
            yield self._renamed(stream)

    async def _renamed(self, stream: AsyncIterator[Order]) -> AsyncIterator[Order]:
        async for order in stream:
            is_canceled = order.status is OrderStatus.CANCELED
            yield replace(order, client_order_id=uuid.uuid4().hex) if is_canceled else order


class TellsTenOpenOrders(Face):
    """Tells the first page of open orders."""

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        found: Sequence[Order] = await self.client.open_orders(symbol)
        return found[:10]


class BelievesTheLatestReport(OrderTracker):
    """Takes whatever was received last for the newest."""

    def supersedes(self, new: Order, old: Order) -> bool:  # noqa: ARG002
        return True


class DropsEventsOfUnansweredOrders(Face):
    """Drops events of orders whose reply has not come yet: it does not know them."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._unanswered: set[str | None] = set()

    async def place(self, request: OrderRequest) -> Order:
        self._unanswered.add(request.client_order_id)
        try:
            placed: Order = await self.client.place(request)
        finally:
            self._unanswered.discard(request.client_order_id)
        return placed

    @asynccontextmanager
    async def stream_orders(self) -> AsyncIterator[AsyncIterator[Any]]:
        async with self.client.stream_orders() as stream:
            yield self._known(stream)

    @asynccontextmanager
    async def stream_fills(self) -> AsyncIterator[AsyncIterator[Any]]:
        async with self.client.stream_fills() as stream:
            yield self._known(stream)

    async def _known(self, stream: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for value in stream:
            if value.client_order_id not in self._unanswered:
                yield value

"""Orders and the account over REST."""

import contextlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any

from venueproof_bybit import mapping
from venueproof_bybit._account_stream import AccountStream
from venueproof_bybit._context import Context
from venueproof_bybit.errors import VENUE, unknown_order, unreadable
from venueproof_bybit.rest import (
    AMEND,
    BALANCES,
    CANCEL,
    CANCEL_ALL,
    FEE_RATES,
    FILLS,
    HISTORY,
    OLD_ORDER,
    OPEN_ORDERS,
    ORDER,
    PLACE,
    Endpoint,
)
from venueproof_core import Outcome
from venueproof_core.errors import InvalidOrderError, UnknownOrderError, VenueError
from venueproof_core.models import Balance, FeeRates, Fill, Order, OrderRequest, OrderStatus
from venueproof_net import Recovery

ORDERS_PAGE = 50
FILLS_PAGE = 100
NEWEST_CLOSED = "1"
"""Asks for the newest 500 closed orders in the place of the open ones."""

SPAN_NS = 7 * 86_400 * 1_000_000_000
"""The venue answers for so long a time at once."""


class Trading:
    """The private half of the connector.

    The venue answers a write by the order's ids alone; the order is read after it.
    """

    _context: Context
    _recovery: Recovery
    _account: AccountStream

    # ------------------------------------------------------------ writes

    async def place(self, request: OrderRequest) -> Order:
        """Place one order and return it as the venue knows it.

        An outcome that is unknown is looked up by the client order id; the order is never sent again.
        """
        context = self._context
        venue_symbol = await context.symbols.theirs(request.symbol)
        try:
            params = mapping.order_params(request, venue_symbol, context.tables)
        except (KeyError, ValueError) as error:
            raise _not_sent(f"the order cannot be written: {error}", PLACE) from error
        before = context.tracker.find(request.symbol, client_order_id=request.client_order_id)
        try:
            reply = await context.rest.call(PLACE, {"category": "spot", **params})
            venue_order_id = self._accepted_id(reply, PLACE)
        except VenueError as error:
            return await self._find_placed(request, before, error)
        try:
            order = await self._query(request.symbol, {"orderId": venue_order_id})
        except VenueError:
            # It was accepted; all else that can be said of it is what was asked for.
            return context.tracker.merge(_as_accepted(request, venue_order_id))
        if order.post_only and order.status is OrderStatus.EXPIRED and not order.filled_quantity:
            raise InvalidOrderError(
                "the post-only order would have taken: it was cancelled at once; correct its price",
                venue=VENUE,
                operation=PLACE.operation,
                outcome=Outcome.NOT_APPLIED,
            )
        return order

    def _accepted_id(self, reply: Any, endpoint: Endpoint) -> str:
        row = mapping.Row(reply, self._context.tables, "accepted", endpoint.operation)
        return row.text("venue_order_id")

    async def _find_placed(
        self, request: OrderRequest, before: Order | None, error: VenueError
    ) -> Order:
        context = self._context
        if not context.rest.retry.advice(error, PLACE.operation).must_reconcile:
            raise error
        symbol, client_order_id = request.symbol, request.client_order_id

        def is_this(order: Order) -> bool:
            # An older order that had the same name says nothing about this one.
            return before is None or order.venue_order_id != before.venue_order_id

        async def query() -> Order:
            told = context.tracker.find(symbol, client_order_id=client_order_id)
            if told is not None and is_this(told):
                return told
            return await self._query(symbol, {"orderLinkId": client_order_id}, is_repeated=False)

        found = await self._recovery.after_unknown(query, is_this)
        if found is None:
            raise error
        return found

    async def cancel(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """Cancel an open order and return its terminal state.

        Raises:
            UnknownOrderError: The venue knows no such open order. Outcome UNKNOWN: it may have filled.
        """
        context = self._context
        ids = _ids(client_order_id, venue_order_id)
        known = context.tracker.find(
            symbol, client_order_id=client_order_id, venue_order_id=venue_order_id
        )
        if known is None:
            # The venue cancels an order that waits for its trigger only by the name of its kind.
            with contextlib.suppress(VenueError):
                known = await self._query(symbol, ids, is_repeated=False)
        if known is not None and known.is_open:
            ids = {"orderId": known.venue_order_id}
        order_filter = mapping.BOOKED if known is None else mapping.filter_of(known.order_type)
        params = await context.spot(symbol, **ids, orderFilter=order_filter)
        try:
            reply = await context.rest.call(CANCEL, params)
            ids = {"orderId": self._accepted_id(reply, CANCEL)}
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, CANCEL.operation).must_reconcile:
                raise
            return await self._settled(symbol, ids, error)
        return await self._settled(symbol, ids, None)

    async def _settled(self, symbol: str, ids: dict[str, str], error: VenueError | None) -> Order:
        """The order once it has ended.

        Raises:
            VenueError: ``error``, or that it has not ended as far as the venue tells.
        """
        found = await self._recovery.after_unknown(
            lambda: self._query(symbol, ids, is_repeated=False), lambda order: not order.is_open
        )
        if found is None:
            raise error or VenueError(
                "the cancel was accepted, but the order has not ended; query it",
                venue=VENUE,
                operation=CANCEL.operation,
                outcome=Outcome.UNKNOWN,
            )
        return found

    async def cancel_all(self, symbol: str) -> Sequence[Order]:
        """Cancel every open order of an instrument, waiting ones too. No open order is not an error."""
        context = self._context
        ended: set[str] = set()
        for order_filter in (mapping.BOOKED, mapping.STOP, mapping.CONDITIONAL):
            params = await context.spot(symbol, orderFilter=order_filter)
            reply = await context.rest.call(CANCEL_ALL, params)
            ended |= {
                self._accepted_id(row, CANCEL_ALL)
                for row in mapping.rows(reply, CANCEL_ALL.operation)
            }
        orders = []
        if ended:
            closed = await self._orders(OPEN_ORDERS, symbol, openOnly=NEWEST_CLOSED)
            orders = [order for order in closed if order.venue_order_id in ended]
        return [context.tracker.merge(order) for order in orders]

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Decimal) -> Order:
        """Reduce an open order's quantity, keeping its venue order id and its client order id."""
        context = self._context
        known = context.tracker.find(symbol, venue_order_id=venue_order_id)
        if known is None or not known.is_open:
            known = await self.order(symbol, venue_order_id=venue_order_id)
        if known.quantity is not None and quantity > known.quantity:
            # The venue would take it, and put the order at the end of its queue.
            raise _not_sent(f"{quantity} is more than the order's {known.quantity}", AMEND)
        params = await context.spot(
            symbol, orderId=venue_order_id, qty=context.tables.decimal_text(quantity)
        )
        try:
            self._accepted_id(await context.rest.call(AMEND, params), AMEND)
            return await self._query(symbol, {"orderId": venue_order_id})
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, AMEND.operation).must_reconcile:
                raise
            found = await self._recovery.after_unknown(
                lambda: self._query(symbol, {"orderId": venue_order_id}, is_repeated=False),
                lambda order: order.quantity == quantity,
            )
            if found is None:
                raise
            return found

    # ------------------------------------------------------------ reads

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order, open or not.

        Raises:
            UnknownOrderError: The venue knows no such order (NOT_APPLIED: a query changes nothing).
        """
        return await self._query(symbol, _ids(client_order_id, venue_order_id))

    async def _query(self, symbol: str, ids: dict[str, str], *, is_repeated: bool = True) -> Order:
        context = self._context
        params = await context.spot(symbol, **ids)
        # Open orders and the newest closed ones are in one place, older ones in another.
        for endpoint in (ORDER, OLD_ORDER):
            reply = await context.rest.call(endpoint, params, is_repeated=is_repeated)
            found = mapping.rows(reply, endpoint.operation)
            if found:
                order = mapping.order(found[0], symbol, context.tables, endpoint.operation)
                return context.tracker.merge(order)
        raise unknown_order(ORDER.operation, " ".join(ids.values()))

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of one instrument or of all."""
        await self._context.symbols.ensure_loaded()
        found = await self._orders(OPEN_ORDERS, symbol)
        merged = [self._context.tracker.merge(order) for order in found]
        # News that overtook this reply may have closed some of them.
        return [order for order in merged if order.is_open]

    async def _orders(
        self, endpoint: Endpoint, symbol: str | None, most: int | None = None, **params: str
    ) -> list[Order]:
        """Orders of all pages, newest first."""
        found = []
        for row in await self._pages(endpoint, symbol, ORDERS_PAGE, most, params):
            where = symbol or self._symbol_of(row)
            found.append(mapping.order(row, where, self._context.tables, endpoint.operation))
        return found

    async def _pages(
        self,
        endpoint: Endpoint,
        symbol: str | None,
        size: int,
        most: int | None,
        params: dict[str, str],
    ) -> list[Any]:
        context = self._context
        wanted = size if most is None else min(size, most)
        wire = await context.spot(symbol, **params, limit=str(wanted))
        found: list[Any] = []
        while True:
            reply = await context.rest.call(endpoint, wire)
            found += mapping.rows(reply, endpoint.operation)
            cursor = reply.get("nextPageCursor")
            if not cursor or (most is not None and len(found) >= most):
                return found if most is None else found[:most]
            wire = {**wire, "cursor": str(cursor)}

    def _symbol_of(self, row: Any) -> str:
        venue_symbol = row.get("symbol") if isinstance(row, dict) else None
        symbol = self._context.symbols.ours(str(venue_symbol))
        if symbol is None:
            raise unreadable("an order of an unlisted symbol", repr(row), OPEN_ORDERS.operation)
        return symbol

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        """Orders of an instrument, open or not, oldest first; those of ``history_days`` without a limit."""
        context = self._context
        open_now = await self._orders(OPEN_ORDERS, symbol, limit)
        found = {order.venue_order_id: order for order in open_now}
        for start_ns, end_ns in reversed(await self._spans(None)):
            if limit is not None and len(found) >= limit + len(open_now):
                break
            span = self._span(start_ns, end_ns)
            closed = await self._orders(HISTORY, symbol, limit, **span)
            found |= {order.venue_order_id: order for order in closed}
        newest_first = sorted(
            found.values(),
            key=lambda order: (order.created_time_ns or 0, int(order.venue_order_id)),
            reverse=True,
        )
        return [context.tracker.refine(order) for order in reversed(newest_first[:limit])]

    async def _spans(self, since_ns: int | None) -> list[tuple[int, int]]:
        """Times to ask for one by one, oldest first."""
        await self._context.rest.stamp_ms()
        now_ns = self._context.rest.now_ns()
        days_ns = self._context.settings.history_days * 86_400 * 1_000_000_000
        start_ns = now_ns - days_ns if since_ns is None else since_ns
        spans: list[tuple[int, int]] = []
        while start_ns < now_ns or not spans:
            spans.append((start_ns, start_ns + SPAN_NS))
            start_ns += SPAN_NS
        return spans

    def _span(self, start_ns: int, end_ns: int) -> dict[str, str]:
        unit_ns = self._context.tables.time_unit_ns
        return {"startTime": str(start_ns // unit_ns), "endTime": str(end_ns // unit_ns)}

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """Fills of one order, or those of an instrument in ``history_days``; oldest first."""
        if venue_order_id is not None:
            return await self._fills(symbol, {"orderId": venue_order_id})
        return await self._fills_since(symbol, None)

    async def fills_after(self, symbol: str, newest: Fill | None, since_ns: int) -> Sequence[Fill]:
        """Fills from ``newest`` on; where there is none, those since a venue time."""
        return await self._fills_since(symbol, since_ns if newest is None else newest.venue_time_ns)

    async def _fills_since(self, symbol: str, since_ns: int | None) -> list[Fill]:
        found: dict[tuple[str, str], Fill] = {}
        for start_ns, end_ns in await self._spans(since_ns):
            page = await self._fills(symbol, self._span(start_ns, end_ns))
            found |= {(fill.trade_id, fill.venue_order_id): fill for fill in page}
        return list(found.values())

    async def _fills(self, symbol: str, params: dict[str, str]) -> list[Fill]:
        rows = await self._pages(FILLS, symbol, FILLS_PAGE, None, {"execType": "Trade", **params})
        fills = [mapping.fill(row, symbol, self._context.tables) for row in reversed(rows)]
        # Two pages may both have what came between their requests.
        return list({(fill.trade_id, fill.venue_order_id): fill for fill in fills}.values())

    async def balances(self) -> Sequence[Balance]:
        """Funds by currency."""
        reply = await self._context.rest.call(BALANCES, {"accountType": "UNIFIED"})
        return [
            balance
            for account in mapping.rows(reply, BALANCES.operation)
            for balance in mapping.balances(account, self._context.tables)
        ]

    async def fee_rates(self, symbol: str) -> FeeRates:
        """What the account pays as maker and as taker."""
        context = self._context
        reply = await context.rest.call(FEE_RATES, await context.spot(symbol))
        found = mapping.rows(reply, FEE_RATES.operation)
        if len(found) != 1:
            raise unreadable("$.list: expected one instrument", repr(reply), FEE_RATES.operation)
        return mapping.fee_rates(found[0], symbol, context.tables)

    # ------------------------------------------------------------ streams

    def stream_orders(self) -> AbstractAsyncContextManager[Any]:
        """The account's orders as they change: ``Order``."""
        return self._account.reader(Order)

    def stream_fills(self) -> AbstractAsyncContextManager[Any]:
        """The account's fills, each exactly once: ``Fill``."""
        return self._account.reader(Fill)

    def stream_balances(self) -> AbstractAsyncContextManager[Any]:
        """Balances as they change: ``Balance``."""
        return self._account.reader(Balance)


def _ids(client_order_id: str | None, venue_order_id: str | None) -> dict[str, str]:
    ids = {}
    if client_order_id is not None:
        ids["orderLinkId"] = client_order_id
    if venue_order_id is not None:
        ids["orderId"] = venue_order_id
    if not ids:
        raise ValueError("an order is named by its client order id or its venue order id")
    return ids


def _not_sent(reason: str, endpoint: Endpoint) -> InvalidOrderError:
    return InvalidOrderError(
        f"{reason}; nothing was sent",
        venue=VENUE,
        operation=endpoint.operation,
        outcome=Outcome.NOT_APPLIED,
    )


def _as_accepted(request: OrderRequest, venue_order_id: str) -> Order:
    return Order(
        symbol=request.symbol,
        client_order_id=request.client_order_id,
        venue_order_id=venue_order_id,
        side=request.side,
        order_type=request.order_type,
        status=OrderStatus.NEW,
        quantity=request.quantity,
        filled_quantity=Decimal(0),
        price=request.price,
        stop_price=request.stop_price,
        time_in_force=request.time_in_force,
        post_only=request.post_only,
    )

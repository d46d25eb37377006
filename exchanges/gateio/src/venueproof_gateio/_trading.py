"""Orders and the account over REST."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any

from venueproof_core import Outcome
from venueproof_core.errors import InvalidOrderError, UnknownOrderError, VenueError
from venueproof_core.models import Balance, FeeRates, Fill, Order, OrderRequest
from venueproof_gateio import mapping
from venueproof_gateio._account_stream import AccountStream
from venueproof_gateio._context import Context
from venueproof_gateio.errors import VENUE, unreadable
from venueproof_gateio.rest import (
    AMEND,
    BALANCES,
    CANCEL,
    CANCEL_ALL,
    FEE_RATES,
    FILLS,
    FINISHED,
    OPEN_OF_PAIR,
    OPEN_ORDERS,
    ORDER,
    PLACE,
    Endpoint,
)
from venueproof_net import Recovery

PAGE = 1000
OPEN_PAGE = 100
NS_PER_S = 1_000_000_000
SPAN_NS = 30 * 86_400 * NS_PER_S
"""The venue tells trades of so long a time at once."""


class Trading:
    """The private half of the connector."""

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
            reply = await context.rest.call(PLACE, params)
            placed = mapping.order(reply, request.symbol, context.tables, PLACE.operation)
        except VenueError as error:
            return await self._find_placed(request, before, error)
        return context.tracker.merge(placed)

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
            return await self._query_by_name(symbol, client_order_id, is_repeated=False)

        found = await self._recovery.after_unknown(query, is_this)
        if found is None:
            raise error
        return found

    async def _query(self, symbol: str, order_id: str, *, is_repeated: bool = True) -> Order:
        context = self._context
        reply = await context.rest.call(
            ORDER, await context.of(symbol), order_id=order_id, is_repeated=is_repeated
        )
        order = mapping.order(reply, symbol, context.tables, ORDER.operation)
        return context.tracker.merge(order)

    async def _query_by_name(
        self, symbol: str, client_order_id: str, *, is_repeated: bool = True
    ) -> Order:
        """The venue finds an order by its name only while it is open; the newest finished ones are looked through."""
        name = mapping.name_on_wire(client_order_id)
        try:
            return await self._query(symbol, name, is_repeated=is_repeated)
        except UnknownOrderError:
            context = self._context
            params = await context.of(symbol, status="finished", limit=str(PAGE))
            reply = await context.rest.call(FINISHED, params, is_repeated=is_repeated)
            for row in mapping.rows(reply, FINISHED.operation):
                order = mapping.order(row, symbol, context.tables, FINISHED.operation)
                if order.client_order_id == client_order_id:
                    return context.tracker.merge(order)
            raise

    async def cancel(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """Cancel an open order and return its terminal state.

        Raises:
            UnknownOrderError: The venue knows no such open order. Outcome UNKNOWN: it may have filled.
        """
        context = self._context
        known = context.tracker.find(
            symbol, client_order_id=client_order_id, venue_order_id=venue_order_id
        )
        if known is not None and known.is_open:
            venue_order_id = known.venue_order_id
        order_id = _id(client_order_id, venue_order_id)
        try:
            reply = await context.rest.call(CANCEL, await context.of(symbol), order_id=order_id)
            order = mapping.order(reply, symbol, context.tables, CANCEL.operation)
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, CANCEL.operation).must_reconcile:
                raise

            async def query() -> Order:
                if venue_order_id is None and client_order_id is not None:
                    return await self._query_by_name(symbol, client_order_id, is_repeated=False)
                return await self._query(symbol, order_id, is_repeated=False)

            found = await self._recovery.after_unknown(query, lambda order: not order.is_open)
            if found is None:
                raise
            return found
        return context.tracker.merge(order)

    async def cancel_all(self, symbol: str) -> Sequence[Order]:
        """Cancel every open order of an instrument. No open order is not an error."""
        context = self._context
        reply = await context.rest.call(CANCEL_ALL, await context.of(symbol))
        return [
            context.tracker.merge(mapping.order(row, symbol, context.tables, CANCEL_ALL.operation))
            for row in mapping.rows(reply, CANCEL_ALL.operation)
            if not isinstance(row, dict) or row.get("succeeded") is not False
        ]

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Decimal) -> Order:
        """Reduce an open order's quantity, keeping its venue order id and its place in the queue."""
        context = self._context
        known = context.tracker.find(symbol, venue_order_id=venue_order_id)
        if known is None or not known.is_open:
            known = await self.order(symbol, venue_order_id=venue_order_id)
        if known.quantity is not None and quantity > known.quantity:
            # The venue would take it, and put the order at the end of its queue.
            raise _not_sent(f"{quantity} is more than the order's {known.quantity}", AMEND)
        params = await context.of(symbol, amount=context.tables.decimal_text(quantity))
        try:
            reply = await context.rest.call(AMEND, params, order_id=venue_order_id)
            order = mapping.order(reply, symbol, context.tables, AMEND.operation)
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, AMEND.operation).must_reconcile:
                raise
            found = await self._recovery.after_unknown(
                lambda: self._query(symbol, venue_order_id, is_repeated=False),
                lambda order: order.quantity == quantity,
            )
            if found is None:
                raise
            return found
        return context.tracker.merge(order)

    # ------------------------------------------------------------ reads

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order, open or not.

        Raises:
            UnknownOrderError: The venue knows no such order (NOT_APPLIED: a query changes nothing).
        """
        if venue_order_id is None and client_order_id is not None:
            known = self._context.tracker.find(symbol, client_order_id=client_order_id)
            if known is None:
                return await self._query_by_name(symbol, client_order_id)
            venue_order_id = known.venue_order_id
        return await self._query(symbol, _id(client_order_id, venue_order_id))

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of one instrument or of all."""
        await self._context.symbols.ensure_loaded()
        if symbol is None:
            found = await self._all_open()
        else:
            found = await self._orders(OPEN_OF_PAIR, symbol, OPEN_PAGE, status="open")
        merged = [self._context.tracker.merge(order) for order in found]
        # News that overtook this reply may have closed some of them.
        return [order for order in merged if order.is_open]

    async def _all_open(self) -> list[Order]:
        context = self._context
        found: dict[str, Order] = {}
        page, is_complete = 0, False
        while not is_complete:
            page += 1
            params = {"page": str(page), "limit": str(OPEN_PAGE)}
            reply = await context.rest.call(OPEN_ORDERS, params)
            is_complete = True
            for group in mapping.rows(reply, OPEN_ORDERS.operation):
                listed = group.get("orders") if isinstance(group, dict) else None
                rows = mapping.rows(listed, OPEN_ORDERS.operation)
                is_complete = is_complete and len(rows) < OPEN_PAGE
                for row in rows:
                    symbol = self._symbol_of(row)
                    order = mapping.order(row, symbol, context.tables, OPEN_ORDERS.operation)
                    found[order.venue_order_id] = order
        return list(found.values())

    def _symbol_of(self, row: Any) -> str:
        theirs = mapping.Row(row, self._context.tables, "order", OPEN_ORDERS.operation)
        symbol = self._context.symbols.ours(theirs.text("symbol"))
        if symbol is None:
            raise unreadable("an order of an unlisted symbol", repr(row), OPEN_ORDERS.operation)
        return symbol

    async def _orders(
        self, endpoint: Endpoint, symbol: str, size: int, most: int | None = None, **params: str
    ) -> list[Order]:
        """Orders of all pages, newest first."""
        context = self._context
        found: dict[str, Order] = {}
        wanted = size if most is None else min(size, most)
        page, is_complete = 0, False
        while not is_complete:
            page += 1
            wire = await context.of(symbol, **params, page=str(page), limit=str(wanted))
            rows = mapping.rows(await context.rest.call(endpoint, wire), endpoint.operation)
            # What came meanwhile moves rows on to the next page.
            for row in rows:
                order = mapping.order(row, symbol, context.tables, endpoint.operation)
                found[order.venue_order_id] = order
            is_complete = len(rows) < wanted or (most is not None and len(found) >= most)
        return list(found.values())

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        """Orders of an instrument, open or not, oldest first; all of them without a limit."""
        context = self._context
        found = await self._orders(OPEN_OF_PAIR, symbol, OPEN_PAGE, status="open")
        closed = await self._orders(FINISHED, symbol, PAGE, limit, status="finished")
        by_id = {order.venue_order_id: order for order in (*found, *closed)}
        newest_first = sorted(
            by_id.values(),
            key=lambda order: (order.created_time_ns or 0, int(order.venue_order_id)),
            reverse=True,
        )
        return [context.tracker.refine(order) for order in reversed(newest_first[:limit])]

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """Fills of one order, or those of an instrument in ``history_days``; oldest first."""
        if venue_order_id is not None:
            return await self._fills(symbol, order_id=venue_order_id)
        days_ns = self._context.settings.history_days * 86_400 * NS_PER_S
        await self._context.rest.stamp_s()
        return await self._fills_since(symbol, self._context.rest.now_ns() - days_ns)

    async def fills_after(self, symbol: str, newest: Fill | None, since_ns: int) -> Sequence[Fill]:
        """Fills from ``newest`` on; where there is none, those since a venue time."""
        first_ns = since_ns if newest is None else newest.venue_time_ns
        found = await self._fills_since(symbol, first_ns)
        return [fill for fill in found if fill.venue_time_ns >= first_ns]

    async def _fills_since(self, symbol: str, since_ns: int) -> list[Fill]:
        await self._context.rest.stamp_s()
        last_ns = self._context.rest.now_ns() + NS_PER_S
        found: dict[tuple[str, str], Fill] = {}
        while since_ns < last_ns:
            # Of a whole second on either side, for bounds are whole seconds.
            end_ns = min(since_ns + SPAN_NS - 2 * NS_PER_S, last_ns)
            span = {"from": str(since_ns // NS_PER_S), "to": str(end_ns // NS_PER_S)}
            page = await self._fills(symbol, **span)
            found |= {(fill.trade_id, fill.venue_order_id): fill for fill in page}
            since_ns = end_ns
        return list(found.values())

    async def _fills(self, symbol: str, **params: str) -> list[Fill]:
        context = self._context
        found: dict[tuple[str, str], Fill] = {}
        page, is_complete = 0, False
        while not is_complete:
            page += 1
            wire = await context.of(symbol, **params, page=str(page), limit=str(PAGE))
            rows = mapping.rows(await context.rest.call(FILLS, wire), FILLS.operation)
            for row in rows:
                fill = mapping.fill(row, symbol, context.tables)
                found[fill.trade_id, fill.venue_order_id] = fill
            is_complete = len(rows) < PAGE
        return sorted(found.values(), key=lambda fill: (fill.venue_time_ns, int(fill.trade_id)))

    async def balances(self) -> Sequence[Balance]:
        """Funds by currency."""
        reply = await self._context.rest.call(BALANCES)
        return [
            mapping.balance(row, self._context.tables, BALANCES.operation)
            for row in mapping.rows(reply, BALANCES.operation)
        ]

    async def fee_rates(self, symbol: str) -> FeeRates:
        """What the account pays as maker and as taker."""
        context = self._context
        reply = await context.rest.call(FEE_RATES, await context.of(symbol))
        return mapping.fee_rates(reply, symbol, context.tables)

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


def _id(client_order_id: str | None, venue_order_id: str | None) -> str:
    if venue_order_id is not None:
        return venue_order_id
    if client_order_id is None:
        raise ValueError("an order is named by its client order id or its venue order id")
    return mapping.name_on_wire(client_order_id)


def _not_sent(reason: str, endpoint: Endpoint) -> InvalidOrderError:
    return InvalidOrderError(
        f"{reason}; nothing was sent",
        venue=VENUE,
        operation=endpoint.operation,
        outcome=Outcome.NOT_APPLIED,
    )

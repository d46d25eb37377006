"""Orders and the account over REST."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from venueproof_binance import mapping
from venueproof_binance._account_stream import AccountStream
from venueproof_binance._context import Context
from venueproof_binance.errors import VENUE, unreadable
from venueproof_binance.rest import (
    ACCOUNT,
    ALL_ORDERS,
    AMEND,
    CANCEL,
    CANCEL_ALL,
    COMMISSION,
    MY_TRADES,
    OPEN_ORDERS,
    ORDER,
    PLACE,
    REPLACE,
)
from venueproof_core import Outcome
from venueproof_core.errors import (
    InvalidOrderError,
    PartlyReplacedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_core.models import Balance, FeeRates, Fill, Order, OrderRequest
from venueproof_net import Recovery

PAGE = 1000
ALL_SYMBOLS_WEIGHT = 80
FILLS_OF_ORDER_WEIGHT = 5


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
        params = await self._order_params(request, PLACE.operation)
        before = context.tracker.find(request.symbol, client_order_id=request.client_order_id)
        try:
            reply = await context.rest.call(PLACE, params)
            placed = mapping.order(reply, request.symbol, context.tables, PLACE.operation)
        except VenueError as error:
            return await self._find_placed(request, before, error, PLACE.operation)
        return context.tracker.merge(placed)

    async def _order_params(self, request: OrderRequest, operation: str) -> dict[str, str]:
        venue_symbol = await self._context.symbols.theirs(request.symbol)
        try:
            params = mapping.order_params(request, venue_symbol, self._context.tables)
        except (KeyError, ValueError) as error:
            raise InvalidOrderError(
                f"the order cannot be written: {error}; nothing was sent",
                venue=VENUE,
                operation=operation,
                outcome=Outcome.NOT_APPLIED,
            ) from error
        return {**params, "newOrderRespType": "FULL"}

    async def _find_placed(
        self, request: OrderRequest, before: Order | None, error: VenueError, operation: str
    ) -> Order:
        context = self._context
        if not context.rest.retry.advice(error, operation).must_reconcile:
            raise error
        symbol, client_order_id = request.symbol, request.client_order_id

        def is_this(order: Order) -> bool:
            # An older order that had the same name says nothing about this one.
            return before is None or order.venue_order_id != before.venue_order_id

        async def query() -> Order:
            told = context.tracker.find(symbol, client_order_id=client_order_id)
            if told is not None and is_this(told):
                return told
            return await self._query(symbol, {"origClientOrderId": client_order_id})

        found = await self._recovery.after_unknown(query, is_this)
        if found is None:
            raise error
        return found

    async def _query(self, symbol: str, ids: dict[str, str], *, is_repeated: bool = False) -> Order:
        context = self._context
        params = {"symbol": await context.symbols.theirs(symbol), **ids}
        reply = await context.rest.call(ORDER, params, is_repeated=is_repeated)
        order = mapping.order(reply, symbol, context.tables, ORDER.operation)
        return context.tracker.merge(order)

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
        ids = _ids(client_order_id, venue_order_id)
        if known is not None and known.is_open:
            ids["orderId"] = known.venue_order_id
        params = {"symbol": await context.symbols.theirs(symbol), **ids}
        try:
            reply = await context.rest.call(CANCEL, params)
            for row in _reports(reply, CANCEL.operation):
                order = mapping.order(row, symbol, context.tables, CANCEL.operation)
                cancelled = context.tracker.merge(order)
                if ids.get("orderId", cancelled.venue_order_id) == cancelled.venue_order_id:
                    return cancelled
            raise unreadable("the reply lacks the order", repr(reply), CANCEL.operation)
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, CANCEL.operation).must_reconcile:
                raise
            by_id = {"orderId": ids["orderId"]} if "orderId" in ids else ids
            found = await self._recovery.after_unknown(
                lambda: self._query(symbol, by_id), lambda order: not order.is_open
            )
            if found is None:
                raise
            return found

    async def cancel_all(self, symbol: str) -> Sequence[Order]:
        """Cancel every open order of an instrument. No open order is not an error."""
        context = self._context
        params = {"symbol": await context.symbols.theirs(symbol)}
        try:
            reply = await context.rest.call(CANCEL_ALL, params)
        except UnknownOrderError:
            return []
        return [
            context.tracker.merge(mapping.order(row, symbol, context.tables, CANCEL_ALL.operation))
            for entry in mapping.rows(reply, CANCEL_ALL.operation)
            for row in _reports(entry, CANCEL_ALL.operation)
        ]

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Decimal) -> Order:
        """Reduce an open order's quantity, keeping its venue order id and its client order id."""
        context = self._context
        # Without a name of ours the venue would give the order a random new one.
        known = context.tracker.find(symbol, venue_order_id=venue_order_id)
        if known is None:
            known = await self.order(symbol, venue_order_id=venue_order_id)
        params = {
            "symbol": await context.symbols.theirs(symbol),
            "orderId": venue_order_id,
            "newQty": context.tables.decimal_text(quantity),
            "newClientOrderId": known.client_order_id,
        }
        try:
            reply = await context.rest.call(AMEND, params)
            order = mapping.amended_order(reply, symbol, context.tables)
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, AMEND.operation).must_reconcile:
                raise
            found = await self._recovery.after_unknown(
                lambda: self._query(symbol, {"orderId": venue_order_id}),
                lambda order: order.quantity == quantity,
            )
            if found is None:
                raise
            return found
        return context.tracker.merge(order)

    async def replace(
        self, symbol: str, *, venue_order_id: str, request: OrderRequest, must_cancel: bool = True
    ) -> Order:
        """Cancel an order and place another in one request; return the new one.

        Raises:
            PartlyReplacedError: One half happened.
        """
        context = self._context
        params = {
            **await self._order_params(request, REPLACE.operation),
            "cancelReplaceMode": "STOP_ON_FAILURE" if must_cancel else "ALLOW_FAILURE",
            "cancelOrderId": venue_order_id,
        }
        before = context.tracker.find(symbol, client_order_id=request.client_order_id)
        try:
            reply = await context.rest.call(REPLACE, params)
            placed = reply.get("newOrderResponse") if isinstance(reply, dict) else None
            order = mapping.order(placed, symbol, context.tables, REPLACE.operation)
        except PartlyReplacedError as error:
            if error.placed is not None:
                order = mapping.order(error.placed, symbol, context.tables, REPLACE.operation)
                error.placed = context.tracker.merge(order)
            raise
        except UnknownOrderError:
            raise
        except VenueError as error:
            return await self._find_placed(request, before, error, REPLACE.operation)
        for row in _reports(reply.get("cancelResponse"), REPLACE.operation):
            context.tracker.merge(mapping.order(row, symbol, context.tables, CANCEL.operation))
        return context.tracker.merge(order)

    # ------------------------------------------------------------ reads

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order, open or not.

        Raises:
            UnknownOrderError: The venue knows no such order (NOT_APPLIED: a query changes nothing).
        """
        ids = _ids(client_order_id, venue_order_id)
        try:
            return await self._query(symbol, ids, is_repeated=True)
        except UnknownOrderError:
            # A cancel renames its order: the venue may not find it by its old name any more.
            known = self._context.tracker.find(symbol, client_order_id=client_order_id)
            if known is None or venue_order_id is not None:
                raise
            return await self._query(symbol, {"orderId": known.venue_order_id}, is_repeated=True)

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of one instrument or of all."""
        context = self._context
        params: dict[str, str] = {}
        weight = ALL_SYMBOLS_WEIGHT
        await context.symbols.ensure_loaded()
        if symbol is not None:
            params = {"symbol": await context.symbols.theirs(symbol)}
            weight = OPEN_ORDERS.weight
        reply = await context.rest.call(OPEN_ORDERS, params, weight=weight)
        found = []
        for row in mapping.rows(reply, OPEN_ORDERS.operation):
            where = symbol or self._symbol_of(row)
            order = mapping.order(row, where, context.tables, OPEN_ORDERS.operation)
            found.append(context.tracker.merge(order))
        # News that overtook this reply may have closed some of them.
        return [order for order in found if order.is_open]

    def _symbol_of(self, row: Any) -> str:
        venue_symbol = row.get("symbol") if isinstance(row, dict) else None
        symbol = self._context.symbols.ours(str(venue_symbol))
        if symbol is None:
            raise unreadable("an order of an unlisted symbol", repr(row), OPEN_ORDERS.operation)
        return symbol

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        """Orders of an instrument, open or not, oldest first; all of them without a limit."""
        if limit is not None and limit <= PAGE:
            return await self._orders(symbol, {"limit": str(limit)})
        found: list[Order] = []
        first_id = 1
        while True:
            page = await self._orders(symbol, {"orderId": str(first_id), "limit": str(PAGE)})
            found += page
            if len(page) < PAGE:
                return found if limit is None else found[-limit:]
            first_id = int(page[-1].venue_order_id) + 1

    async def _orders(self, symbol: str, params: dict[str, str]) -> list[Order]:
        context = self._context
        wire = {"symbol": await context.symbols.theirs(symbol), **params}
        reply = await context.rest.call(ALL_ORDERS, wire)
        return [
            context.tracker.refine(mapping.order(row, symbol, context.tables, "order_history"))
            for row in mapping.rows(reply, ALL_ORDERS.operation)
        ]

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """The account's fills of an instrument or of one order, oldest first, all of them."""
        params = {} if venue_order_id is None else {"orderId": venue_order_id}
        return await self._fills_from(symbol, 0, params)

    async def _fills_from(self, symbol: str, first_id: int, params: dict[str, str]) -> list[Fill]:
        found: dict[tuple[str, str], Fill] = {}
        while True:
            page = await self._fills(symbol, {**params, "fromId": str(first_id)})
            found |= {(fill.trade_id, fill.venue_order_id): fill for fill in page}
            if len(page) < PAGE:
                return list(found.values())
            # Once more from the last: a trade with oneself is two fills of one id, maybe on two pages.
            first_id = int(page[-1].trade_id)

    async def _fills(self, symbol: str, params: dict[str, str]) -> list[Fill]:
        context = self._context
        wire = {"symbol": await context.symbols.theirs(symbol), "limit": str(PAGE), **params}
        weight = FILLS_OF_ORDER_WEIGHT if "orderId" in params else MY_TRADES.weight
        reply = await context.rest.call(MY_TRADES, wire, weight=weight)
        return [
            self._named(mapping.fill(row, symbol, context.tables))
            for row in mapping.rows(reply, MY_TRADES.operation)
        ]

    def _named(self, fill: Fill) -> Fill:
        # The reply lacks the client order id; a fill recovered this way should read like a live one.
        known = self._context.tracker.find(fill.symbol, venue_order_id=fill.venue_order_id)
        return fill if known is None else replace(fill, client_order_id=known.client_order_id)

    async def fills_after(self, symbol: str, newest: Fill | None, since_ns: int) -> Sequence[Fill]:
        """Fills from ``newest`` on; where there is none, those since a venue time."""
        if newest is not None:
            return await self._fills_from(symbol, int(newest.trade_id), {})
        unit_ns = self._context.tables.time_unit_ns
        first = await self._fills(symbol, {"startTime": str(since_ns // unit_ns)})
        if len(first) < PAGE:
            return first
        return first + await self._fills_from(symbol, int(first[-1].trade_id), {})

    async def balances(self) -> Sequence[Balance]:
        """Funds by currency."""
        reply = await self._context.rest.call(ACCOUNT)
        data = reply.get("balances") if isinstance(reply, dict) else None
        return [
            mapping.balance(row, self._context.tables, ACCOUNT.operation)
            for row in mapping.rows(data, ACCOUNT.operation)
        ]

    async def fee_rates(self, symbol: str) -> FeeRates:
        """What the account pays as maker and as taker."""
        params = {"symbol": await self._context.symbols.theirs(symbol)}
        reply = await self._context.rest.call(COMMISSION, params)
        return mapping.fee_rates(reply, symbol, self._context.tables)

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
        ids["origClientOrderId"] = client_order_id
    if venue_order_id is not None:
        ids["orderId"] = venue_order_id
    if not ids:
        raise ValueError("an order is named by its client order id or its venue order id")
    return ids


def _reports(reply: Any, operation: str) -> Sequence[Any]:
    """Order reports of a cancel: cancelling a leg of an order list cancels, and reports, all of it."""
    if isinstance(reply, dict) and "orderReports" in reply:
        return mapping.rows(reply["orderReports"], operation)
    return [reply]

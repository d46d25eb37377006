"""Orders and the account over REST."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from msgspec.structs import replace

from venueproof_core import Outcome
from venueproof_core.errors import InvalidOrderError, UnknownOrderError, VenueError
from venueproof_core.models import Balance, Fill, Order, OrderRequest, OrderStatus, Position
from venueproof_net import Recovery
from venueproof_oanda import mapping
from venueproof_oanda._account import AccountStream, Ledger, id_of, last_id
from venueproof_oanda._context import Context
from venueproof_oanda.errors import REFUSING, VENUE, refusal, unreadable
from venueproof_oanda.rest import quoted

PAGE = 500
_ENDS = "ORDER_FILL,ORDER_CANCEL"


class Trading:
    """The private half of the connector."""

    _context: Context
    _recovery: Recovery
    _ledger: Ledger
    _account: AccountStream

    # ------------------------------------------------------------ writes

    async def place(self, request: OrderRequest) -> Order:
        """Place one order and return it as the venue knows it.

        An outcome that is unknown is looked up by the client order id; the order is never sent again.
        """
        rest = self._context.rest
        body = {"order": self._body(request, "place")}
        before = self._known(request)
        try:
            reply = await rest.call("POST", f"{rest.account}/orders", "place", body=body)
            return await self._read_created(reply, "place")
        except VenueError as error:
            return await self._find_placed(request, before, error, "place")

    def _body(self, request: OrderRequest, operation: str) -> dict[str, Any]:
        try:
            return mapping.order_body(request, self._context.tables)
        except (KeyError, ValueError) as error:
            raise InvalidOrderError(
                f"the order cannot be written: {error}; nothing was sent",
                venue=VENUE,
                operation=operation,
                outcome=Outcome.NOT_APPLIED,
            ) from error

    def _known(self, request: OrderRequest) -> Order | None:
        return self._context.tracker.find(request.symbol, client_order_id=request.client_order_id)

    async def _read_created(self, reply: Any, operation: str) -> Order:
        tables = self._context.tables
        created = reply.get("orderCreateTransaction")
        state = mapping.order(created, tables, operation, "created")
        rows = [
            row
            for name, row in reply.items()
            if isinstance(row, dict) and name != "orderCreateTransaction"
        ]
        state = self._ledger.told(state, rows, await self._ledger.currency(), operation)
        for row in rows:
            is_end = (
                row.get("type") == "ORDER_CANCEL" and row.get("orderID") == state.venue_order_id
            )
            reason = row.get("reason")
            if is_end and reason in REFUSING and not state.filled_quantity:
                self._context.tracker.merge(state)
                raise refusal(201, reason, f"the order was cancelled at once: {reason}", operation)
        return self._context.tracker.merge(state)

    async def _find_placed(
        self, request: OrderRequest, before: Order | None, error: VenueError, operation: str
    ) -> Order:
        if not self._context.rest.retry.advice(error, operation).must_reconcile:
            raise error

        def is_this(order: Order) -> bool:
            # An older order that had the same name says nothing about this one.
            return before is None or order.venue_order_id != before.venue_order_id

        async def query() -> Order:
            told = self._known(request)
            if told is not None and is_this(told):
                return told
            return await self._by_name(request.symbol, request.client_order_id)

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
        known = context.tracker.find(
            symbol, client_order_id=client_order_id, venue_order_id=venue_order_id
        )
        spec = _spec(client_order_id, venue_order_id)
        if known is not None and known.is_open:
            spec = known.venue_order_id
        path = f"{context.rest.account}/orders/{quoted(spec)}/cancel"
        try:
            reply = await context.rest.call("PUT", path, "cancel")
            ended = reply.get("orderCancelTransaction")
            number = ended.get("orderID") if isinstance(ended, dict) else None
            if not isinstance(number, str):
                raise unreadable("the reply lacks the order", repr(reply), "cancel")
            known = context.tracker.find(symbol, venue_order_id=number)
            if known is not None:
                known = context.tracker.merge(mapping.ended(known, ended, context.tables, "cancel"))
            return await self._after_cancel(number, known)
        except UnknownOrderError:
            raise
        except VenueError as error:
            if not context.rest.retry.advice(error, "cancel").must_reconcile:
                raise
            found = await self._recovery.after_unknown(
                lambda: self._look_up(symbol, spec), lambda order: not order.is_open
            )
            if found is None:
                raise
            return found

    async def _after_cancel(self, number: str, known: Order | None) -> Order:
        """The reply does not say what had filled: the order is read once more."""
        try:
            return await self._by_number(number)
        except VenueError:
            if known is None:
                raise
            return known

    async def replace(
        self,
        symbol: str,
        *,
        venue_order_id: str,
        request: OrderRequest,
        must_cancel: bool = True,
    ) -> Order:
        """Cancel an order and place another in one request; return the new one. Both happen, or neither."""
        if not must_cancel:
            raise InvalidOrderError(
                "oanda places nothing in place of an order that is gone; nothing was sent",
                venue=VENUE,
                operation="replace",
                outcome=Outcome.NOT_APPLIED,
            )
        context = self._context
        body = {"order": self._body(request, "replace")}
        before = self._known(request)
        path = f"{context.rest.account}/orders/{quoted(venue_order_id)}"
        try:
            reply = await context.rest.call("PUT", path, "replace", body=body)
            ended = reply.get("orderCancelTransaction")
            old = context.tracker.find(symbol, venue_order_id=venue_order_id)
            if old is not None and isinstance(ended, dict):
                context.tracker.merge(mapping.ended(old, ended, context.tables, "replace"))
            rest = {name: row for name, row in reply.items() if name != "orderCancelTransaction"}
            return await self._read_created(rest, "replace")
        except UnknownOrderError:
            raise
        except VenueError as error:
            return await self._find_placed(request, before, error, "replace")

    # ------------------------------------------------------------ reads

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order, open or not.

        Raises:
            UnknownOrderError: The venue knows no such order (NOT_APPLIED: a query changes nothing).
        """
        spec = _spec(client_order_id, venue_order_id)
        return await self._look_up(symbol, spec)

    async def _look_up(self, symbol: str, spec: str) -> Order:
        if spec.startswith("@"):
            return await self._by_name(symbol, spec[1:])
        return await self._by_number(spec)

    async def _by_number(self, spec: str) -> Order:
        rest = self._context.rest
        reply = await rest.call("GET", f"{rest.account}/orders/{quoted(spec)}", "order")
        return await self._complete(reply.get("order"), last_id(reply, "order"), "order")

    async def _by_name(self, symbol: str, client_order_id: str) -> Order:
        """The venue finds pending orders by their names; those that have ended are looked for."""
        try:
            return await self._by_number(f"@{client_order_id}")
        except UnknownOrderError as error:
            rest = self._context.rest
            params = {
                "state": "ALL",
                "instrument": mapping.theirs(symbol),
                "count": str(PAGE),
            }
            while True:
                reply = await rest.call("GET", f"{rest.account}/orders", "order", params=params)
                page = mapping.rows(reply, "orders", "order")
                for row in page:
                    if mapping.client_id(row) == client_order_id:
                        return await self._complete(row, last_id(reply, "order"), "order")
                if len(page) < PAGE:
                    raise error
                params["beforeID"] = str(id_of(page[-1], "order"))

    async def _complete(self, data: Any, newest: int, operation: str) -> Order:
        """An order, with what its transactions tell of it."""
        data = await self._ledger.with_instrument(data, operation)
        state = mapping.order(data, self._context.tables, operation)
        if _is_touched(data):
            first = int(state.venue_order_id)
            rows = await self._ledger.between(first, newest, _ENDS)
            state = self._ledger.told(_fresh(state), rows, await self._ledger.currency(), operation)
        return self._context.tracker.merge(state)

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of one instrument or of all."""
        rest = self._context.rest
        reply = await rest.call("GET", f"{rest.account}/pendingOrders", "open_orders")
        newest = last_id(reply, "open_orders")
        found = [
            await self._complete(row, newest, "open_orders")
            for row in mapping.rows(reply, "orders", "open_orders")
        ]
        # News that overtook this reply may have closed some of them.
        return [order for order in found if order.is_open and symbol in (None, order.symbol)]

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        """Orders of an instrument, open or not, oldest first; all of them without a limit."""
        rest, found = self._context.rest, list[Any]()
        params = {"state": "ALL", "instrument": mapping.theirs(symbol)}
        newest = 0
        while limit is None or len(found) < limit:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            wire = {**params, "count": str(size)}
            reply = await rest.call("GET", f"{rest.account}/orders", "order_history", params=wire)
            newest = max(newest, last_id(reply, "order_history"))
            page = mapping.rows(reply, "orders", "order_history")
            found += page
            if len(page) < size:
                break
            params["beforeID"] = str(id_of(page[-1], "order_history"))
        if not found:
            return []
        oldest = id_of(found[-1], "order_history")
        ends: dict[str, list[Any]] = {}
        for row in await self._ledger.between(oldest, newest, _ENDS):
            ends.setdefault(str(row.get("orderID")), []).append(row)
        currency = await self._ledger.currency()
        orders = []
        for data in reversed(found):
            whole = await self._ledger.with_instrument(data, "order_history")
            state = mapping.order(whole, self._context.tables, "order_history")
            rows = ends.get(state.venue_order_id, [])
            state = self._ledger.told(_fresh(state), rows, currency, "order_history")
            orders.append(self._context.tracker.refine(state))
        return orders

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """The account's fills of an instrument or of one order, oldest first, all of them."""
        balance, newest = await self._ledger.summary()
        first = 1 if venue_order_id is None else int(venue_order_id)
        found = [
            mapping.fill(row, self._context.tables, balance.currency, "fills")
            for row in await self._ledger.between(first, newest, "ORDER_FILL")
        ]
        return [
            fill
            for fill in found
            if fill.symbol == symbol and venue_order_id in (None, fill.venue_order_id)
        ]

    async def balances(self) -> Sequence[Balance]:
        """The account's balance, in its one currency."""
        return [(await self._ledger.summary())[0]]

    async def positions(self) -> Sequence[Position]:
        """Positions that are open."""
        rest = self._context.rest
        reply = await rest.call("GET", f"{rest.account}/openPositions", "positions")
        found = mapping.rows(reply, "positions", "positions")
        return [mapping.position(row, self._context.tables) for row in found]

    # ------------------------------------------------------------ streams

    def stream_orders(self) -> AbstractAsyncContextManager[Any]:
        """The account's orders as they change: ``Order``."""
        return self._account.reader(Order)

    def stream_fills(self) -> AbstractAsyncContextManager[Any]:
        """The account's fills, each exactly once: ``Fill``."""
        return self._account.reader(Fill)

    def stream_balances(self) -> AbstractAsyncContextManager[Any]:
        """The balance as it changes: ``Balance``."""
        return self._account.reader(Balance)


def _spec(client_order_id: str | None, venue_order_id: str | None) -> str:
    if venue_order_id is not None:
        return venue_order_id
    if client_order_id is None:
        raise ValueError("an order is named by its client order id or its venue order id")
    return f"@{client_order_id}"


def _is_touched(data: Any) -> bool:
    """Whether transactions tell more of an order than itself."""
    return bool({"fillingTransactionID", "cancellingTransactionID"} & data.keys())


def _fresh(state: Order) -> Order:
    """An order before anything became of it: its transactions say the rest."""
    return replace(state, status=OrderStatus.NEW)

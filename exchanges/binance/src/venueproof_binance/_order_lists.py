"""Order lists over REST."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from venueproof_binance import mapping
from venueproof_binance._trading import Trading
from venueproof_binance.errors import VENUE, unreadable
from venueproof_binance.list_mapping import ListRow, list_params, list_row
from venueproof_binance.rest import (
    CANCEL_LIST,
    OPEN_LISTS,
    ORDER_LIST,
    PLACE_OCO,
    PLACE_OTO,
    PLACE_OTOCO,
)
from venueproof_core import Outcome
from venueproof_core.errors import InvalidOrderError, UnknownOrderError, VenueError
from venueproof_core.models import Contingency, Order, OrderList, OrderListRequest

_ENDPOINTS = {
    Contingency.OCO: PLACE_OCO,
    Contingency.OTO: PLACE_OTO,
    Contingency.OTOCO: PLACE_OTOCO,
}


class OrderLists(Trading):
    """Orders whose fates are tied, beside single ones."""

    async def place_list(self, request: OrderListRequest) -> OrderList:
        """Place orders whose fates are tied, all or none.

        An outcome that is unknown is looked up by the client list id; the list is never sent again.
        """
        context, endpoint = self._context, _ENDPOINTS[request.contingency]
        venue_symbol = await context.symbols.theirs(request.symbol)
        try:
            params = list_params(request, venue_symbol, context.tables)
        except (KeyError, ValueError) as error:
            raise InvalidOrderError(
                f"the list cannot be written: {error}; nothing was sent",
                venue=VENUE,
                operation=endpoint.operation,
                outcome=Outcome.NOT_APPLIED,
            ) from error
        # Older orders that had the same names say nothing about these.
        known = [
            context.tracker.find(request.symbol, client_order_id=order.client_order_id)
            for order in request.orders
        ]
        older = {order.venue_order_id for order in known if order is not None}
        try:
            reply = await context.rest.call(endpoint, {**params, "newOrderRespType": "FULL"})
            return await self._reported(reply, request.symbol, endpoint.operation)
        except VenueError as error:
            found = await self._list_after(
                error,
                endpoint.operation,
                request.symbol,
                {"origClientOrderId": request.client_list_id},
                lambda row: not older & set(row.order_ids),
            )
            if found is None:
                raise
            return found

    async def cancel_list(
        self, symbol: str, *, client_list_id: str | None = None, venue_list_id: str | None = None
    ) -> OrderList:
        """Cancel every open order of a list and return its terminal state.

        Raises:
            UnknownOrderError: The venue knows no such open list. Outcome UNKNOWN: its orders may have filled.
        """
        context = self._context
        ids = _ids(client_list_id, venue_list_id, "listClientOrderId")
        params = {"symbol": await context.symbols.theirs(symbol), **ids}
        try:
            reply = await context.rest.call(CANCEL_LIST, params)
            return await self._reported(reply, symbol, CANCEL_LIST.operation)
        except UnknownOrderError:
            raise
        except VenueError as error:
            by = _ids(client_list_id, venue_list_id, "origClientOrderId")
            found = await self._list_after(
                error, CANCEL_LIST.operation, symbol, by, lambda row: row.is_done
            )
            if found is None:
                raise
            return found

    async def order_list(
        self, symbol: str, *, client_list_id: str | None = None, venue_list_id: str | None = None
    ) -> OrderList:
        """One order list, open or not, its orders as they are now.

        Raises:
            UnknownOrderError: The venue knows no such list (NOT_APPLIED: a query changes nothing).
        """
        ids = _ids(client_list_id, venue_list_id, "origClientOrderId")
        reply = await self._context.rest.call(ORDER_LIST, ids)
        row = list_row(reply, self._context.tables, ORDER_LIST.operation)
        return await self._with_orders(row, symbol, {})

    async def open_order_lists(self) -> Sequence[OrderList]:
        """Order lists of all instruments with an open order."""
        context = self._context
        await context.symbols.ensure_loaded()
        reply = await context.rest.call(OPEN_LISTS)
        rows = [
            list_row(data, context.tables, OPEN_LISTS.operation)
            for data in mapping.rows(reply, OPEN_LISTS.operation)
        ]
        if not rows:
            return []
        known = {order.venue_order_id: order for order in await self.open_orders()}
        found = []
        for row in rows:
            symbol = context.symbols.ours(row.venue_symbol)
            if symbol is None:
                raise unreadable("a list of an unlisted symbol", repr(row), OPEN_LISTS.operation)
            found.append(await self._with_orders(row, symbol, known))
        # Its last order may have ended between the two replies.
        return [one for one in found if one.is_open]

    async def _reported(self, reply: Any, symbol: str, operation: str) -> OrderList:
        """A list from a reply with reports of those of its orders that the request has changed."""
        context = self._context
        row = list_row(reply, context.tables, operation)
        reports = [
            mapping.order(report, symbol, context.tables, operation)
            for report in mapping.rows(reply.get("orderReports"), operation)
        ]
        told = {report.venue_order_id: context.tracker.merge(report) for report in reports}
        return await self._with_orders(row, symbol, told)

    async def _with_orders(self, row: ListRow, symbol: str, told: Mapping[str, Order]) -> OrderList:
        orders = [
            told[order_id] if order_id in told else await self._query(symbol, {"orderId": order_id})
            for order_id in row.order_ids
        ]
        return row.holding(symbol, orders)

    async def _list_after(
        self,
        error: VenueError,
        operation: str,
        symbol: str,
        ids: dict[str, str],
        is_settled: Callable[[ListRow], bool],
    ) -> OrderList | None:
        """Ask what became of a list after an unknown outcome; ``None`` where there is nothing to ask or to find."""
        context = self._context
        if not context.rest.retry.advice(error, operation).must_reconcile:
            return None

        async def query() -> ListRow:
            reply = await context.rest.call(ORDER_LIST, ids, is_repeated=False)
            return list_row(reply, context.tables, ORDER_LIST.operation)

        row = await self._recovery.after_unknown(query, is_settled)
        return None if row is None else await self._with_orders(row, symbol, {})


def _ids(client_list_id: str | None, venue_list_id: str | None, name: str) -> dict[str, str]:
    ids = {}
    if client_list_id is not None:
        ids[name] = client_list_id
    if venue_list_id is not None:
        ids["orderListId"] = venue_list_id
    if not ids:
        raise ValueError("a list is named by its client list id or its venue list id")
    return ids

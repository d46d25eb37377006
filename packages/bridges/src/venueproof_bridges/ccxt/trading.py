"""Orders and the account over ccxt's REST client."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from venueproof_bridges.ccxt import values
from venueproof_bridges.ccxt.client import CcxtClient
from venueproof_bridges.ccxt.market_data import all_pages
from venueproof_core.models import (
    Balance,
    FeeRates,
    Fill,
    Order,
    OrderRequest,
    OrderType,
)

_LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})
_TAKE_PROFITS = frozenset({OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT})


class Trading:
    """The private half of the connector, without streams."""

    _client: CcxtClient

    # ------------------------------------------------------------ writes

    async def place(self, request: OrderRequest) -> Order:
        """Place one order and return it as ccxt tells it."""
        symbol = values.their_symbol(request.symbol)
        side, params = request.side.value.lower(), order_params(request)
        if request.quote_quantity is not None:
            row = await self._client.call(
                "place",
                "create_market_order_with_cost",
                symbol,
                side,
                _float(request.quote_quantity),
                params,
            )
        else:
            row = await self._client.call("place", "create_order", symbol, *_terms(request), params)
        return self._client.read("place", values.order, row)

    async def cancel(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """Cancel an open order and return it as ccxt tells it."""
        row = await self._client.call(
            "cancel",
            "cancel_order",
            venue_order_id or "",
            values.their_symbol(symbol),
            _named(client_order_id),
        )
        return self._client.read("cancel", values.order, row)

    async def cancel_all(self, symbol: str) -> Sequence[Order]:
        """Cancel every open order of an instrument."""
        rows = await self._client.call(
            "cancel_all", "cancel_all_orders", values.their_symbol(symbol)
        )
        return [self._client.read("cancel_all", values.order, row) for row in rows]

    async def replace(
        self, symbol: str, *, venue_order_id: str, request: OrderRequest, must_cancel: bool = True
    ) -> Order:
        """Cancel an order and place another; return the new one as ccxt tells it.

        Raises:
            NotImplementedError: The new one shall be placed even if the old one was not cancelled.
        """
        if not must_cancel:
            raise NotImplementedError("ccxt: edit_order has no unified mode besides its own")
        row = await self._client.call(
            "replace",
            "edit_order",
            venue_order_id,
            values.their_symbol(symbol),
            *_terms(request),
            order_params(request),
        )
        return self._client.read("replace", values.order, row)

    # ------------------------------------------------------------ reads

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order, open or not."""
        row = await self._client.call(
            "order",
            "fetch_order",
            venue_order_id or "",
            values.their_symbol(symbol),
            _named(client_order_id),
        )
        return self._client.read("order", values.order, row)

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of one instrument or of all."""
        theirs = None if symbol is None else values.their_symbol(symbol)
        rows = await self._client.call("open_orders", "fetch_open_orders", theirs)
        return self._orders("open_orders", rows)

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        """Orders of an instrument, open or not, oldest first; all of them without a limit."""
        rows = await self._client.call(
            "order_history",
            "fetch_orders",
            values.their_symbol(symbol),
            limit=limit,
            params=all_pages(self._client, "fetch_orders") if limit is None else {},
        )
        return self._orders("order_history", rows)

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """The account's fills of an instrument or of one order, oldest first."""
        theirs = values.their_symbol(symbol)
        if venue_order_id is not None:
            rows = await self._client.call("fills", "fetch_order_trades", venue_order_id, theirs)
        else:
            rows = await self._client.call(
                "fills",
                "fetch_my_trades",
                theirs,
                params=all_pages(self._client, "fetch_my_trades"),
            )
        return [self._client.read("fills", values.fill, row) for row in rows]

    async def balances(self) -> Sequence[Balance]:
        """Funds by currency."""
        row = await self._client.call("balances", "fetch_balance")
        return self._client.read("balances", values.balances, row)

    async def fee_rates(self, symbol: str) -> FeeRates:
        """What the account pays as maker and as taker."""
        row = await self._client.call("fee_rates", "fetch_trading_fee", values.their_symbol(symbol))
        return self._client.read("fee_rates", values.fee_rates, row, symbol)

    def _orders(self, operation: str, rows: Sequence[values.Row]) -> list[Order]:
        return [self._client.read(operation, values.order, row) for row in rows]


def order_params(request: OrderRequest) -> dict[str, Any]:
    """What ccxt takes besides symbol, type, side, amount and price, by its own names."""
    params: dict[str, Any] = {"clientOrderId": request.client_order_id}
    if request.time_in_force is not None:
        params["timeInForce"] = request.time_in_force.value
    if request.post_only:
        params["postOnly"] = True
    if request.display_quantity is not None:
        params["icebergAmount"] = _float(request.display_quantity)
    if request.self_trade_prevention is not None:
        params["selfTradePrevention"] = request.self_trade_prevention.value
    return params | _trigger_params(request)


def _trigger_params(request: OrderRequest) -> dict[str, Any]:
    is_target = request.order_type in _TAKE_PROFITS
    stop_price = _float(request.stop_price)
    if request.trailing_ratio is not None:
        params: dict[str, Any] = {
            "trailingPercent": _float(request.trailing_ratio * 100),
            "stopLossOrTakeProfit": "takeProfit" if is_target else "stopLoss",
        }
        return params if stop_price is None else {**params, "trailingTriggerPrice": stop_price}
    if stop_price is None:
        return {}
    return {"takeProfitPrice" if is_target else "triggerPrice": stop_price}


def _terms(request: OrderRequest) -> tuple[str, str, float | None, float | None]:
    kind = "limit" if request.order_type in _LIMITED else "market"
    side = request.side.value.lower()
    return kind, side, _float(request.quantity), _float(request.price)


def _float(value: Decimal | None) -> float | None:
    # ccxt documents its amounts as floats.
    return None if value is None else float(value)


def _named(client_order_id: str | None) -> dict[str, str]:
    return {} if client_order_id is None else {"clientOrderId": client_order_id}

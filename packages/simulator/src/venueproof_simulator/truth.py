"""What is so: a world's state in the words of the control plane."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from venueproof_core.control import (
    TruthBalance,
    TruthBook,
    TruthConnection,
    TruthFill,
    TruthInstrument,
    TruthLimit,
    TruthOrder,
    TruthTrade,
)
from venueproof_core.models import Side
from venueproof_simulator.quoting import OrderFilled, QuotingCore
from venueproof_simulator.venue_core import InvariantBroken, OrderState, Traded, to_decimal

if TYPE_CHECKING:
    from venueproof_simulator.world import World

TRAILING_UNITS = 10_000
"""A core counts the turn of a trailing order in these parts of the price."""


def book(world: World, symbol: str, version: int | None) -> TruthBook:
    """The book at a version, or now.

    Raises:
        KeyError: No such instrument, or it never had that version.
        InvariantBroken: The book now and the changes that led to it are not the same.
    """
    core = world.core
    is_now = version is None
    if version is None:
        version = core.version(symbol)
    sides = core.levels_at(symbol, version)
    if sides is None:
        raise KeyError(f"{symbol} never had version {version}")
    # The venue answers from the levels, streams from their changes: a level lost in one of them would show nowhere
    # else, since connectors are held against what is said here.
    if is_now and sides != (core.levels(symbol, Side.BUY), core.levels(symbol, Side.SELL)):
        raise InvariantBroken(f"{symbol}: its levels are not what its changes make")
    bids, asks = ([(to_decimal(p), to_decimal(q)) for p, q in side] for side in sides)
    return TruthBook(symbol=symbol, version=version, bids=bids, asks=asks)


def orders(world: World, symbol: str | None, account: str | None) -> list[TruthOrder]:
    """Every order of the accounts (never the house's), by rising id."""
    names = [account] if account else list(world.accounts)
    rows = [_order(world, state) for name in names for state in world.core.orders(name, symbol)]
    return sorted(rows, key=lambda row: int(row.venue_order_id))


def _order(world: World, state: OrderState) -> TruthOrder:
    def money(units: int | None) -> object:
        return None if units is None else to_decimal(units)

    return TruthOrder.model_validate(
        {
            "account": state.account,
            "symbol": state.symbol,
            "client_order_id": state.client_order_id,
            "venue_order_id": world.dialect.order_id_text(state.order_id),
            "side": state.side.value,
            "order_type": state.order_type.value,
            "status": state.status.value,
            "time_in_force": state.time_in_force.value,
            "post_only": state.post_only,
            "price": money(state.price),
            "stop_price": money(state.stop_price),
            "quantity": money(state.quantity),
            "quote_quantity": money(state.quote_quantity),
            "display_quantity": money(state.display_quantity),
            "trailing_ratio": None
            if state.trailing_delta is None
            else Decimal(state.trailing_delta) / TRAILING_UNITS,
            "self_trade_prevention": state.self_trade_prevention.value,
            "venue_list_id": None if state.list_id is None else str(state.list_id),
            "filled_quantity": money(state.filled_quantity),
            "filled_notional": money(state.filled_notional),
            "created_time_ns": state.created_time_ns,
            "updated_time_ns": state.updated_time_ns,
        }
    )


def fills(world: World, symbol: str | None, account: str | None) -> list[TruthFill]:
    """Every fill of the accounts, oldest first; a self trade is two."""
    names = {account} if account else set(world.accounts)
    if isinstance(world.core, QuotingCore):
        return [
            _dealt(world, event, world.core.prices.home_asset)
            for event in world.core.log
            if isinstance(event, OrderFilled)
            and event.order.account in names
            and symbol in (None, event.order.symbol)
        ]
    symbols = [symbol] if symbol else list(world.core.instruments)
    rows = []
    for name in symbols:
        seeded = world.history.seeded_count(name)
        for trade in world.core.trades(name):
            for is_maker in (False, True):
                state = trade.maker if is_maker else trade.taker
                if state.account in names:
                    rows.append(_fill(world, trade, state, is_maker, seeded))
    return rows


def _fill(world: World, trade: Traded, state: OrderState, is_maker: bool, seeded: int) -> TruthFill:
    return TruthFill(
        account=state.account,
        symbol=trade.symbol,
        trade_id=world.dialect.trade_id_text(seeded + trade.trade_id),
        client_order_id=state.client_order_id,
        venue_order_id=world.dialect.order_id_text(state.order_id),
        side=state.side.value,
        price=to_decimal(trade.price),
        quantity=to_decimal(trade.quantity),
        fee=to_decimal(trade.maker_fee if is_maker else trade.taker_fee),
        fee_currency=trade.maker_fee_asset if is_maker else trade.taker_fee_asset,
        liquidity="MAKER" if is_maker else "TAKER",
        venue_time_ns=trade.time_ns,
    )


def _dealt(world: World, event: OrderFilled, home_asset: str) -> TruthFill:
    """A fill at a dealer's ladder: whoever deals with a dealer takes."""
    state = event.order
    return TruthFill(
        account=state.account,
        symbol=state.symbol,
        trade_id=world.dialect.trade_id_text(event.sequence),
        client_order_id=state.client_order_id,
        venue_order_id=world.dialect.order_id_text(state.order_id),
        side=state.side.value,
        price=to_decimal(event.price),
        quantity=to_decimal(event.quantity),
        fee=to_decimal(event.commission),
        fee_currency=home_asset,
        liquidity="TAKER",
        venue_time_ns=event.time_ns,
    )


def balances(world: World, account: str | None) -> list[TruthBalance]:
    """Funds of the accounts, by account and currency."""
    return [
        TruthBalance(
            account=name,
            currency=asset,
            available=to_decimal(available),
            locked=to_decimal(locked),
        )
        for name in ([account] if account else sorted(world.accounts))
        for asset, (available, locked) in sorted(world.core.balances(name).items())
    ]


def trades(world: World, symbol: str, limit: int) -> list[TruthTrade]:
    """The newest public prints, oldest first, seeded ones included."""
    return [
        TruthTrade(
            symbol=symbol,
            trade_id=world.dialect.trade_id_text(trade.trade_id),
            price=to_decimal(trade.price),
            quantity=to_decimal(trade.quantity),
            taker_side=trade.taker_side.value,
            venue_time_ns=trade.time_ns,
        )
        for trade in world.history.trades(symbol)[-limit:]
    ]


def instruments(world: World) -> list[TruthInstrument]:
    """Rules of every instrument, in the venue's order."""
    rows = []
    for rules in world.core.instruments.values():
        optional = (rules.maximum_quantity, rules.minimum_notional)
        maximum, notional = (None if units is None else to_decimal(units) for units in optional)
        rows.append(
            TruthInstrument(
                symbol=rules.symbol,
                base=rules.base,
                quote=rules.quote,
                tick_size=to_decimal(rules.tick_size),
                lot_size=to_decimal(rules.lot_size),
                minimum_quantity=to_decimal(rules.minimum_quantity),
                maximum_quantity=maximum,
                minimum_notional=notional,
                status=rules.status.value,
            )
        )
    return rows


def connections(world: World) -> list[TruthConnection]:
    """Stream connections, live and ended, in order of opening."""
    return [
        TruthConnection(
            id=connection.id,
            endpoint=connection.endpoint,
            is_open=connection.is_open,
            opened_time_ns=connection.opened_time_ns,
            closed_time_ns=connection.closed_time_ns,
            close_code=connection.close_code,
            subscriptions=list(connection.subscriptions),
            channels=list(dict.fromkeys(connection.channels.values())),
            pings=connection.pings,
            pongs=connection.pongs,
            frames_sent=connection.frames_sent,
        )
        for connection in world.connections.values()
    ]


def limits(world: World) -> list[TruthLimit]:
    """Rate limit windows now."""
    return [
        TruthLimit(name=name, used=used, limit=limit, resets_in_s=resets, banned_for_s=banned)
        for name, used, limit, resets, banned in world.dialect.limits()
    ]

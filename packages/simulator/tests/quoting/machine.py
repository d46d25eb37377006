"""A state machine over the quote-driven core: two accounts, three instruments, margin, closeouts."""

from collections import Counter
from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from venueproof_core.models import InstrumentStatus, OrderType, Side, TimeInForce
from venueproof_simulator.quoting import TERMS, PositionFill, QuotingCore, Terms, TriggerBy
from venueproof_simulator.quoting.events import OrderFilled
from venueproof_simulator.quoting.terms import LIMIT_TYPES, terms_of
from venueproof_simulator.venue_core import (
    SCALE,
    FeeSchedule,
    InstrumentRules,
    OrderChanged,
    Refused,
    SubmitOrder,
)

SYMBOLS = ["EUR-USD", "EUR-GBP", "GBP-USD"]
ACCOUNTS = ["net", "hedged"]
TICK = SCALE // 1000

symbols, accounts = st.sampled_from(SYMBOLS), st.sampled_from(ACCOUNTS)
sides, fills, kinds = (
    st.sampled_from(Side),
    st.sampled_from(PositionFill),
    st.sampled_from(OrderType),
)
prices = st.integers(900, 1100).map(lambda ticks: ticks * TICK)
quantities = st.integers(1, 300).map(lambda lots: lots * SCALE)
sizes = st.lists(st.integers(50, 300), max_size=3)


class Dealing(RuleBasedStateMachine):
    """Accounts of 15 at 5 %, so that refusals and closeouts happen."""

    steps: ClassVar[int] = 0
    """Calls of the core, refused ones included, by all machines of this class."""
    met: ClassVar[Counter[Enum | type]] = Counter()
    """What has happened in them: refusals, types of events, reasons of expiry."""

    def __init__(self) -> None:
        super().__init__()
        rules = [
            InstrumentRules(
                symbol=symbol,
                base=symbol[:3],
                quote=symbol[4:],
                tick_size=TICK,
                lot_size=SCALE,
                minimum_quantity=SCALE,
            )
            for symbol in SYMBOLS
        ]
        self.core = QuotingCore(rules, home_asset="USD", conversion_spread=500_000)
        for name in ACCOUNTS:
            funds = {"USD": 15 * SCALE}
            fees = FeeSchedule(taker_ppm=10)
            self.core.open_account(name, funds, fees, is_hedging=name == "hedged")
        self.now = 1000
        self.read = 0

    def tick(self) -> int:
        type(self).steps += 1
        self.now += 1
        return self.now

    @initialize()
    def quote_everything(self) -> None:
        for symbol in SYMBOLS:
            self.move(symbol, 1000 * TICK, 1, [300, 300], [300, 300])

    @rule(symbol=symbols, middle=prices, half=st.integers(1, 5), bids=sizes, asks=sizes)
    def move(self, symbol: str, middle: int, half: int, bids: list[int], asks: list[int]) -> None:
        bid, ask = middle - half * TICK, middle + half * TICK
        self.core.set_ladder(
            symbol,
            [(bid - i * TICK, size * SCALE) for i, size in enumerate(bids)],
            [(ask + i * TICK, size * SCALE) for i, size in enumerate(asks)],
            self.tick(),
        )

    @rule(symbol=symbols, middle=prices)
    def jump(self, symbol: str, middle: int) -> None:
        """A deep ladder somewhere else, so that closeouts find liquidity."""
        self.move(symbol, middle, 1, [900], [900])

    @rule(account=accounts, symbol=symbols, side=sides, quantity=quantities, fill=fills)
    def trade(
        self, account: str, symbol: str, side: Side, quantity: int, fill: PositionFill
    ) -> None:
        terms = Terms(position_fill=fill)
        self.submit(account, symbol, side, OrderType.MARKET, quantity, terms=terms)

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        kind=kinds,
        quantity=quantities,
        price=prices,
        stop=prices,
        lives=st.sampled_from([TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]),
        by=st.sampled_from(TriggerBy),
        lifetime=st.none() | st.integers(1, 9),
    )
    def wait(
        self,
        account: str,
        symbol: str,
        side: Side,
        kind: OrderType,
        quantity: int,
        price: int,
        stop: int,
        lives: TimeInForce,
        by: TriggerBy,
        lifetime: int | None,
    ) -> None:
        expires = None if lifetime is None else self.now + lifetime
        terms = Terms(trigger_by=by, expires_time_ns=expires)
        self.submit(
            account, symbol, side, kind, quantity, price=price, stop=stop, lives=lives, terms=terms
        )

    @rule(account=accounts, pick=st.integers(0, 5), kind=kinds, distance=st.integers(-40, 40))
    def protect(self, account: str, pick: int, kind: OrderType, distance: int) -> None:
        """An order that follows one of the open trades."""
        trades = [trade for trade in self.core.margin_trades(account) if trade.is_open]
        if trades:
            trade = trades[pick % len(trades)]
            side = Side.SELL if trade.units > 0 else Side.BUY
            price = trade.price // TICK * TICK + distance * TICK
            terms = Terms(trade_id=trade.trade_id)
            self.submit(
                account, trade.symbol, side, kind, None, price=price, stop=price, terms=terms
            )

    def submit(
        self,
        account: str,
        symbol: str,
        side: Side,
        kind: OrderType,
        quantity: int | None,
        *,
        price: int | None = None,
        stop: int | None = None,
        lives: TimeInForce = TimeInForce.GTC,
        terms: Terms,
    ) -> None:
        request = SubmitOrder(
            account=account,
            symbol=symbol,
            side=side,
            order_type=kind,
            client_order_id="",
            quantity=quantity,
            price=price if kind in LIMIT_TYPES else None,
            stop_price=None if kind in (OrderType.MARKET, OrderType.LIMIT) else stop,
            time_in_force=lives,
            attributes={TERMS: terms},
        )
        self.attempt(lambda: self.core.submit(request, time_ns=self.tick()))

    @rule(account=accounts, symbol=symbols, quantity=st.none() | quantities)
    def close(self, account: str, symbol: str, quantity: int | None) -> None:
        self.attempt(lambda: self.core.close(account, symbol, quantity, time_ns=self.tick()))

    @rule(trade_id=st.integers(1, 6), quantity=st.none() | quantities)
    def close_trade(self, trade_id: int, quantity: int | None) -> None:
        self.attempt(lambda: self.core.close_trade(trade_id, quantity, time_ns=self.tick()))

    @rule(pick=st.integers(0, 9), quantity=st.none() | quantities)
    def cancel_or_amend(self, pick: int, quantity: int | None) -> None:
        waiting = [order for name in ACCOUNTS for order in self.core.open_orders(name)]
        order_id = waiting[pick % len(waiting)].order_id if waiting else pick
        if quantity is None:
            self.attempt(lambda: self.core.cancel(order_id, time_ns=self.tick()))
        else:
            self.attempt(lambda: self.core.amend(order_id, quantity=quantity, time_ns=self.tick()))

    @rule(account=accounts, amount=st.integers(-9, 9))
    def transfer(self, account: str, amount: int) -> None:
        units = amount * SCALE
        self.attempt(lambda: self.core.transfer(account, "USD", units, time_ns=self.tick()))

    @rule(symbol=symbols, days=st.integers(1, 60))
    def finance(self, symbol: str, days: int) -> None:
        self.core.finance({symbol: (-3_000_000, 1_000_000)}, days=days, time_ns=self.tick())

    @rule(symbol=symbols, status=st.sampled_from(InstrumentStatus))
    def halt(self, symbol: str, status: InstrumentStatus) -> None:
        self.core.set_status(symbol, status)

    @rule(steps=st.integers(1, 5))
    def pass_time(self, steps: int) -> None:
        self.now += steps
        self.core.advance(self.tick())

    # A refusal must have changed nothing, so it may not have logged anything either.
    def attempt(self, call: Callable[[], object]) -> None:
        before = len(self.core.log)
        try:
            call()
        except Refused as refused:
            self.met[refused.reason] += 1
            assert len(self.core.log) == before

    @invariant()
    def log_explains_everything(self) -> None:
        self.core.check()

    @invariant()
    def log_goes_on(self) -> None:
        """Nothing is told of the past or twice, and nothing that was told changes place."""
        log = self.core.log
        last = log[self.read - 1].time_ns if self.read else 0
        for event in log[self.read :]:
            self.read += 1
            assert event.sequence == self.read
            assert last <= event.time_ns <= self.now, f"{last}, {self.now}: {event}"
            last = event.time_ns
            self.met[type(event)] += 1
            if isinstance(event, OrderChanged):
                self.met[event.kind] += 1
                if event.reason is not None:
                    self.met[event.reason] += 1
            elif isinstance(event, OrderFilled):
                self.met[terms_of(event.order).origin] += 1

    @invariant()
    def nav_is_balance_and_unrealised(self) -> None:
        for account in ACCOUNTS:
            worth = self.core.valuation(account)
            assert worth.nav == self.core.balances(account)["USD"][0] + worth.unrealised

    @invariant()
    def trades_add_up_to_positions(self) -> None:
        for account in ACCOUNTS:
            for symbol in SYMBOLS:
                trades = self.core.margin_trades(account, symbol)
                assert sum(t.units for t in trades) == self.core.position(account, symbol).net

    @invariant()
    def netting_account_never_holds_both_sides(self) -> None:
        for symbol in SYMBOLS:
            position = self.core.position("net", symbol)
            assert 0 in (position.long, position.short)

    @invariant()
    def limits_are_never_passed(self) -> None:
        for order in self.core.orders("net") + self.core.orders("hedged"):  # type: ignore[operator]
            if order.price is not None and order.filled_quantity:
                price = Fraction(order.filled_notional * SCALE, order.filled_quantity)
                is_kept = price <= order.price if order.side is Side.BUY else price >= order.price
                assert is_kept, f"order {order.order_id} filled at {price}, beyond {order.price}"

"""The quote-driven venue core: orders are dealt with at a dealer's ladder, on margin accounts.

Beyond ``VenueCore``: ``set_ladder`` moves the market, ``close_trade`` closes one trade, ``finance`` books
overnight interest; ``valuation``, ``position``, ``margin_trades`` and ``ladder`` tell the truth. Orders look
at the ladder when they are submitted and whenever it changes; time alone only expires them.
"""

from collections.abc import Mapping, Sequence

import msgspec

from venueproof_core.models import InstrumentStatus, OrderType, Side, TimeInForce
from venueproof_simulator.margin import Prices, Valuation
from venueproof_simulator.quoting.audit import audit
from venueproof_simulator.quoting.dealer import Dealer
from venueproof_simulator.quoting.events import LadderChanged
from venueproof_simulator.quoting.ladder import Bucket, Ladder, walk
from venueproof_simulator.quoting.orders import Orders
from venueproof_simulator.quoting.terms import TERMS, Origin, PositionFill, Terms, terms_of, trail
from venueproof_simulator.quoting.trades import MarginAccount, MarginTrade, Position
from venueproof_simulator.venue_core import (
    Event,
    ExpiryReason,
    FeeSchedule,
    InstrumentRules,
    OrderState,
    Refusal,
    Refused,
    SubmitOrder,
    Traded,
)

DEFAULT_MARGIN_RATE = 5_000_000


class QuotingCore:
    """A ``VenueCore`` with a dealer in place of an order book.

    Args:
        home_asset: What every account is kept in.
        margin_rates: By symbol, fractions in units of 1e-8; an instrument left out takes 5 %.
        conversion_spread: What converting a profit costs, and a loss adds, in units of 1e-8.

    Raises:
        ValueError: A quote asset cannot be converted into the home asset.
    """

    def __init__(
        self,
        instruments: Sequence[InstrumentRules],
        *,
        home_asset: str,
        margin_rates: Mapping[str, int] | None = None,
        conversion_spread: int = 0,
    ) -> None:
        self.log: list[Event] = []
        self.instruments: Mapping[str, InstrumentRules] = {
            rules.symbol: msgspec.structs.replace(rules) for rules in instruments
        }
        self.prices = Prices(
            instruments, home_asset=home_asset, conversion_spread=conversion_spread
        )
        self.margin_rates = dict.fromkeys(self.instruments, DEFAULT_MARGIN_RATE)
        self.margin_rates.update(margin_rates or {})
        self._orders = Orders(self.log)
        self._dealer = Dealer(self.log, self._orders, self.prices, self.margin_rates)
        self._ladders = {symbol: {1: Ladder(1, (), ())} for symbol in self.instruments}

    # ------------------------------------------------------------ accounts

    def open_account(
        self,
        name: str,
        balances: Mapping[str, int],
        fees: FeeSchedule,
        *,
        is_hedging: bool = False,
    ) -> None:
        """Create a margin account. Its funds are in the home asset; the taker fee is its commission."""
        if name in self._dealer.accounts:
            raise ValueError(f"account {name!r} exists")
        if foreign := balances.keys() - {self.prices.home_asset}:
            raise ValueError(f"accounts hold {self.prices.home_asset}, not {sorted(foreign)}")
        account = MarginAccount(name, fees, is_hedging=is_hedging)
        self._dealer.accounts[name] = account
        self._dealer.deposit(account, balances.get(self.prices.home_asset, 0), 0)

    def fees(self, account: str) -> FeeSchedule:
        """What an account pays; as maker it never trades."""
        return self._dealer.accounts[account].fees

    def transfer(self, account: str, asset: str, amount: int, *, time_ns: int) -> None:
        """Move money in or out; what covers margin or losses stays."""
        if asset != self.prices.home_asset:
            raise ValueError(f"accounts hold {self.prices.home_asset}, not {asset}")
        if amount < 0 and -amount > self.valuation(account).margin_available:
            raise Refused(Refusal.INSUFFICIENT_BALANCE)
        self._dealer.deposit(self._dealer.accounts[account], amount, time_ns)

    def finance(self, rates: Mapping[str, tuple[int, int]], *, days: int, time_ns: int) -> None:
        """Book overnight interest on every open trade.

        Args:
            rates: Symbol to the yearly rates of long and short trades, fractions in units of 1e-8;
                negative is a cost.
        """
        self._dealer.finance(rates, days=days, time_ns=time_ns)
        self._close_out(time_ns)

    def balances(self, account: str) -> Mapping[str, tuple[int, int]]:
        """The balance in the home asset. Margin locks nothing of it: see ``valuation``."""
        return {self.prices.home_asset: (self._dealer.accounts[account].balance, 0)}

    def valuation(self, account: str) -> Valuation:
        """NAV, margin and what they are made of, at the latest quotes."""
        return self._dealer.appraise(self._dealer.accounts[account])

    def position(self, account: str, symbol: str) -> Position:
        """Long and short units of an instrument."""
        return self._dealer.accounts[account].positions.get(symbol, Position())

    def margin_trades(self, account: str, symbol: str | None = None) -> Sequence[MarginTrade]:
        """An account's trades, open or not, by rising id."""
        return [
            trade
            for trade in self._dealer.trades.values()
            if trade.account == account and symbol in (None, trade.symbol)
        ]

    # ------------------------------------------------------------ orders

    def submit(self, request: SubmitOrder, *, time_ns: int) -> OrderState:
        """Take an order. What cannot be dealt at once is accepted and then expires, saying why.

        Raises:
            Refused: CANCEL_ONLY market, client order id of an open order, unknown or too small trade.
        """
        quantity = self._check(request)
        order = self._orders.accept(request, quantity=quantity, time_ns=time_ns)
        self._look(order, time_ns)
        self._close_out(time_ns)
        return order

    def cancel(
        self, order_id: int, *, time_ns: int, request_id: str | None = None, by_venue: bool = False
    ) -> OrderState:
        """End an open order."""
        order = self._open_order(order_id)
        if by_venue:
            self._orders.expire(order, ExpiryReason.VENUE, time_ns)
        else:
            self._orders.cancel(order, time_ns=time_ns, request_id=request_id)
        return order

    def amend(
        self, order_id: int, *, quantity: int, time_ns: int, request_id: str | None = None
    ) -> OrderState:
        """Reduce an open order's quantity; refused for orders that follow a trade."""
        order = self._open_order(order_id)
        if quantity > order.quantity:
            raise Refused(Refusal.QUANTITY_INCREASE)
        if quantity == order.quantity or terms_of(order).trade_id is not None:
            raise Refused(Refusal.NO_CHANGE)
        if quantity <= order.filled_quantity:
            self._orders.cancel(order, time_ns=time_ns, request_id=request_id)
        else:
            self._orders.amend(order, quantity, time_ns=time_ns, request_id=request_id)
        return order

    def modify(
        self,
        order_id: int,
        *,
        quantity: int | None,  # noqa: ARG002 - the interface of matching cores
        price: int | None,  # noqa: ARG002
        time_ns: int,  # noqa: ARG002
    ) -> OrderState:
        """Refuse: a dealer's order is replaced by another one."""
        self._open_order(order_id)
        raise Refused(Refusal.NO_CHANGE)

    def close(
        self,
        account: str,
        symbol: str,
        quantity: int | None,
        *,
        time_ns: int,
        side: Side | None = None,
    ) -> Sequence[OrderState]:
        """Reduce or close a position at the market, one order a side.

        Args:
            side: BUY closes the long trades, SELL the short ones; ``None`` all that are open.

        Raises:
            Refused: UNKNOWN_POSITION or EXCEEDS_POSITION; then nothing was closed.
        """
        position = self.position(account, symbol)
        held = [(Side.BUY, position.long), (Side.SELL, -position.short)]
        chosen = [(each, units) for each, units in held if units and side in (None, each)]
        if not chosen:
            raise Refused(Refusal.UNKNOWN_POSITION)
        if quantity is not None and any(quantity > units for _, units in chosen):
            raise Refused(Refusal.EXCEEDS_POSITION)
        terms = Terms(position_fill=PositionFill.REDUCE_ONLY, origin=Origin.POSITION_CLOSE)
        requests = [
            _closing(account, symbol, each, units if quantity is None else quantity, terms)
            for each, units in chosen
        ]
        return [self.submit(request, time_ns=time_ns) for request in requests]

    def close_trade(self, trade_id: int, quantity: int | None, *, time_ns: int) -> OrderState:
        """Reduce or close one trade at the market; ``None`` is all of it.

        Raises:
            Refused: UNKNOWN_POSITION or EXCEEDS_POSITION.
        """
        trade = self._dealer.trades.get(trade_id)
        if trade is None:
            raise Refused(Refusal.UNKNOWN_POSITION)
        terms = Terms(trade_id=trade_id, origin=Origin.TRADE_CLOSE)
        side = Side.BUY if trade.initial_units > 0 else Side.SELL
        request = _closing(trade.account, trade.symbol, side, quantity, terms)
        return self.submit(request, time_ns=time_ns)

    def order(self, order_id: int) -> OrderState | None:
        """An order, open or not."""
        return self._orders.get(order_id)

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's orders, open or not, by rising id."""
        return _of(self._orders.all(), account, symbol)

    def open_orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's open orders, by rising id."""
        return _of(self._orders.open(), account, symbol)

    def find_open(self, account: str, symbol: str, client_order_id: str) -> OrderState | None:
        """The open order with this client order id."""
        found = self.open_orders(account, symbol)
        return next((o for o in found if o.client_order_id == client_order_id), None)

    # ------------------------------------------------------------ market and time

    def set_ladder(
        self, symbol: str, bids: Sequence[Bucket], asks: Sequence[Bucket], time_ns: int
    ) -> None:
        """Put a new ladder in force: waiting orders look at it by rising id, then margins are checked.

        Raises:
            ValueError: The ladder is not one, or its time is not after the last one's.
        """
        ladder = Ladder(time_ns, tuple(bids), tuple(asks))
        if time_ns <= self.version(symbol):
            raise ValueError(f"{symbol}: ladder {time_ns} is not after {self.version(symbol)}")
        self._ladders[symbol][time_ns] = ladder
        self.prices.update(symbol, ladder.bid, ladder.ask)
        self.log.append(LadderChanged(len(self.log) + 1, time_ns, symbol, ladder))
        for order in self._orders.open():
            if order.symbol == symbol and self._orders.is_open(order):
                trail(order, ladder)
                self._look(order, time_ns)
        self._close_out(time_ns)

    def deal_with(
        self, order_id: int, bids: Sequence[Bucket], asks: Sequence[Bucket], *, time_ns: int
    ) -> OrderState:
        """Let one open order look at an offer that is made to it alone; the ladder in force stays."""
        order = self._open_order(order_id)
        failure = self._dealer.deal(order, Ladder(time_ns, tuple(bids), tuple(asks)), time_ns)
        self._orders.settle(order, failure, time_ns)
        self._close_out(time_ns)
        return order

    def set_status(self, symbol: str, status: InstrumentStatus) -> None:
        """Halt or resume an instrument. Waiting orders wait on, until the first ladder after it."""
        self.instruments[symbol].status = status

    def advance(self, time_ns: int) -> None:
        """End the orders whose time has come, earliest first."""
        due = []
        for order in self._orders.open():
            expires = terms_of(order).expires_time_ns
            if expires is not None and expires <= time_ns:
                due.append((expires, order.order_id, order))
        for _, _, order in sorted(due, key=lambda each: each[:2]):
            self._orders.expire(order, ExpiryReason.TIME_IN_FORCE, time_ns)

    def ladder(self, symbol: str) -> Ladder:
        """The ladder in force."""
        return next(reversed(self._ladders[symbol].values()))

    def levels(self, symbol: str, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        """(price, liquidity), best first."""
        return list(self.ladder(symbol).levels(side)[:depth])

    def version(self, symbol: str) -> int:
        """The time at which the ladder in force came, in nanoseconds; 1 before the first."""
        return self.ladder(symbol).version

    def levels_at(
        self, symbol: str, version: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Bids and asks of the ladder that came at exactly this time."""
        ladder = self._ladders[symbol].get(version)
        return None if ladder is None else (list(ladder.bids), list(ladder.asks))

    def trades(self, symbol: str) -> Sequence[Traded]:  # noqa: ARG002
        """None: a dealer prints no public trades. Fills are ``OrderFilled`` in the log."""
        return ()

    def check(self) -> None:
        """Replay the log, and compare with what the core holds."""
        self._orders.verify()
        audit(self.log, self._dealer, self._orders, self.prices, self.margin_rates)

    # ------------------------------------------------------------ inside

    def _check(self, request: SubmitOrder) -> int:
        terms = terms_of(request)
        if request.quote_quantity is not None or request.post_only:
            raise ValueError("a dealer takes neither orders by quote nor post-only orders")
        if request.quantity is None and terms.trade_id is None:
            raise ValueError("an order without a quantity must follow a trade")
        if request.quantity is not None and request.quantity <= 0:
            raise ValueError(f"quantity {request.quantity} is not positive")
        needs_expiry = request.time_in_force in (TimeInForce.GTD, TimeInForce.DAY)
        if needs_expiry and terms.expires_time_ns is None:
            raise ValueError(f"{request.time_in_force.value} needs Terms.expires_time_ns")
        if self.instruments[request.symbol].status is InstrumentStatus.CANCEL_ONLY:
            raise Refused(Refusal.MARKET_CLOSED)
        taken_ids = {order.client_order_id for order in self.open_orders(request.account)}
        if request.client_order_id and request.client_order_id in taken_ids:
            raise Refused(Refusal.DUPLICATE_CLIENT_ORDER_ID)
        if terms.trade_id is None and request.quantity is not None:
            return request.quantity
        account = self._dealer.accounts[request.account]
        direction = 1 if request.side is Side.BUY else -1
        trades = account.closable(request.symbol, direction, terms.trade_id)
        if not trades:
            raise Refused(Refusal.UNKNOWN_POSITION)
        held = abs(trades[0].units)
        if request.quantity is not None and request.quantity > held:
            raise Refused(Refusal.EXCEEDS_POSITION)
        return request.quantity or held

    def _open_order(self, order_id: int) -> OrderState:
        order = self._orders.get(order_id)
        if order is None or not self._orders.is_open(order):
            raise Refused(Refusal.UNKNOWN_ORDER)
        return order

    def _look(self, order: OrderState, time_ns: int) -> None:
        failure: ExpiryReason | None = ExpiryReason.MARKET_CLOSED
        if self.instruments[order.symbol].status is InstrumentStatus.TRADING:
            failure = self._dealer.deal(order, self.ladder(order.symbol), time_ns)
        self._orders.settle(order, failure, time_ns)

    # An instrument that is halted, or too thin for all of it, is tried again at the next ladder.
    def _close_out(self, time_ns: int) -> None:
        for account in self._dealer.accounts.values():
            if not account.open_trades or not self._dealer.appraise(account).must_close_out:
                continue
            terms = Terms(position_fill=PositionFill.REDUCE_ONLY, origin=Origin.MARGIN_CLOSEOUT)
            for symbol, position in list(account.positions.items()):
                for side, units in ((Side.BUY, position.long), (Side.SELL, -position.short)):
                    levels = self.ladder(symbol).levels(side)
                    if not units or walk(levels, units, None, side.opposite).quantity < units:
                        continue
                    if self.instruments[symbol].status is InstrumentStatus.TRADING:
                        request = _closing(account.name, symbol, side, units, terms)
                        order = self._orders.accept(request, quantity=units, time_ns=time_ns)
                        self._look(order, time_ns)


def _closing(
    account: str, symbol: str, side: Side, quantity: int | None, terms: Terms
) -> SubmitOrder:
    return SubmitOrder(
        account=account,
        symbol=symbol,
        side=side.opposite,
        order_type=OrderType.MARKET,
        client_order_id="",
        quantity=quantity,
        time_in_force=TimeInForce.FOK,
        attributes={TERMS: terms},
    )


def _of(orders: Sequence[OrderState], account: str, symbol: str | None) -> list[OrderState]:
    return [o for o in orders if o.account == account and symbol in (None, o.symbol)]

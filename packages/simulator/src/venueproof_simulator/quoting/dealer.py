"""The dealer: fills orders from the ladder, and keeps trades, positions and margin accounts."""

from collections.abc import Mapping
from fractions import Fraction

from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_simulator.margin import Prices, Valuation, appraise
from venueproof_simulator.quoting.events import (
    AccountChanged,
    OrderFilled,
    PositionChanged,
    TradeChanged,
    TradeEvent,
)
from venueproof_simulator.quoting.ladder import Found, Ladder, walk
from venueproof_simulator.quoting.orders import Orders
from venueproof_simulator.quoting.terms import PositionFill, is_reached, terms_of
from venueproof_simulator.quoting.trades import MarginAccount, MarginTrade, Plan
from venueproof_simulator.venue_core import (
    SCALE,
    BalanceChanged,
    Event,
    ExpiryReason,
    OrderState,
)

_PPM = 1_000_000
_DAYS_OF_YEAR = 365


class Dealer:
    """The other side of every fill.

    Attributes:
        accounts: By name.
        trades: Every trade there ever was, by id.
    """

    def __init__(
        self,
        log: list[Event],
        orders: Orders,
        prices: Prices,
        margin_rates: Mapping[str, int],
    ) -> None:
        self.accounts: dict[str, MarginAccount] = {}
        self.trades: dict[int, MarginTrade] = {}
        self._log = log
        self._orders = orders
        self._prices = prices
        self._margin_rates = margin_rates

    def appraise(self, account: MarginAccount) -> Valuation:
        """The account at the latest quotes."""
        return appraise(account.balance, account.lots(), self._prices, self._margin_rates)

    def deposit(self, account: MarginAccount, amount: int, time_ns: int) -> None:
        """Move money in, or out (negative)."""
        account.deposited += amount
        account.balance += amount
        self._log_balance(account, time_ns, delta=amount)
        self._log_account(account, time_ns)

    def deal(self, order: OrderState, ladder: Ladder, time_ns: int) -> ExpiryReason | None:
        """Trigger and fill an order as far as a ladder lets it.

        Returns:
            What kept a working order from being filled whole; else ``None``.
        """
        levels = ladder.levels(order.side.opposite)
        if not order.is_working:
            if not is_reached(order, ladder):
                return None
            self._orders.trigger(order, time_ns)
        elif order.order_type is OrderType.LIMIT and not is_reached(order, ladder):
            return ExpiryReason.PRICE_BOUND if levels else ExpiryReason.NO_LIQUIDITY
        if not self._prices.is_priced(order.symbol):
            return ExpiryReason.NO_LIQUIDITY

        account, terms = self.accounts[order.account], terms_of(order)
        direction = 1 if order.side is Side.BUY else -1
        is_whole_only = order.time_in_force is TimeInForce.FOK
        wanted = takeable = order.remaining_quantity
        closable = account.closable(order.symbol, direction, terms.trade_id)
        match account.rule(terms):
            case PositionFill.REDUCE_ONLY:
                takeable = min(wanted, sum(abs(trade.units) for trade in closable))
            case PositionFill.OPEN_ONLY if closable and not account.is_hedging:
                takeable = 0
        if takeable == 0:
            return ExpiryReason.POSITION_RULE

        found = walk(levels, takeable, order.price, order.side)
        failure = None
        if found.quantity < takeable:
            is_deep = sum(liquidity for _, liquidity in levels) >= takeable
            failure = ExpiryReason.PRICE_BOUND if is_deep else ExpiryReason.NO_LIQUIDITY
        elif takeable < wanted:
            failure = ExpiryReason.POSITION_RULE
        if found.quantity == 0 or (failure and is_whole_only):
            return failure
        plan = account.plan(order.symbol, direction * found.quantity, terms)
        if plan.opened and not self._is_affordable(account, order.symbol, plan, found):
            return ExpiryReason.INSUFFICIENT_MARGIN
        self._fill(order, account, ladder, plan, found, time_ns)
        return failure

    def finance(self, rates: Mapping[str, tuple[int, int]], *, days: int, time_ns: int) -> None:
        """Credit or charge every open trade: units x middle x rate x days / 365."""
        for account in self.accounts.values():
            total = 0
            for trade in account.open_trades.values():
                if trade.symbol not in rates:
                    continue
                long_rate, short_rate = rates[trade.symbol]
                rate = Fraction(long_rate if trade.units > 0 else short_rate, SCALE)
                middle = self._prices.quote(trade.symbol).middle
                raw = abs(trade.units) * middle * rate * days / _DAYS_OF_YEAR
                amount = self._prices.profit(trade.symbol, raw)
                trade.financing += amount
                total += amount
                self._log_trade(
                    TradeEvent.FINANCED, trade, time_ns, price=round(middle), financing=amount
                )
            if total:
                account.financing += total
                account.balance += total
                self._log_balance(account, time_ns)
                self._log_account(account, time_ns)

    def _commission(self, account: MarginAccount, symbol: str, found: Found) -> int:
        raw = Fraction(found.price * found.quantity * account.fees.taker_ppm, _PPM)
        return self._prices.value(symbol, raw)

    def _profits(self, plan: Plan, symbol: str, price: int) -> list[int]:
        return [
            self._prices.profit(symbol, (trade.price - price) * units)
            for trade, units in plan.reductions
        ]

    # A fill that needs no more margin than before is always affordable: it lowers the risk.
    def _is_affordable(self, account: MarginAccount, symbol: str, plan: Plan, found: Found) -> bool:
        balance = account.balance - self._commission(account, symbol, found)
        balance += sum(self._profits(plan, symbol, found.price))
        lots = account.lots_after(plan, symbol, found.price)
        after = appraise(balance, lots, self._prices, self._margin_rates)
        return (
            after.margin_used <= after.nav
            or after.margin_used <= self.appraise(account).margin_used
        )

    def _fill(
        self,
        order: OrderState,
        account: MarginAccount,
        ladder: Ladder,
        plan: Plan,
        found: Found,
        time_ns: int,
    ) -> None:
        symbol, price = order.symbol, found.price
        profits = self._profits(plan, symbol, price)
        commission = self._commission(account, symbol, found)
        notional = round(Fraction(price * found.quantity, SCALE))
        account.profit += sum(profits)
        account.commission += commission
        account.balance += sum(profits) - commission
        self._orders.fill(order, found.quantity, notional=notional, time_ns=time_ns)
        self._log.append(
            OrderFilled(
                sequence=len(self._log) + 1,
                time_ns=time_ns,
                order=order,
                ladder=ladder,
                quantity=found.quantity,
                price=price,
                notional=notional,
                status=order.status,
                filled_quantity=order.filled_quantity,
                filled_notional=order.filled_notional,
                profit=sum(profits),
                commission=commission,
                balance=account.balance,
            )
        )
        for (trade, units), profit in zip(plan.reductions, profits, strict=True):
            trade.profit += profit
            account.reduce(trade, units, time_ns=time_ns)
            kind = TradeEvent.REDUCED if trade.is_open else TradeEvent.CLOSED
            self._log_trade(
                kind, trade, time_ns, price=price, units=units, profit=profit, order=order
            )
        if plan.opened:
            trade = self._open(order, plan.opened, price, time_ns)
            account.open(trade)
            self._log_trade(
                TradeEvent.OPENED, trade, time_ns, price=price, units=plan.opened, order=order
            )
        self._log.append(
            PositionChanged(
                len(self._log) + 1, time_ns, account.name, symbol, account.positions[symbol]
            )
        )
        if sum(profits) != commission:
            self._log_balance(account, time_ns)
        self._log_account(account, time_ns)
        account.verify(symbol)
        for trade, _ in plan.reductions:
            self._follow(trade, time_ns)

    def _open(self, order: OrderState, units: int, price: int, time_ns: int) -> MarginTrade:
        margin = abs(units) * self._prices.quote(order.symbol).middle
        margin *= Fraction(self._margin_rates[order.symbol], SCALE)
        trade = MarginTrade(
            trade_id=len(self.trades) + 1,
            account=order.account,
            symbol=order.symbol,
            price=price,
            initial_units=units,
            units=units,
            initial_margin=self._prices.value(order.symbol, margin),
            opened_time_ns=time_ns,
        )
        self.trades[trade.trade_id] = trade
        return trade

    # Orders that wait to reduce a trade always cover what is left of it.
    def _follow(self, trade: MarginTrade, time_ns: int) -> None:
        for order in self._orders.following(trade.trade_id):
            if not trade.is_open:
                self._orders.expire(order, ExpiryReason.TRADE_CLOSED, time_ns)
            elif order.remaining_quantity != abs(trade.units):
                quantity = order.filled_quantity + abs(trade.units)
                self._orders.amend(order, quantity, time_ns=time_ns)

    def _log_trade(
        self,
        kind: TradeEvent,
        trade: MarginTrade,
        time_ns: int,
        *,
        price: int,
        units: int = 0,
        profit: int = 0,
        financing: int = 0,
        order: OrderState | None = None,
    ) -> None:
        self._log.append(
            TradeChanged(
                sequence=len(self._log) + 1,
                time_ns=time_ns,
                kind=kind,
                trade=trade,
                units=units,
                remaining_units=trade.units,
                price=price,
                profit=profit,
                financing=financing,
                order_id=None if order is None else order.order_id,
            )
        )

    def _log_balance(self, account: MarginAccount, time_ns: int, *, delta: int = 0) -> None:
        self._log.append(
            BalanceChanged(
                sequence=len(self._log) + 1,
                time_ns=time_ns,
                account=account.name,
                asset=self._prices.home_asset,
                available=account.balance,
                locked=0,
                delta=delta,
            )
        )

    def _log_account(self, account: MarginAccount, time_ns: int) -> None:
        valuation = self.appraise(account)
        self._log.append(AccountChanged(len(self._log) + 1, time_ns, account.name, valuation))

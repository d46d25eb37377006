"""Money beside the naive engine: who owns what by its fills and rates, and what its live orders lock."""

from collections import defaultdict
from collections.abc import Mapping

from packages.simulator.tests.matching.reference import LOT, TICK, Order, Reference
from venueproof_core.models import SelfTradePrevention, Side
from venueproof_simulator.venue_core import FeeSchedule, InstrumentRules

SCALE = 10**8
PER_TICK_LOT = TICK * LOT // SCALE


class Purse:
    """All accounts' money, worked out from the fills of one naive engine per instrument."""

    def __init__(
        self, instruments: Mapping[str, InstrumentRules], rates: Mapping[str, FeeSchedule]
    ) -> None:
        self.rates = rates
        self.assets = {symbol: (rules.base, rules.quote) for symbol, rules in instruments.items()}
        self.engines = {symbol: Reference(self.can_pay) for symbol in instruments}
        self.owned: dict[str, dict[str, int]] = {name: defaultdict(int) for name in rates}
        self.read = dict.fromkeys(instruments, 0)

    def catch_up(self) -> None:
        for symbol, engine in self.engines.items():
            base, quote = self.assets[symbol]
            for taker, maker, price, lots in engine.fills[self.read[symbol] :]:
                for order in (taker, maker):
                    name = order.request.account
                    fees = self.rates[name]
                    rate = fees.taker_ppm if order is taker else fees.maker_ppm
                    quantity, notional = lots * LOT, price * lots * PER_TICK_LOT
                    owned = self.owned[name]
                    if order.is_buy:
                        owned[base] += quantity - quantity * rate // 10**6
                        owned[quote] -= notional
                    else:
                        owned[base] -= quantity
                        owned[quote] += notional - notional * rate // 10**6
            self.read[symbol] = len(engine.fills)

    def locks(self) -> dict[tuple[str, str], int]:
        """By account and asset: a pair locks what the dearer of the two needs."""
        locked: dict[tuple[str, str], int] = defaultdict(int)
        for symbol, engine in self.engines.items():
            counted = set()
            for order in engine.standing:
                group = order.group
                pair = [] if group is None else [leg for leg in group.pair if leg.remaining]
                needs = need(order)
                if group is not None and len(pair) == 2 and order in pair:
                    needs = 0 if group.number in counted else max(need(leg) for leg in pair)
                    counted.add(group.number)
                locked[order.request.account, self.asset_given(symbol, order)] += needs
        return locked

    def asset_given(self, symbol: str, order: Order) -> str:
        base, quote = self.assets[symbol]
        return quote if order.is_buy else base

    def available(self, account: str, asset: str) -> int:
        self.catch_up()
        return self.owned[account][asset] - self.locks()[account, asset]

    def can_pay(self, order: Order, waits: bool) -> bool:
        """Whether an order that starts now, and locks nothing yet, has what it needs."""
        symbol = order.request.symbol
        needs = need(order)
        if order.is_buy and order.price is None and not waits:
            needs = self.cost(symbol, order, frozenset())
        return needs <= self.available(order.request.account, self.asset_given(symbol, order))

    def cost(self, symbol: str, order: Order, skipped: frozenset[str]) -> int:
        """Of all it could take, as far as the book goes."""
        makers = [
            (maker.price or 0, maker.remaining)
            for maker in self.engines[symbol].resting
            if order.would_take(maker) and maker.request.account not in skipped
        ]
        total, wanted = 0, order.remaining
        for price, lots in sorted(makers):
            taken = min(lots, wanted)
            total += price * taken * PER_TICK_LOT
            wanted -= taken
        return total

    def needs_to_start(self, order: Order) -> int:
        """What a new order must have available."""
        request = order.request
        if order.is_buy and request.order_type.value == "MARKET":
            if request.quote_quantity is not None:
                return request.quote_quantity
            is_skipped = request.self_trade_prevention is SelfTradePrevention.EXPIRE_MAKER
            skipped = frozenset({request.account}) if is_skipped else frozenset()
            return self.cost(request.symbol, order, skipped)
        return need(order)


def need(order: Order) -> int:
    """What a live order by itself has locked."""
    if order.request.side is Side.SELL:
        return order.remaining * LOT
    price = order.stop if order.price is None else order.price
    return (price or 0) * order.remaining * PER_TICK_LOT

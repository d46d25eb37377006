"""A state machine over the order-matching core: any sequence of calls, each checked from three sides.

The naive engine (``reference``, ``money``) foretells what a call must do or why it must be refused, the
witness reads the event log, and the core audits itself.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from enum import Enum
from typing import ClassVar, TypeVar

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from packages.simulator.tests.matching import drawing
from packages.simulator.tests.matching.drawing import ACCOUNTS, RICH, SYMBOLS
from packages.simulator.tests.matching.money import Purse
from packages.simulator.tests.matching.reference import LOT, TICK, Order, Reference
from packages.simulator.tests.matching.witness import Witness
from venueproof_core.models import InstrumentStatus, Side
from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.order_lists import Contingency, SubmitList
from venueproof_simulator.venue_core import (
    FeeSchedule,
    InstrumentRules,
    OrderChanged,
    OrderState,
    Refusal,
    Refused,
    SubmitOrder,
)

T = TypeVar("T")
TRADING, HALTED = InstrumentStatus.TRADING, InstrumentStatus.HALTED
TIERS = ((0, 777), (1000, 777), (-250, 777), (900, 1000))
POOR = {"BTC": 10 * LOT, "ETH": 40 * LOT, "USDT": 10**7}

indexes = st.integers(0, 50)


class Trading(RuleBasedStateMachine):
    """Two instruments that share an asset; three accounts that can pay for anything, one that often cannot."""

    steps: ClassVar[int] = 0
    """Calls of the core, refused ones included, by all machines of this class."""
    met: ClassVar[Counter[Enum | type]] = Counter()
    """What has happened in them: refusals, kinds of events, reasons of expiry."""

    def __init__(self) -> None:
        super().__init__()
        rules = {symbol: rules_of(symbol) for symbol in SYMBOLS}
        rates = {
            name: FeeSchedule(maker_ppm=maker, taker_ppm=taker)
            for name, (maker, taker) in zip(ACCOUNTS, TIERS, strict=True)
        }
        self.core = MatchingCore(list(rules.values()), audit_every=7)
        self.purse = Purse(rules, rates)
        self.witness = Witness(rules, rates)
        for name in ACCOUNTS:
            funds = dict.fromkeys(POOR, 10**13) if name in RICH else POOR
            self.core.open_account(name, funds, rates[name])
            for asset, amount in funds.items():
                self.purse.owned[name][asset] += amount
        self.witness.follow(self.core.log, 0)
        self.now = 1000
        self.told_fills = dict.fromkeys(SYMBOLS, 0)

    # ------------------------------------------------------------ calls

    def call(self, make: Callable[[int], T], refusal: Refusal | None) -> T | None:
        """Make one call, which must be refused for this reason or not at all; ``None``: it was."""
        type(self).steps += 1
        before = len(self.core.log)
        self.now += 1
        try:
            result = make(self.now)
            reason = None
        except Refused as refused:
            result, reason = None, refused.reason
        assert reason is refusal, f"{reason}, expected {refusal}"
        if reason is not None:
            assert len(self.core.log) == before, "a refused call was told"
            self.met[reason] += 1
            return None
        self.witness.follow(self.core.log, self.now)
        for event in self.core.log[before:]:
            self.met[type(event)] += 1
            if isinstance(event, OrderChanged):
                self.met[event.kind] += 1
                if event.reason is not None:
                    self.met[event.reason] += 1
        return result

    def submit(self, request: SubmitOrder, *, client_order_id: str | None = None) -> None:
        name = client_order_id or f"order-{self.now}"
        request = msgspec.structs.replace(request, client_order_id=name)
        order = self.call(
            lambda now: self.core.submit(request, time_ns=now), self.refusal_of(request)
        )
        if order is not None:
            self.engine(request).submit(order.order_id, request)

    @rule(request=drawing.orders)
    def submit_any(self, request: SubmitOrder) -> None:
        self.submit(request)

    @rule(requests=drawing.bursts)
    def submit_several(self, requests: list[SubmitOrder]) -> None:
        """Limit orders and takers, one after the other: what fills the book and empties it."""
        for request in requests:
            self.submit(request)
            self.compare()

    @rule(request=drawing.order_lists)
    def submit_list(self, request: SubmitList) -> None:
        legs = tuple(
            msgspec.structs.replace(leg, client_order_id=f"leg-{self.now}-{place}")
            for place, leg in enumerate(request.legs)
        )
        request = msgspec.structs.replace(request, client_list_id=f"list-{self.now}", legs=legs)
        order_list = self.call(
            lambda now: self.core.submit_list(request, time_ns=now), self.refusal_of_list(request)
        )
        if order_list is not None:
            first = order_list.legs[0].order_id
            self.engine(request).submit_list(order_list.list_id, first, request)

    @precondition(lambda self: self.has_live())
    @rule(index=indexes, by_venue=st.booleans(), renames=st.booleans())
    def cancel(self, index: int, by_venue: bool = False, renames: bool = False) -> None:
        order = self.pick(index)
        request_id = f"cancel-{self.now}" if renames else None
        is_shut = not by_venue and self.status(order.symbol) is HALTED
        done = self.call(
            lambda now: self.core.cancel(
                order.order_id, time_ns=now, by_venue=by_venue, request_id=request_id
            ),
            Refusal.MARKET_CLOSED if is_shut else None,
        )
        if done is not None:
            self.engine(order).cancel(order.order_id)

    @precondition(lambda self: self.has_live())
    @rule(index=indexes, request=drawing.limits)
    def replace(self, index: int, request: SubmitOrder) -> None:
        """As clients do it: one order goes, another one comes."""
        order = self.pick(index)
        self.cancel(index)
        self.submit(msgspec.structs.replace(request, account=order.account, symbol=order.symbol))

    @rule(index=indexes, request=drawing.limits)
    def blunder(self, index: int, request: SubmitOrder) -> None:
        """Cancel what is not live, or use the name of an order that is."""
        live = [order.number for order in self.live()]
        if live and index % 2:
            order = self.pick(index)
            request = msgspec.structs.replace(request, account=order.account)
            self.submit(request, client_order_id=order.client_order_id)
        elif index not in live:
            self.call(lambda now: self.core.cancel(index, time_ns=now), Refusal.UNKNOWN_ORDER)

    @precondition(lambda self: self.has_live())
    @rule(index=indexes, quantity=st.sampled_from(drawing.QUANTITIES), renames=st.booleans())
    def amend(self, index: int, quantity: int, renames: bool) -> None:
        order = self.pick(index)
        request_id = f"amend-{self.now}" if renames else None
        refusal = None
        if self.status(order.symbol) is not TRADING:
            refusal = Refusal.MARKET_CLOSED
        elif quantity > order.quantity:
            refusal = Refusal.QUANTITY_INCREASE
        elif quantity == order.quantity:
            refusal = Refusal.NO_CHANGE
        taken = order.filled_quantity + order.prevented_quantity
        done = self.call(
            lambda now: self.core.amend(
                order.order_id, quantity=quantity, time_ns=now, request_id=request_id
            ),
            refusal,
        )
        if done is not None:
            self.engine(order).amend(order.order_id, max(quantity - taken, 0) // LOT)

    @rule(
        account=st.sampled_from(ACCOUNTS),
        asset=st.sampled_from(sorted(POOR)),
        lots=st.integers(-5, 5),
    )
    def transfer(self, account: str, asset: str, lots: int) -> None:
        amount = lots * LOT
        is_too_much = self.purse.available(account, asset) + amount < 0
        before = len(self.core.log)
        self.call(
            lambda now: self.core.transfer(account, asset, amount, time_ns=now),
            Refusal.INSUFFICIENT_BALANCE if is_too_much else None,
        )
        if len(self.core.log) > before:
            self.purse.owned[account][asset] += amount

    @rule(
        stays=st.integers(0, 9).map(lambda number: number == 9),
        status=st.sampled_from(InstrumentStatus),
        request=drawing.limits,
    )
    def halt(self, stays: bool, status: InstrumentStatus, request: SubmitOrder) -> None:
        """Mostly for one order only, or nothing else would happen."""
        self.core.set_status(request.symbol, status)
        self.submit(request)
        if not stays:
            self.core.set_status(request.symbol, TRADING)

    @precondition(lambda self: any(self.status(symbol) is not TRADING for symbol in SYMBOLS))
    @rule()
    def resume(self) -> None:
        for symbol in SYMBOLS:
            self.core.set_status(symbol, TRADING)

    # ------------------------------------------------------------ what is expected

    def engine(self, request: SubmitOrder | SubmitList | OrderState) -> Reference:
        return self.purse.engines[request.symbol]

    def status(self, symbol: str) -> InstrumentStatus:
        return self.core.instruments[symbol].status

    def live(self) -> list[Order]:
        live = [order for engine in self.purse.engines.values() for order in engine.live]
        return sorted(live, key=lambda order: order.number)

    def has_live(self) -> bool:
        return any(engine.live for engine in self.purse.engines.values())

    def pick(self, index: int) -> OrderState:
        live = self.live()
        order = self.core.order(live[index % len(live)].number)
        assert order is not None
        return order

    def refusal_of(self, request: SubmitOrder) -> Refusal | None:
        """Why the venue must not take this order, if so."""
        if self.status(request.symbol) is not TRADING:
            return Refusal.MARKET_CLOSED
        names = [self.core.order(order.number) for order in self.live()]
        if any(
            (one.account, one.client_order_id) == (request.account, request.client_order_id)
            for one in names
            if one is not None
        ):
            return Refusal.DUPLICATE_CLIENT_ORDER_ID
        return self.refusal_to_start(request)

    def refusal_to_start(self, request: SubmitOrder) -> Refusal | None:
        engine = self.engine(request)
        order = Order(0, request, (request.quantity or 0) // LOT)
        if request.quote_quantity is not None:
            order.remaining = engine.lots_for(order, request.quote_quantity)
            if not order.remaining:
                return Refusal.NO_LIQUIDITY
        if order.is_pending and engine.fills and order.is_reached(engine.fills[-1][2]):
            return Refusal.WOULD_TRIGGER
        if request.post_only and not order.is_pending and engine.best(order) is not None:
            return Refusal.WOULD_TAKE
        asset = self.purse.asset_given(request.symbol, order)
        if self.purse.needs_to_start(order) > self.purse.available(request.account, asset):
            return Refusal.INSUFFICIENT_BALANCE
        return None

    def refusal_of_list(self, request: SubmitList) -> Refusal | None:
        if self.status(request.symbol) is not TRADING:
            return Refusal.MARKET_CLOSED
        count = 2 if request.contingency is Contingency.OCO else 1
        reasons = [self.refusal_to_start(leg) for leg in request.legs[:count]]
        return next((reason for reason in reasons if reason is not None), None)

    # ------------------------------------------------------------ what is so

    @invariant()
    def compare(self) -> None:
        self.witness.agrees_with(self.core)
        self.compare_orders()
        self.compare_money()
        if self.now % 5 == 0:
            # The core's own audit finds nothing that the above does not, but must not find fault either.
            self.core.check()

    def compare_orders(self) -> None:
        remaining: dict[int, int] = {}
        open_lists: set[int] = set()
        for symbol, engine in self.purse.engines.items():
            self.compare_fills(symbol, engine)
            remaining |= {order.number: order.remaining for order in engine.live}
            open_lists |= {group.number for group in engine.groups if group.is_open}
            shown: dict[Side, dict[int, int]] = {side: defaultdict(int) for side in Side}
            for order in engine.resting:
                assert order.price is not None
                shown[order.request.side][order.price * TICK] += order.shown * LOT
            for side, levels in shown.items():
                assert dict(self.core.levels(symbol, side)) == levels
        assert remaining == {
            order.order_id: order.remaining_quantity // LOT
            for name in ACCOUNTS
            for order in self.core.open_orders(name)
        }
        assert self.witness.open_lists == open_lists

    def compare_fills(self, symbol: str, engine: Reference) -> None:
        read = self.told_fills[symbol]
        trades = self.core.trades(symbol)
        fills = [
            (t.taker.order_id, t.maker.order_id, t.price // TICK, t.quantity // LOT)
            for t in trades[read:]
        ]
        assert fills == [(t.number, m.number, *rest) for t, m, *rest in engine.fills[read:]]
        self.told_fills[symbol] = len(trades)

    def compare_money(self) -> None:
        self.purse.catch_up()
        locks = self.purse.locks()
        for name, owned in self.purse.owned.items():
            for asset, (available, locked) in self.core.balances(name).items():
                assert locked == locks[name, asset], f"{name} {asset}: {locks[name, asset]} locked"
                assert available + locked == owned[asset], f"{name} {asset}: {owned[asset]} owned"

    def teardown(self) -> None:
        """In the end everything is rebuilt from the log: every order, and the books as they were."""
        self.core.check()
        self.witness.knows_every_order_of(self.core)
        for symbol in SYMBOLS:
            version = self.core.version(symbol)
            now = (self.core.levels(symbol, Side.BUY), self.core.levels(symbol, Side.SELL))
            assert self.core.levels_at(symbol, version) == now
            assert self.core.levels_at(symbol, version + 1) is None
            assert self.core.levels_at(symbol, 1) == ([], [])


def rules_of(symbol: str) -> InstrumentRules:
    base, quote = symbol.split("-")
    return InstrumentRules(
        symbol=symbol, base=base, quote=quote, tick_size=TICK, lot_size=LOT, minimum_quantity=LOT
    )

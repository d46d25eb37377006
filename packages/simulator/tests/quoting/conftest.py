"""A dealing desk: one core, spoken to in decimal text."""

from decimal import Decimal

import pytest

from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_simulator.quoting import TERMS, QuotingCore, Terms
from venueproof_simulator.venue_core import (
    ExpiryReason,
    FeeSchedule,
    InstrumentRules,
    OrderChanged,
    OrderState,
    SubmitOrder,
    to_units,
)

FREE = FeeSchedule(maker_ppm=0, taker_ppm=0)


def units(text: str) -> int:
    return to_units(Decimal(text))


def rules(symbol: str) -> InstrumentRules:
    base, quote = symbol.split("-")
    return InstrumentRules(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_size=units("0.00001"),
        lot_size=units("1"),
        minimum_quantity=units("1"),
    )


class Desk:
    """Orders of the account ``main`` in EUR-USD unless said; every call is one nanosecond later."""

    def __init__(self, *symbols: str, home: str = "USD", **options: object) -> None:
        instruments = [rules(symbol) for symbol in symbols]
        self.core = QuotingCore(instruments, home_asset=home, **options)  # type: ignore[arg-type]
        self.home = home
        self.now = 1000

    def tick(self) -> int:
        self.now += 1
        return self.now

    def account(self, name: str, funds: str, *, hedging: bool = False, fees: FeeSchedule = FREE):
        self.core.open_account(name, {self.home: units(funds)}, fees, is_hedging=hedging)

    def quote(self, bids: str, asks: str, symbol: str = "EUR-USD") -> int:
        """``"1.1x500 1.0x500"``: prices and liquidity, best first."""
        sides = [
            [tuple(units(part) for part in bucket.split("x")) for bucket in side.split()]
            for side in (bids, asks)
        ]
        self.core.set_ladder(symbol, sides[0], sides[1], self.tick())
        return self.now

    def request(
        self,
        side: Side,
        quantity: str | None,
        kind: OrderType = OrderType.MARKET,
        *,
        price: str | None = None,
        stop: str | None = None,
        lives: TimeInForce = TimeInForce.GTC,
        client_id: str = "",
        account: str = "main",
        symbol: str = "EUR-USD",
        **terms: object,
    ) -> SubmitOrder:
        return SubmitOrder(
            account=account,
            symbol=symbol,
            side=side,
            order_type=kind,
            client_order_id=client_id,
            quantity=None if quantity is None else units(quantity),
            price=None if price is None else units(price),
            stop_price=None if stop is None else units(stop),
            time_in_force=lives,
            attributes={TERMS: Terms(**terms)},  # type: ignore[arg-type]
        )

    def buy(self, quantity: str | None, *args: object, **options: object) -> OrderState:
        return self._submit(Side.BUY, quantity, *args, **options)

    def sell(self, quantity: str | None, *args: object, **options: object) -> OrderState:
        return self._submit(Side.SELL, quantity, *args, **options)

    def _submit(self, side: Side, quantity: str | None, *args, **options) -> OrderState:
        request = self.request(side, quantity, *args, **options)
        return self.core.submit(request, time_ns=self.tick())

    def reason(self, order: OrderState) -> ExpiryReason | None:
        """Why the order expired."""
        changes = [e for e in self.core.log if isinstance(e, OrderChanged) and e.order is order]
        return changes[-1].reason

    def net(self, symbol: str = "EUR-USD", account: str = "main") -> int:
        return self.core.position(account, symbol).net


@pytest.fixture
def desk():
    """EUR-USD at 1.1000/1.1002 with 1000 + 2000 a side, and an account of 10 000 USD; audited at the end."""
    desk = Desk("EUR-USD")
    desk.account("main", "10000")
    desk.quote("1.1000x1000 1.0998x2000", "1.1002x1000 1.1004x2000")
    yield desk
    desk.core.check()


@pytest.fixture
def hedging_desk():
    """The same market, and a hedging account."""
    desk = Desk("EUR-USD")
    desk.account("main", "10000", hedging=True)
    desk.quote("1.1000x1000", "1.1002x1000")
    yield desk
    desk.core.check()


@pytest.fixture
def make_desk():
    """Desks of other instruments, audited at the end."""
    made = []

    def make(*symbols: str, **options: object) -> Desk:
        made.append(Desk(*symbols, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.core.check()


@pytest.fixture(name="units")
def units_fixture():
    """Decimal text to units."""
    return units

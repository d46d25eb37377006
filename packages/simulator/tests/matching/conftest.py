"""A trading desk: one core with one instrument, spoken to in whole units."""

from collections.abc import Sequence

import pytest

from venueproof_core.models import OrderStatus, OrderType, Side
from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.order_lists import (
    Contingency,
    ListChanged,
    ListEvent,
    OrderList,
    SubmitList,
)
from venueproof_simulator.venue_core import (
    SCALE,
    BalanceChanged,
    ExpiryReason,
    FeeSchedule,
    InstrumentRules,
    LevelChanged,
    OrderChanged,
    OrderEvent,
    OrderState,
    SubmitOrder,
    Traded,
)

SYMBOL = "BTC-USDT"
MONEY = ("quantity", "quote_quantity", "price", "stop_price", "display_quantity")


class Desk:
    """Orders of the account ``main`` unless said; every call is one nanosecond later.

    Prices, quantities and funds are numbers of whole units; one lot is 0.001, one tick 0.01.
    """

    def __init__(self) -> None:
        rules = InstrumentRules(
            symbol=SYMBOL,
            base="BTC",
            quote="USDT",
            tick_size=SCALE // 100,
            lot_size=SCALE // 1000,
            minimum_quantity=SCALE // 1000,
        )
        self.core = MatchingCore([rules])
        self.now = 1000
        self.count = 0
        for name in ("main", "other"):
            self.open(name)

    def open(self, name: str, *, btc: int = 100, usdt: int = 100_000, fees: int = 0) -> None:
        """An account with funds; ``fees`` in parts per million for maker and taker."""
        funds = {"BTC": btc * SCALE, "USDT": usdt * SCALE}
        self.core.open_account(name, funds, FeeSchedule(maker_ppm=fees, taker_ppm=fees))

    def tick(self) -> int:
        self.now += 1
        return self.now

    def request(self, side: Side, quantity: float | None, **options: object) -> SubmitOrder:
        """An order of ``main`` unless said."""
        self.count += 1
        fields: dict[str, object] = {
            "account": "main",
            "symbol": SYMBOL,
            "client_order_id": f"order-{self.count}",
            "order_type": OrderType.MARKET if options.get("price") is None else OrderType.LIMIT,
            "quantity": quantity,
        } | options
        for name in MONEY:
            value = fields.get(name)
            if value is not None:
                fields[name] = round(float(value) * SCALE)  # type: ignore[arg-type]
        return SubmitOrder(side=side, **fields)  # type: ignore[arg-type]

    def submit(self, side: Side, quantity: float | None, **options: object) -> OrderState:
        return self.core.submit(self.request(side, quantity, **options), time_ns=self.tick())

    def submit_list(
        self, contingency: Contingency, *legs: SubmitOrder, **options: object
    ) -> OrderList:
        """A list of ``main`` unless said."""
        self.count += 1
        fields: dict[str, object] = {
            "account": legs[0].account,
            "symbol": SYMBOL,
            "client_list_id": f"list-{self.count}",
        } | options
        request = SubmitList(contingency=contingency, legs=legs, **fields)  # type: ignore[arg-type]
        return self.core.submit_list(request, time_ns=self.tick())

    def buy(
        self, quantity: float | None, price: float | None = None, **options: object
    ) -> OrderState:
        return self.submit(Side.BUY, quantity, price=price, **options)

    def sell(
        self, quantity: float | None, price: float | None = None, **options: object
    ) -> OrderState:
        return self.submit(Side.SELL, quantity, price=price, **options)

    def cancel(self, order: OrderState, **options: object) -> OrderState:
        return self.core.cancel(order.order_id, time_ns=self.tick(), **options)  # type: ignore[arg-type]

    def amend(self, order: OrderState, quantity: float, **options: object) -> OrderState:
        return self.core.amend(
            order.order_id,
            quantity=round(quantity * SCALE),
            time_ns=self.tick(),
            **options,  # type: ignore[arg-type]
        )

    def sell_pair(self, **options: object) -> tuple[SubmitOrder, SubmitOrder]:
        """A stop at 95 and a limit at 110, for one unit unless said."""
        quantity = options.pop("quantity", 1)
        return (
            self.request(Side.SELL, quantity, order_type=OrderType.STOP, stop_price=95, **options),  # type: ignore[arg-type]
            self.request(Side.SELL, quantity, price=110, post_only=True, **options),  # type: ignore[arg-type]
        )

    def statuses(self, order_list: OrderList) -> list[OrderStatus]:
        """Of its legs, after an audit of everything."""
        self.core.check()
        return [leg.status for leg in order_list.legs]

    def trade_at(self, price: float) -> None:
        """Two others, who must have been opened, trade one unit."""
        self.sell(1, price, account="maker")
        self.buy(1, price, account="taker")

    @property
    def bids(self) -> list[tuple[float, float]]:
        return whole(self.core.levels(SYMBOL, Side.BUY))

    @property
    def asks(self) -> list[tuple[float, float]]:
        return whole(self.core.levels(SYMBOL, Side.SELL))

    @property
    def trades(self) -> list[tuple[float, float]]:
        """(price, quantity) of every trade, oldest first."""
        return whole([(trade.price, trade.quantity) for trade in self.core.trades(SYMBOL)])

    @property
    def makers(self) -> list[int]:
        """Order ids of the makers of every trade, oldest first."""
        return [trade.maker.order_id for trade in self.core.trades(SYMBOL)]

    def funds(self, account: str, asset: str) -> tuple[float, float]:
        """Available and locked."""
        available, locked = self.core.balances(account)[asset]
        return available / SCALE, locked / SCALE

    def story(self, order: OrderState) -> list[OrderEvent | type[Traded]]:
        """What happened to an order, in order."""
        told: list[OrderEvent | type[Traded]] = []
        for event in self.core.log:
            if isinstance(event, OrderChanged) and event.order is order:
                told.append(event.kind)
            elif isinstance(event, Traded) and order in (event.taker, event.maker):
                told.append(Traded)
        return told

    def reason(self, order: OrderState) -> ExpiryReason | None:
        """Why an order ended."""
        changes = [
            event
            for event in self.core.log
            if isinstance(event, OrderChanged) and event.order is order
        ]
        return changes[-1].reason

    def list_events(self, order_list: OrderList) -> list[ListEvent]:
        """What happened to a list, in order."""
        return [
            event.kind
            for event in self.core.log
            if isinstance(event, ListChanged) and event.order_list is order_list
        ]

    def kinds(self, since: int = 0) -> list[str]:
        """Names of the events after the first ``since``: kinds of order events, types of others."""
        return [
            event.kind.value if isinstance(event, OrderChanged) else type(event).__name__
            for event in self.core.log[since:]
        ]

    def changes(self) -> list[LevelChanged]:
        return [event for event in self.core.log if isinstance(event, LevelChanged)]

    def balance_changes(self, since: int = 0) -> list[BalanceChanged]:
        return [event for event in self.core.log[since:] if isinstance(event, BalanceChanged)]


def whole(pairs: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(price / SCALE, quantity / SCALE) for price, quantity in pairs]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def market(desk: Desk) -> Desk:
    """A desk whose last trade was at 100, with other accounts to trade on."""
    desk.open("maker")
    desk.open("taker")
    desk.trade_at(100)
    return desk

"""An account with its orders, and its seat at each book."""

from collections.abc import Iterable

from venueproof_simulator.ledger import Account, Holding
from venueproof_simulator.order_lists import OrderList
from venueproof_simulator.venue_core import FeeSchedule, OrderState


class Trader(Account):
    """An account that trades.

    Attributes:
        orders: All it ever had, by rising id; the core lists them when somebody asks.
        open: Those that can still fill or trigger, by client order id.
        lists: Order lists with an open leg, by client list id.
    """

    __slots__ = ("lists", "open", "orders")

    def __init__(self, name: str, assets: Iterable[str], fees: FeeSchedule) -> None:
        super().__init__(name, assets, fees)
        self.orders: list[OrderState] = []
        self.open: dict[str, OrderState] = {}
        self.lists: dict[str, OrderList] = {}


class Seat:
    """A trader at one book, with all that a trade there needs within one step."""

    __slots__ = ("base", "lists", "maker_ppm", "open", "quote", "taker_ppm")

    def __init__(self, trader: Trader, base: str, quote: str) -> None:
        self.open = trader.open
        self.lists = trader.lists
        self.base: Holding = trader.holdings[base]
        self.quote: Holding = trader.holdings[quote]
        self.maker_ppm = trader.fees.maker_ppm
        self.taker_ppm = trader.fees.taker_ppm

"""An account with its orders."""

from collections.abc import Iterable

from venueproof_simulator.ledger import Account
from venueproof_simulator.venue_core import FeeSchedule, OrderState


class Trader(Account):
    """An account that trades.

    Attributes:
        orders: All it ever had, by rising id.
        open: Those that can still fill or trigger, by client order id.
    """

    __slots__ = ("open", "orders")

    def __init__(self, name: str, assets: Iterable[str], fees: FeeSchedule) -> None:
        super().__init__(name, assets, fees)
        self.orders: list[OrderState] = []
        self.open: dict[str, OrderState] = {}

"""Orders whose fates are tied."""

from enum import Enum

import msgspec

from venueproof_core.models.orders import Order, OrderRequest


class Contingency(Enum):
    """How the orders of a list are tied.

    OCO: a pair; as soon as one executes the other one ends. OTO: the first works, the second is held back until the
    first has filled. OTOCO: the first works, and once it has filled the other two are a pair.
    """

    OCO = "OCO"
    OTO = "OTO"
    OTOCO = "OTOCO"


class OrderListRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Orders to place together: all of them, or none.

    Attributes:
        client_list_id: Differs from the client order ids of the orders.
        orders: All of one symbol, the working order first. A pair is one order that takes the profit (LIMIT or
            TAKE_PROFIT family) and one that ends the loss (STOP family), of one side and quantity.
    """

    contingency: Contingency
    client_list_id: str
    orders: tuple[OrderRequest, ...]

    @property
    def symbol(self) -> str:
        """The instrument of all of them."""
        return self.orders[0].symbol


class OrderList(msgspec.Struct, frozen=True, kw_only=True):
    """An order list as a connector knows it.

    Attributes:
        orders: As they stand now, by rising venue order id. One that is held back is NEW.
    """

    symbol: str
    client_list_id: str
    venue_list_id: str
    contingency: Contingency
    orders: tuple[Order, ...]

    @property
    def is_open(self) -> bool:
        """Whether any of its orders can still fill."""
        return any(order.is_open for order in self.orders)

"""What requests, frames and events are for, in our words, and how they are matched."""

from enum import Enum

from pydantic import BaseModel, ConfigDict


class ControlModel(BaseModel):
    """What all models of the control plane are: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class Operation(Enum):
    """What a request or frame is for, whatever the venue calls it."""

    PING = "ping"
    TIME = "time"
    INSTRUMENTS = "instruments"
    ORDER_BOOK = "order_book"
    TRADES = "trades"
    CANDLES = "candles"
    TICKER = "ticker"
    TOP_OF_BOOK = "top_of_book"
    PLACE = "place"
    TEST_PLACE = "test_place"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"
    AMEND = "amend"
    REPLACE = "replace"
    ORDER = "order"
    OPEN_ORDERS = "open_orders"
    ORDER_HISTORY = "order_history"
    PLACE_LIST = "place_list"
    CANCEL_LIST = "cancel_list"
    ORDER_LIST = "order_list"
    OPEN_ORDER_LISTS = "open_order_lists"
    FILLS = "fills"
    BALANCES = "balances"
    FEE_RATES = "fee_rates"
    POSITIONS = "positions"
    OPEN_PRIVATE_STREAM = "open_private_stream"
    RENEW_PRIVATE_STREAM = "renew_private_stream"
    CLOSE_PRIVATE_STREAM = "close_private_stream"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    LOGIN = "login"
    OTHER = "other"


class Channel(Enum):
    """What a stream carries."""

    ORDER_BOOK = "order_book"
    TRADES = "trades"
    TOP_OF_BOOK = "top_of_book"
    CANDLES = "candles"
    TICKER = "ticker"
    PRIVATE = "private"


class Tier(Enum):
    """How well a simulator serves something that the venue documents.

    ``must``: as documented, in all that clients can see. ``simple``: the documented shape, with little
    behind it. ``left out``: not served.
    """

    MUST = "must"
    SIMPLE = "simple"
    LEFT_OUT = "left out"


class Match(ControlModel):
    """Which requests, frames or events are meant; a field left out matches anything.

    Attributes:
        connection: Id of a stream connection, as in the journal.
        event: For private events: ``order``, ``fill`` or ``balance``.
    """

    operation: Operation | None = None
    channel: Channel | None = None
    symbol: str | None = None
    client_order_id: str | None = None
    connection: int | None = None
    event: str | None = None

"""Moving a world: market, money, clocks."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from venueproof_core.control.words import ControlModel

MAXIMUM_EVENTS_PER_S = 1000.0


class SetLevel(ControlModel):
    """Make the other participants' quantity at a price this much; zero takes it away."""

    kind: Literal["set_level"] = "set_level"
    symbol: str
    side: Literal["BUY", "SELL"]
    price: Decimal
    quantity: Decimal


class Print(ControlModel):
    """Another participant takes ``quantity`` from the book: ``side`` is the taker's."""

    kind: Literal["trade"] = "trade"
    symbol: str
    side: Literal["BUY", "SELL"]
    quantity: Decimal


class Walk(ControlModel):
    """``steps`` seeded changes: levels set and taken away, now and then a trade. Never crosses the book."""

    kind: Literal["walk"] = "walk"
    symbol: str
    steps: int = 1


class Move(ControlModel):
    """Shift the whole market to a new middle price: every other participant's level is replaced."""

    kind: Literal["move"] = "move"
    symbol: str
    middle: Decimal


class Halt(ControlModel):
    """Stop or resume trading of an instrument."""

    kind: Literal["halt"] = "halt"
    symbol: str
    status: Literal["TRADING", "CANCEL_ONLY", "HALTED"] = "HALTED"


class SetFlow(ControlModel):
    """Let a market move by itself, or stop it; what is left out stays as it is.

    Attributes:
        symbol: ``None`` is every instrument.
        events_per_s: Mean number of orders rested, taken back or taking; 0 stands still.
        volatility_bp: Basis points that the fair price moves in a second (standard deviation).
        drift_bp_per_s: Basis points that it goes up each second on average; negative is down.
    """

    kind: Literal["flow"] = "flow"
    symbol: str | None = None
    events_per_s: float | None = Field(default=None, ge=0, le=MAXIMUM_EVENTS_PER_S)
    volatility_bp: float | None = Field(default=None, ge=0, le=1000)
    drift_bp_per_s: float | None = Field(default=None, ge=-1000, le=1000)


class PastOrders(ControlModel):
    """An account placed so many orders far from the market, one after the other, and cancelled each."""

    kind: Literal["past_orders"] = "past_orders"
    symbol: str
    count: int
    account: str = "main"


MarketAction = Annotated[
    SetLevel | Print | Walk | Move | Halt | SetFlow | PastOrders, Field(discriminator="kind")
]


class MarketRequest(ControlModel):
    """Actions done in one go, in order. Answers ``{"versions": {symbol: book version after}}``.

    Attributes:
        is_one_event: What they change is told at once, in one update of the book; else by each action.
    """

    actions: list[MarketAction]
    is_one_event: bool = True


class CounterpartyRequest(ControlModel):
    """A second account trades against an open order, wherever it stands in the queue.

    Attributes:
        quantity: In base; ``None`` is all that remains.
    """

    symbol: str
    client_order_id: str | None = None
    venue_order_id: str | None = None
    quantity: Decimal | None = None


class TransferRequest(ControlModel):
    """Money enters (positive) or leaves an account from outside."""

    account: str = "main"
    currency: str
    amount: Decimal


class StampChange(ControlModel):
    """What the venue says the time is: real time plus an offset, drifting by parts per million."""

    offset_ms: float = 0.0
    drift_ppm: float = 0.0


class TimerAdvance(ControlModel):
    """Move the timer clock forward: expiries, windows, bans, cadences. Stamps stay."""

    advance_s: float


class ClockRequest(ControlModel):
    """Either clock, or both."""

    stamp: StampChange | None = None
    timers: TimerAdvance | None = None

"""Moving a world: market, money, clocks."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from venueproof_core.control.words import ControlModel


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


MarketAction = Annotated[SetLevel | Print | Walk | Move | Halt, Field(discriminator="kind")]


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

"""Walking the errors that a venue documents: each is answered to a call, and what the client made of it is kept."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from venueproof_core import Connector, Outcome, Retry, errors
from venueproof_core.control import DocumentedError, Match, Operation
from venueproof_core.errors import VenueError
from venueproof_suite.attempts import HurriedClock, impatient
from venueproof_suite.deadlines import violated
from venueproof_suite.errors import Inconclusive
from venueproof_suite.orders import OrderFactory
from venueproof_suite.world import World

Connect = Callable[..., Awaitable[Any]]
Call = Callable[[Any, str], Awaitable[Any]]
"""Makes one call of a client; the text is the client order id that it has to be about."""

_LANES = 6
_ENDPOINT = "rest"
_WRITES = frozenset({Operation.PLACE, Operation.CANCEL, Operation.AMEND, Operation.REPLACE})
_CLASSES = {
    kind: name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, VenueError)
}


@dataclass(frozen=True)
class Answered:
    """What a client made of one error.

    Attributes:
        value: What it raised, or returned.
        asked: How often it sent the request.
    """

    error: DocumentedError
    operation: Operation
    value: Any
    asked: int

    @property
    def kind(self) -> str:
        """Class of what was raised, in our words."""
        found = (_CLASSES[kind] for kind in type(self.value).__mro__ if kind in _CLASSES)
        return next(found, type(self.value).__name__)

    @property
    def outcome(self) -> Outcome:
        """What is so: a read changes nothing."""
        return self.error.outcome if self.operation in _WRITES else Outcome.NOT_APPLIED

    @property
    def retry(self) -> Retry:
        """Advice that fits."""
        is_write = self.operation in _WRITES
        return self.error.retry_of_write if is_write else self.error.retry_of_read

    @property
    def is_classified(self) -> bool:
        """Whether class, outcome and advice are what they should be."""
        value = self.value
        return isinstance(value, VenueError) and (
            self.kind in self.error.classes
            and value.outcome is self.outcome
            and value.retry is self.retry
        )

    def expected(self) -> str:
        """What should have been raised, in one line."""
        return f"{self._what()}: {self.error.classes[0]}, {self.outcome.value}, {self.retry.value}"

    def observed(self) -> str:
        """What was raised, in one line."""
        value = self.value
        if not isinstance(value, VenueError):
            return f"{self._what()}: {self.kind}"
        return f"{self._what()}: {self.kind}, {value.outcome.value}, {value.retry.value}"

    def _what(self) -> str:
        return f"{self.operation.value} {self.error.status} {self.error.code} {self.error.message}"


class Walk:
    """Answers every error that fits to calls of one kind.

    Args:
        connect: Makes clients. A venue's pause silences a client, so that each of them gets one pause at most.
    """

    def __init__(
        self, world: World, connect: Connect, connector: Connector, orders: OrderFactory
    ) -> None:
        self._world = world
        self._connect = connect
        self._connector = connector
        self._orders = orders

    async def client(self) -> Any:
        """A further client, for which time passes fast where it takes a clock."""
        return await self._connect(impatient(self._connector), clock=HurriedClock())

    async def errors(self, *, is_documented: bool = True) -> list[DocumentedError]:
        """What the venue can answer requests with."""
        return [
            error
            for error in await self._world.truth.errors()
            if _ENDPOINT in error.endpoints and error.is_documented is is_documented
        ]

    async def by_name(
        self, operation: Operation, call: Call, rows: Iterable[DocumentedError]
    ) -> list[Answered]:
        """Answer each error to a call of its own, several at once: a client order id tells them apart."""
        plain: list[DocumentedError] = []
        pauses: list[DocumentedError] = []
        for error in rows:
            (pauses if _asks_for_a_pause(error) else plain).append(error)
        lanes = max(_LANES, len(pauses))
        several = [plain[lane::lanes] + pauses[lane::lanes] for lane in range(lanes)]
        found = await asyncio.gather(
            *(self._lane(operation, call, lane) for lane in several if lane)
        )
        return [answered for lane in found for answered in lane]

    async def _lane(
        self, operation: Operation, call: Call, rows: Sequence[DocumentedError]
    ) -> list[Answered]:
        client = await self.client()
        found = []
        for error in rows:
            name = self._orders.client_order_id()
            match = Match(operation=operation, client_order_id=name)
            found.append(await self.answer(error, match, call(client, name)))
        return found

    async def one_by_one(
        self, client: Any, calls: Mapping[Operation, Call], rows: Iterable[DocumentedError]
    ) -> list[Answered]:
        """Answer each error to the first of these calls that it can answer."""
        found = []
        for error in rows:
            operation = next(one for one in error.operations if one in calls)
            call = calls[operation](client, self._orders.client_order_id())
            found.append(await self.answer(error, Match(operation=operation), call))
        return found

    async def answer(
        self, error: DocumentedError, match: Match, call: Awaitable[Any], *, applied: bool = False
    ) -> Answered:
        """Answer one error to one call, however often it is sent."""
        fault = await self._world.fault(
            "answer_error",
            match=match,
            count=None,
            must_fire=False,
            error=error.id,
            applied=applied,
        )
        value: Any
        try:
            value = await call
        except VenueError as raised:
            value = raised
        except Exception as raised:
            # Kept as it is: that it is no error of ours is what will be told.
            value = raised
        assert match.operation is not None
        return Answered(error, match.operation, value, await fault.remove())


def require(answered: Sequence[Answered], wrong: Sequence[Answered], message: str) -> None:
    """Go on only if none of what was answered is wrong.

    Raises:
        RuleViolation: With a line for each that is.
        Inconclusive: Nothing was answered at all.
    """
    if not any(one.asked for one in answered):
        raise Inconclusive("no request was answered with such an error")
    if wrong:
        violated(
            f"{len(wrong)} of {len(answered)} errors: {message}",
            expected=[one.expected() for one in wrong],
            observed=[one.observed() for one in wrong],
        )


def fits(error: DocumentedError, operations: Iterable[Operation]) -> bool:
    """Whether it can be the answer to one of these; one without operations answers anything."""
    return not error.operations or bool(set(error.operations) & set(operations))


def _asks_for_a_pause(error: DocumentedError) -> bool:
    return "RateLimitedError" in error.classes

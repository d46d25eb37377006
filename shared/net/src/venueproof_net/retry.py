"""Whether a failed call may be repeated. One pure function decides; tenacity only carries it out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from venueproof_core import Clock, Outcome
from venueproof_core.errors import ClockSkewError, RefusedError, Retry, VenueError
from venueproof_net.http import ClosedError

T = TypeVar("T")

WRITES = frozenset(
    {"place", "cancel", "cancel_all", "amend", "replace", "place_list", "cancel_list"}
)


@dataclass(frozen=True)
class RetryAdvice:
    """What to do about a failed call.

    Attributes:
        may_repeat: Sending it again is safe and may help.
        must_reconcile: It may have happened: ask the venue by client order id, never send it again.
        must_measure_clock: Our stamp was wrong; measure the venue's clock before repeating.
    """

    may_repeat: bool = False
    must_reconcile: bool = False
    must_measure_clock: bool = False


def classify(error: VenueError, operation: str) -> RetryAdvice:
    """Say what to do about ``error``.

    A refusal is final, except for a wrong stamp, which was refused before anything happened. A rate limit is
    told to the caller, and the pause is kept by the budget. Only reads are repeated.
    """
    if isinstance(error, ClockSkewError):
        return RetryAdvice(may_repeat=True, must_measure_clock=True)
    if operation in WRITES:
        return RetryAdvice(must_reconcile=error.outcome is Outcome.UNKNOWN)
    if isinstance(error, (RefusedError, ClosedError)):
        return RetryAdvice()
    return RetryAdvice(may_repeat=error.retry is Retry.LATER)


class RetryPolicy:
    """Carries advice out: a bounded number of attempts, with growing pauses on the clock."""

    attempts = 3
    first_pause_s = 0.1

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def advice(self, error: VenueError, operation: str) -> RetryAdvice:
        """What to do about ``error``."""
        return classify(error, operation)

    async def run(self, call: Callable[[], Awaitable[T]], operation: str) -> T:
        """Make the call, and make it again as long as that is advised; raise the last error."""

        def may_repeat(error: BaseException) -> bool:
            if not isinstance(error, VenueError):
                return False
            advice = self.advice(error, operation)
            return advice.may_repeat and not advice.must_measure_clock

        try:
            return await call()
        except VenueError as error:
            if self.attempts < 2 or not may_repeat(error):
                raise
        # Imported here: most calls succeed, and then nothing of it is needed.
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential

        await self._clock.sleep(self.first_pause_s)
        retrying = AsyncRetrying(
            retry=retry_if_exception(may_repeat),
            stop=stop_after_attempt(self.attempts - 1),
            wait=wait_exponential(multiplier=2 * self.first_pause_s),
            sleep=self._clock.sleep,
            reraise=True,
        )

        async def again() -> T:
            # A coroutine function: anything else tenacity would call without awaiting it.
            return await call()

        return await retrying(again)

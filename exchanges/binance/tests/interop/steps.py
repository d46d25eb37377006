"""What a client is asked to do, in the venue's words, and the running of it.

A scenario is a generator of steps. It is the same for every client that passes replies through as they
are; an adapter knows which of the client's calls reaches which endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from .checks import Kept, Line, Report
from .market import Span
from .steering import CannotSteerError, now_ms

Expect = Callable[[Any, Span], Any]


@dataclass(frozen=True)
class Step:
    """One request.

    Attributes:
        expect: Makes the expected reply, after the call, from the reply and when the call was under way.
    """

    endpoint: str
    params: Mapping[str, Any]
    expect: Expect


@dataclass(frozen=True)
class Refusal:
    """The venue's refusal, as a client shows it. ``data`` where the client keeps it."""

    code: int | None
    message: str
    status: int | None = None
    data: Any = None


Scenario = Generator[Step, Any, None]


@dataclass(frozen=True)
class Call:
    """A public call of a client that reaches an endpoint.

    Attributes:
        implied: Parameters that the call sets by itself: it is used where a step has them all.
        without: Parameters that the call cannot take.
    """

    name: str
    implied: Mapping[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def fits(self, params: Mapping[str, Any]) -> bool:
        """Whether a step can be made by this call."""
        is_taken = all(params.get(name) == value for name, value in self.implied.items())
        return is_taken and not self.without & set(params)


class Adapter(Protocol):
    """A client, by its calls."""

    calls: Mapping[str, Sequence[Call]]

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; the reply as the venue's JSON, or a ``Refusal``."""


def run(scenario: Scenario, adapter: Adapter, report: Report, prefix: str = "") -> None:
    """Make every step that the client has a call for.

    A call that is special (it fits fewer steps) and not yet made goes before one that fits all; a step for
    which there is no call is skipped and answered with ``None``.
    """
    made: set[str] = set()

    def make(step: Step) -> Any:
        call = choose(adapter.calls.get(step.endpoint, ()), step.params, made)
        if call is None:
            return None
        made.add(call.name)
        params = {name: value for name, value in step.params.items() if name not in call.implied}
        work = partial(adapter.call, call.name, step.endpoint, params)
        return compared(step, prefix + call.name, work, report)

    drive(scenario, make, report, prefix)


def drive(scenario: Scenario, make: Callable[[Any], Any], report: Report, prefix: str) -> None:
    """Make step after step; the reply of each goes back into the scenario."""
    reply: Any = None
    try:
        while True:
            reply = make(scenario.send(reply))
    except StopIteration:
        pass
    except (CannotSteerError, KeyError, IndexError, TypeError) as error:
        # What came before has left the world otherwise than the scenario needs it.
        report.failed(f"{prefix}(scenario)", "", error)


def choose(calls: Sequence[Call], params: Mapping[str, Any], made: set[str]) -> Call | None:
    """The call to use for a step."""
    fitting = [call for call in calls if call.fits(params)]
    fresh = [call for call in fitting if call.name not in made]
    return max(fresh or fitting, key=lambda call: len(call.implied), default=None)


def compared(step: Step, call: str, work: Callable[[], Any], report: Report) -> Any:
    """Do a step's work and compare its reply with what the step expects."""
    started = now_ms()
    try:
        reply = work()
    except Exception as error:  # any: whatever the client raises is its answer
        report.failed(call, step.endpoint, error)
        return None
    expected = step.expect(reply, Span(started, now_ms()))
    if isinstance(reply, Refusal) and not isinstance(expected, Refusal):
        text = f"$: refused with {reply.code} {reply.message!r} ({reply.status})"
        report.lines.append(Line(call, step.endpoint, 1, [text]))
    else:
        report.check(call, step.endpoint, _shown(expected, is_expected=True), _shown(reply))
    return reply


def _shown(value: Any, *, is_expected: bool = False) -> Any:
    if not isinstance(value, Refusal):
        return value
    shown = vars(value)
    if is_expected:
        # Not every client keeps the code, the status and what comes with a refusal.
        shown = {name: Kept(one) for name, one in shown.items()} | {"message": value.message}
    return {"refusal": shown}

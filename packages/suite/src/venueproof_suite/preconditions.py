"""Whether a case can run at all, from what is declared. Pure."""

from dataclasses import dataclass

from venueproof_core.capabilities import Support
from venueproof_core.rules import Rule, Steering
from venueproof_core.venue import Connector, Venue
from venueproof_core.verdict import Verdict
from venueproof_suite.checked import why_missing
from venueproof_suite.decorator import INTEGRATION, PERFORMANCE, SLOW, Case

Refusal = tuple[Verdict, str]


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a run is made with, as far as it decides which cases can run.

    Attributes:
        missing_credentials: Variables that private cases need and that are not set.
    """

    venue: Venue
    connector: Connector
    target: str
    is_steerable: bool
    allows_orders: bool
    runs_performance: bool
    runs_integration: bool
    runs_slow: bool
    missing_credentials: tuple[str, ...] = ()


def refusal(case: Case, given: Circumstances) -> Refusal | None:
    """Verdict and reason of a case that cannot run; ``None`` for one that can."""
    rule = case.rule
    return (
        _undeclared(rule, given.venue)
        or _left_out(rule, given.connector)
        or _out_of_reach(case, given)
        or _not_asked_for(rule, given)
    )


def _undeclared(rule: Rule, venue: Venue) -> Refusal | None:
    for name in rule.needs:
        declared = getattr(venue.capabilities, name)
        if declared.support is Support.UNSUPPORTED:
            text = f"{venue.title}: {name} is unsupported: {declared.reason} {declared.source}"
            return Verdict.UNSUPPORTED, text
        if declared.support is Support.UNDECLARED:
            text = f"{venue.title}: {name} is undeclared: declare it in the venue's capabilities"
            return Verdict.NOT_RUN, text
    return None


def _left_out(rule: Rule, connector: Connector) -> Refusal | None:
    for name in rule.calls:
        if name in connector.leaves_out:
            return Verdict.NOT_IMPLEMENTED, why_missing(name, connector.leaves_out)
    return None


def _out_of_reach(case: Case, given: Circumstances) -> Refusal | None:
    steering = case.rule.steering
    if steering is not Steering.NONE and not given.is_steerable:
        means = "control of the venue" if steering is Steering.CONTROL else "a second account"
        return Verdict.NOT_RUN, f"needs {means}, which the target {given.target} does not give"
    if case.is_private and not given.allows_orders:
        return Verdict.NOT_RUN, "private case on a live venue; --allow-live-orders runs it"
    if case.is_private and given.missing_credentials:
        return Verdict.NOT_RUN, f"private case; set {', '.join(given.missing_credentials)}"
    if case.needs_clock and not given.connector.takes_clock:
        return Verdict.NOT_RUN, "advances the injected clock, and the connector takes none"
    return None


def _not_asked_for(rule: Rule, given: Circumstances) -> Refusal | None:
    if PERFORMANCE in rule.markers and not given.runs_performance:
        return Verdict.NOT_RUN, "performance case; RUN_PERFORMANCE_TESTS=0 leaves it out"
    if INTEGRATION in rule.markers and not (given.runs_integration and not given.is_steerable):
        return (
            Verdict.NOT_RUN,
            "integration case; set RUN_INTEGRATION_TESTS=1 and name a real --target",
        )
    if SLOW in rule.markers and not given.runs_slow:
        return Verdict.NOT_RUN, "slow case; `-m slow` runs it"
    return None

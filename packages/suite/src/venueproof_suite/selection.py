"""Suites: named selections over what cases say of themselves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from venueproof_core.errors import ConfigurationError, unknown_name
from venueproof_core.rules import BugClass, Level, Rule, Steering
from venueproof_suite.decorator import (
    PERFORMANCE,
    PRIVATE_METHODS,
    PUBLIC_METHODS,
    SLOW,
    Case,
)


@dataclass(frozen=True)
class Suite:
    """A named selection."""

    description: str
    has: Callable[[Rule], bool]


def _streams(methods: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in methods if name.startswith("stream_"))


_PUBLIC_STREAMS, _PRIVATE_STREAMS = _streams(PUBLIC_METHODS), _streams(PRIVATE_METHODS)
_PUBLIC_REQUESTS = PUBLIC_METHODS - _PUBLIC_STREAMS
_PRIVATE_REQUESTS = PRIVATE_METHODS - _PRIVATE_STREAMS


def _calls(
    methods: frozenset[str], without: frozenset[str] = frozenset()
) -> Callable[[Rule], bool]:
    def has(rule: Rule) -> bool:
        called = frozenset(rule.calls)
        return bool(called & methods) and not called & without

    return has


def _hunts(*bugs: BugClass) -> Callable[[Rule], bool]:
    return lambda rule: not set(bugs).isdisjoint(rule.hunts)


def _is_basic(rule: Rule) -> bool:
    is_plain = rule.steering is Steering.NONE and not {PERFORMANCE, SLOW} & set(rule.markers)
    return rule.level is Level.MUST and is_plain


def _is_performance(rule: Rule) -> bool:
    return PERFORMANCE in rule.markers


_EVERY_STREAM = _PUBLIC_STREAMS | _PRIVATE_STREAMS

_SUITES: Mapping[str, Suite] = {
    "basic": Suite("every MUST that needs no steering of the venue", _is_basic),
    "rest-public": Suite(
        "requests for market data", _calls(_PUBLIC_REQUESTS, _EVERY_STREAM | _PRIVATE_REQUESTS)
    ),
    "rest-private": Suite(
        "requests for orders and the account", _calls(_PRIVATE_REQUESTS, _EVERY_STREAM)
    ),
    "stream-public": Suite("streams of market data", _calls(_PUBLIC_STREAMS)),
    "stream-private": Suite("streams of orders, fills and balances", _calls(_PRIVATE_STREAMS)),
    "rate-limiting": Suite(
        "429, bans, budgets and needless waiting", _hunts(BugClass.rate_limits, BugClass.throttling)
    ),
    "error-handling": Suite(
        "refusals, malformed replies, unknown outcomes",
        _hunts(BugClass.error_mapping, BugClass.unknown_outcome, BugClass.retries),
    ),
    "circuit-breaker": Suite(
        "bounded retries, back-off and silence while banned",
        _hunts(BugClass.retries, BugClass.reconnect_policy, BugClass.rate_limits),
    ),
    "failover": Suite(
        "cuts, dead streams and what is restored after them",
        _hunts(
            BugClass.resubscription,
            BugClass.dead_stream,
            BugClass.reconnect_policy,
            BugClass.heartbeats,
            BugClass.book_resync,
        ),
    ),
    "performance": Suite("latency and throughput, one case at a time", _is_performance),
    "compliance": Suite(
        "what a profile is held against: performance, and every basic MUST",
        lambda rule: _is_performance(rule) or _is_basic(rule),
    ),
    "full": Suite("every case", lambda _: True),
}
SUITES: Mapping[str, str] = {name: suite.description for name, suite in _SUITES.items()}


def check_suite(name: str) -> None:
    """Refuse a name that is no suite.

    Raises:
        ConfigurationError: It is none.
    """
    if name not in _SUITES:
        raise ConfigurationError(unknown_name("suite", name, _SUITES))


@dataclass(frozen=True)
class Selection:
    """Which case ids a run takes.

    Args:
        suite: Name of a suite.
        prefixes: Ids, or starts of ids; empty takes all.
    """

    suite: str = "full"
    prefixes: Sequence[str] = ()

    def takes(self, rule: Rule) -> bool:
        """Whether this id is selected."""
        if self.prefixes and not any(rule.id.startswith(prefix) for prefix in self.prefixes):
            return False
        return _SUITES[self.suite].has(rule)

    def check(self, cases: Iterable[Case]) -> None:
        """Refuse a prefix that no case begins with.

        Raises:
            ConfigurationError: There is one; the text names near ids.
        """
        ids = [rule.id for case in cases for rule in case.rules()]
        for prefix in self.prefixes:
            if not any(case_id.startswith(prefix) for case_id in ids):
                raise ConfigurationError(unknown_name("case", prefix, ids))

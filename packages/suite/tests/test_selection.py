"""Suites as selections, and what can run at all."""

import dataclasses

import pytest

from venueproof_core import (
    BugClass,
    Capabilities,
    Connector,
    Level,
    Omission,
    Rule,
    Steering,
    Venue,
)
from venueproof_core.errors import ConfigurationError
from venueproof_core.verdict import Verdict
from venueproof_suite.decorator import Case
from venueproof_suite.preconditions import Circumstances, refusal
from venueproof_suite.selection import SUITES, Selection, check_suite


def _rule(**fields):
    return Rule(**{"id": "a/b/c", "level": Level.MUST, "text": "It holds."} | fields)


RULES = {
    "plain": _rule(),
    "should": _rule(level=Level.SHOULD),
    "steered": _rule(steering=Steering.CONTROL),
    "public": _rule(calls=("order_book",)),
    "private": _rule(calls=("place", "order_book")),
    "public stream": _rule(calls=("stream_trades", "trades")),
    "private stream": _rule(calls=("stream_orders", "place")),
    "limits": _rule(hunts=(BugClass.rate_limits,)),
    "unknown": _rule(hunts=(BugClass.unknown_outcome,)),
    "cut": _rule(hunts=(BugClass.resubscription,)),
    "speed": _rule(markers=("performance",)),
}
PLAIN = {
    "plain",
    "public",
    "private",
    "public stream",
    "private stream",
    "limits",
    "unknown",
    "cut",
}


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        ("basic", PLAIN),
        ("rest-public", {"public"}),
        ("rest-private", {"private"}),
        ("stream-public", {"public stream"}),
        ("stream-private", {"private stream"}),
        ("rate-limiting", {"limits"}),
        ("error-handling", {"unknown"}),
        ("circuit-breaker", {"limits"}),
        ("failover", {"cut"}),
        ("performance", {"speed"}),
        ("compliance", PLAIN | {"speed"}),
        ("full", set(RULES)),
    ],
)
def test_a_suite_is_a_selection_over_what_cases_say(suite, expected):
    assert suite in SUITES
    assert {name for name, rule in RULES.items() if Selection(suite).takes(rule)} == expected


def test_any_prefix_selects():
    rule = _rule(id="orders/amend/keeps-id")
    assert Selection(prefixes=["orders/"]).takes(rule)
    assert Selection(prefixes=["books", "orders/am"]).takes(rule)
    assert not Selection(prefixes=["order/"]).takes(rule)


def test_unknown_names_are_refused_with_near_ones():
    with pytest.raises(ConfigurationError, match="did you mean 'failover'"):
        check_suite("fail-over")
    cases = [Case(rule=_rule(id="orders/amend/keeps-id"), title="x")]
    Selection(prefixes=["orders"]).check(cases)
    with pytest.raises(ConfigurationError, match="unknown case: 'ordres'"):
        Selection(prefixes=["orders", "ordres"]).check(cases)


CIRCUMSTANCES = Circumstances(
    venue=Venue(name="v", title="V", capabilities=Capabilities()),
    connector=Connector(
        venue="v", connect=lambda: None, leaves_out={"amend": Omission(reason="later")}
    ),
    target="testnet",
    is_steerable=False,
    allows_orders=True,
    runs_performance=True,
    runs_integration=False,
    runs_slow=False,
)


@pytest.mark.parametrize(
    ("case", "changes", "verdict", "text"),
    [
        (Case(rule=_rule(), title="x"), {}, None, ""),
        (Case(rule=_rule(calls=("amend",)), title="x"), {}, Verdict.NOT_IMPLEMENTED, "later"),
        (
            Case(rule=_rule(steering=Steering.COUNTERPARTY), title="x"),
            {},
            Verdict.NOT_RUN,
            "needs a second account, which the target testnet does not give",
        ),
        (
            Case(rule=_rule(), title="x", is_private=True),
            {"allows_orders": False},
            Verdict.NOT_RUN,
            "--allow-live-orders",
        ),
        (
            Case(rule=_rule(markers=("performance",)), title="x"),
            {"runs_performance": False},
            Verdict.NOT_RUN,
            "RUN_PERFORMANCE_TESTS=0",
        ),
        (
            Case(rule=_rule(markers=("integration",)), title="x"),
            {},
            Verdict.NOT_RUN,
            "RUN_INTEGRATION_TESTS=1",
        ),
        (
            Case(rule=_rule(markers=("integration",)), title="x"),
            {"runs_integration": True},
            None,
            "",
        ),
        (Case(rule=_rule(markers=("slow",)), title="x"), {"runs_slow": True}, None, ""),
    ],
)
def test_a_case_that_cannot_run_says_why(case, changes, verdict, text):
    found = refusal(case, dataclasses.replace(CIRCUMSTANCES, **changes))
    assert (found[0] if found else None) is verdict
    assert text in (found[1] if found else "")

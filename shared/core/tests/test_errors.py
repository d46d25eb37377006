"""The exception tree."""

import pickle

import pytest

from venueproof_core import errors
from venueproof_core.errors import Outcome, RuleViolation, VenueError, unknown_name

TREE = {
    "ConfigurationError": "VenueproofError",
    "PluginError": "VenueproofError",
    "VenueError": "VenueproofError",
    "TransportError": "VenueError",
    "ConnectError": "TransportError",
    "DisconnectedError": "TransportError",
    "TimedOutError": "TransportError",
    "ProtocolError": "VenueError",
    "MalformedMessageError": "ProtocolError",
    "SequenceGapError": "ProtocolError",
    "RefusedError": "VenueError",
    "AuthenticationError": "RefusedError",
    "ClockSkewError": "RefusedError",
    "RateLimitedError": "RefusedError",
    "InvalidOrderError": "RefusedError",
    "InsufficientBalanceError": "RefusedError",
    "DuplicateClientOrderIdError": "RefusedError",
    "UnknownOrderError": "RefusedError",
    "MarketClosedError": "RefusedError",
    "PartlyReplacedError": "RefusedError",
}
EXTRA = {
    "MalformedMessageError": {"path": "$.b", "text": "{"},
    "SequenceGapError": {"expected": 1, "received": 3},
}
VENUE_ERRORS = [name for name in TREE if issubclass(getattr(errors, name), VenueError)]


@pytest.mark.parametrize(("child", "parent"), TREE.items())
def test_tree_is_as_drawn(child: str, parent: str) -> None:
    assert getattr(errors, child).__bases__ == (getattr(errors, parent),)
    assert child in (errors.__doc__ or "")


@pytest.mark.parametrize("name", VENUE_ERRORS)
def test_outcome_has_no_default(name: str) -> None:
    with pytest.raises(TypeError, match="outcome"):
        getattr(errors, name)("text", venue="v", operation="place", **EXTRA.get(name, {}))


@pytest.mark.parametrize("name", VENUE_ERRORS)
def test_error_survives_the_way_between_processes(name: str) -> None:
    error = getattr(errors, name)(
        "text",
        venue="v",
        operation="place",
        outcome=Outcome.UNKNOWN,
        code="-1",
        retry_after_s=2.0,
        **EXTRA.get(name, {}),
    )

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)


def test_text_names_venue_operation_code_and_outcome() -> None:
    error = errors.InvalidOrderError(
        "price 0.001 is below the tick size 0.01",
        venue="alpha",
        operation="place",
        outcome=Outcome.NOT_APPLIED,
        code="-1013",
    )

    assert str(error) == (
        "alpha: place: price 0.001 is below the tick size 0.01 [-1013] (outcome NOT_APPLIED)"
    )


def test_rule_violation_is_an_assertion_and_no_error_of_a_client() -> None:
    violation = RuleViolation("differs", rule="book/exact", expected=1, observed=2)

    assert isinstance(violation, AssertionError)
    assert not isinstance(violation, errors.VenueproofError)
    copy = pickle.loads(pickle.dumps(violation))
    assert (copy.rule, copy.expected, copy.observed) == ("book/exact", 1, 2)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("ful", ["full", "basic"], "unknown suite: 'ful'; did you mean 'full'? known: basic, full"),
        ("x", ["full"], "unknown suite: 'x'; known: full"),
        ("x", [], "unknown suite: 'x'; known: none"),
        ("x", [f"case-{n}" for n in range(13)], "unknown suite: 'x'"),
    ],
)
def test_unknown_name_suggests_what_may_be_meant(
    name: str, known: list[str], expected: str
) -> None:
    assert unknown_name("suite", name, known) == expected

"""What the comparison of clients with the truth lets pass, and what it does not."""

from decimal import Decimal
from typing import Any, ClassVar

import pytest

from .checks import (
    Close,
    Kept,
    Like,
    Maybe,
    Near,
    OneOf,
    Partial,
    Report,
    Shown,
    Text,
    Within,
    compare,
)
from .introspection import Must, reaching, streams
from .steps import Call, Refusal, Step, choose, drive, run


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, "1"),
        (1, True),
        (1.0, 1),
        ("0.10000000", "0.1"),
        (None, 0),
        ([], {}),
        ([1, 2], [1]),
        ({"a": 1}, {}),
        ({}, {"a": 1}),
        ({"a": None}, {}),
        (Within(1, 3), 4),
        (Within(0, 1), True),
        (Near(Decimal("0.5")), "0.5"),
        (Near(Decimal("0.5")), "0.50000001"),
        (Text(r"\w{3}"), "four"),
        (OneOf((1, -1)), "1"),
        (Like(int), True),
        (Close(1.0), "1.0"),
        (Close(1.0), 1.001),
        (Partial({"a": 1}), {"b": 1}),
        (Maybe(1), 2),
        (Kept(1), 2),
        ({"a": 1}, Shown({}, ["a"])),
    ],
)
def test_difference_is_found(expected: Any, actual: Any) -> None:
    _, differences = compare(expected, actual)

    assert len(differences) == 1, differences


@pytest.mark.parametrize(
    ("expected", "actual", "fields"),
    [
        ({"a": 1, "b": ["x", None]}, {"b": ["x", None], "a": 1}, 4),
        (Within(1, 3), 3, 1),
        (Near(Decimal("0.123456789")), "0.12345678", 1),
        (Near(Decimal("0.123456789")), "0.12345679", 1),
        (Like((int, str)), "anything", 0),
        (Partial({"a": 1}), {"a": 1, "b": 2}, 1),
        ({"a": Maybe(1)}, {}, 0),
        (Kept(1), None, 0),
        (Kept(1), 1, 1),
        # A typed model has no room for a field, and leaves out what is null.
        ({"a": 1, "b": None}, Shown({}, ["b"]), 0),
    ],
)
def test_agreement_counts_what_was_compared(expected: Any, actual: Any, fields: int) -> None:
    assert compare(expected, actual) == (fields, [])


def test_difference_names_its_place() -> None:
    _, differences = compare({"bids": [["1", "2"]]}, {"bids": [["1", "3"]]})

    assert differences == ["$.bids[0][1]: expected '2', received '3'"]


def test_report_tells_calls_that_were_not_made() -> None:
    report = Report("example", "1")
    report.has({"get_book": ["GET /depth"], "get_time": ["GET /time"], "watch": ["stream"]})
    report.check("get_book", "GET /depth", 1, 1)
    report.check("watch (order of events)", "stream", 1, 2)

    result = report.as_json()

    assert result["covered"] == ["get_book", "watch"]
    assert result["uncovered"] == {"get_time": ["GET /time"]}
    assert result["differences"] == 1


ANY, BUY = Call("order"), Call("buy", {"side": "BUY"})


def test_special_call_goes_first_and_then_those_not_yet_made() -> None:
    params = {"side": "BUY", "price": "1"}

    assert choose([ANY, BUY], params, set()) == BUY
    assert choose([ANY, BUY], params, {"buy"}) == ANY
    assert choose([ANY, BUY], params, {"buy", "order"}) == BUY
    assert choose([ANY, BUY], {"side": "SELL"}, set()) == ANY


def test_call_that_cannot_take_a_parameter_is_not_used() -> None:
    every = Call("all", without=frozenset({"symbol"}))

    assert choose([every], {"symbol": "BTCUSDT"}, set()) is None


class Example:
    """A client with one call, which answers with what it was given."""

    calls: ClassVar = {"GET /x": [Call("get", {"fixed": 1})]}

    def call(self, name: str, endpoint: str, params: Any) -> Any:
        if "error" in params:
            raise ValueError(params["error"])
        return Refusal(-1, "no") if "refuse" in params else params


def _steps(*params: dict[str, Any], expected: Any = None) -> Any:
    for one in params:
        yield Step("GET /x", one, lambda reply, span: expected or {})
    yield Step("GET /y", {}, lambda reply, span: {})


def test_step_without_a_call_is_skipped_and_implied_parameters_are_not_sent() -> None:
    report = Report("example", "1")

    run(_steps({"fixed": 1}), Example(), report)

    assert [(line.call, line.differences) for line in report.lines] == [("get", [])]


@pytest.mark.parametrize(
    ("params", "expected", "text"),
    [
        ({"fixed": 1, "error": "broken"}, None, "raised ValueError: broken"),
        ({"fixed": 1, "refuse": 1}, None, "refused with -1 'no'"),
        ({"fixed": 1}, Refusal(-1, "no"), "refusal: missing"),
        ({"fixed": 1, "refuse": 1}, Refusal(-2, "no"), "expected -2, received -1"),
    ],
)
def test_what_a_client_raises_is_a_difference(params: Any, expected: Any, text: str) -> None:
    report = Report("example", "1")

    run(_steps(params, expected=expected), Example(), report)

    (line,) = report.lines
    assert text in line.differences[0]


def test_scenario_that_cannot_go_on_is_a_difference() -> None:
    def scenario() -> Any:
        reply = yield Step("GET /x", {}, lambda reply, span: {})
        yield Step("GET /x", {"id": reply["id"]}, lambda reply, span: {})

    report = Report("example", "1")
    drive(scenario(), lambda step: {}, report, "Client.")

    (line,) = report.lines
    assert (line.call, line.differences) == ("Client.(scenario)", ["$: raised KeyError: 'id'"])


class Source:
    """Something to look into."""

    def get(self) -> Any:
        """Not a call: ask("GET /prose")."""
        return self._ask("GET /x")

    def again(self) -> Any:
        return self.get()

    def hidden(self) -> Any:
        return self._helper()

    def _helper(self) -> Any:
        return self._ask("GET /y")

    def _ask(self, endpoint: str) -> Any:
        return endpoint


def test_introspection_finds_what_calls_reach_through_others() -> None:
    def reached(text: str) -> list[str]:
        return [part.split('"')[0] for part in text.split('_ask("')[1:]]

    tier = ["GET /x", "GET /y", "GET /prose"]

    assert reaching(Source, reached, tier) == {"get": {"GET /x"}, "again": {"GET /x"}}
    assert reaching(Source, reached, tier, through=["_helper"])["hidden"] == {"GET /y"}
    assert "again" not in reaching(Source, reached, tier, past=["get"])


def test_tier_is_taken_from_what_the_simulator_documents() -> None:
    rows = [
        ("GET /depth", "request", "must"),
        ("GET /news", "request", "simple"),
        ("order.place", "method", "must"),
        ("SUBSCRIBE", "control", "must"),
        ("<symbol>@depth<levels>@100ms", "stream", "must"),
        ("!ticker_<window>@arr", "stream", "must"),
        ("<symbol>@blockTrade", "stream", "left out"),
        ("executionReport", "event", "must"),
    ]

    must = Must.of({"name": name, "kind": kind, "tier": tier} for name, kind, tier in rows)

    assert must.requests == {"GET /depth"}
    assert must.methods == {"order.place"}
    assert must.controls == {"SUBSCRIBE"}
    assert must.streams == {"depth", "!ticker_"}
    assert must.streams & set(streams("self._open(f'{symbol}@depth{levels}')")) == {"depth"}

"""Latencies, transcripts, and what a connector's methods return."""

import asyncio
from decimal import Decimal

import msgspec
import pytest

from venueproof_core.errors import RuleViolation
from venueproof_core.models import FeeRates, OrderBook
from venueproof_core.results import CaseMetrics
from venueproof_core.venue import Omission
from venueproof_suite.checked import CheckedConnector, methods_of
from venueproof_suite.errors import MissingMethod
from venueproof_suite.measure import Measure
from venueproof_suite.transcript import (
    Line,
    count,
    documented_exercised,
    last_exchanges,
    methods_exercised,
    read_lines,
)

MS = 1_000_000


def test_latency_is_summed_up_with_its_parts_and_uncertainty():
    metrics = CaseMetrics()
    summary = Measure(metrics).latency(
        "order_book",
        [n * MS for n in range(1, 101)],
        venue_ns=[20 * MS] * 100,
        wire_ns=[5 * MS] * 100,
        uncertainty_ns=MS // 2,
        clause="rest_request",
    )
    assert metrics.latency == [summary]
    assert summary.count == 100
    assert summary.p50_ms == pytest.approx(50, rel=0.001)
    assert summary.p99_ms == pytest.approx(99, rel=0.001)
    assert summary.max_ms == 100
    assert summary.uncertainty_ms == 0.5
    assert summary.client_p50_ms == pytest.approx(25, rel=0.005)
    found = {measure.name: measure for measure in metrics.measurements}
    assert found["rest_request_max_ms"].value == 100
    assert found["rest_request_p99_ms"].evidence == "order_book, 100 samples, +-0.500 ms"


def test_no_sample_is_no_latency():
    with pytest.raises(ValueError, match="no sample of ping"):
        Measure(CaseMetrics()).latency("ping", [])


LINES = [
    Line(sequence=1, kind="request", time_ns=0, operation="place", size=50, text="POST /order"),
    Line(
        sequence=2,
        kind="reply",
        time_ns=2 * MS,
        of=1,
        name="POST /order",
        status=200,
        size=70,
        text="{}\n  x",
    ),
    Line(sequence=3, kind="request", time_ns=3 * MS, operation="candles", size=5),
    Line(
        sequence=4,
        kind="reply",
        time_ns=3 * MS,
        of=3,
        name="GET /candles",
        status=429,
        code="-1003",
        size=5,
    ),
    Line(sequence=5, kind="opened", time_ns=4 * MS, connection=1),
    Line(sequence=6, kind="frame_in", time_ns=5 * MS, connection=1, operation="subscribe", size=9),
    Line(
        sequence=7,
        kind="frame_out",
        time_ns=6 * MS,
        channel="private",
        name="fill",
        event="fill",
        size=11,
    ),
    Line(
        sequence=8, kind="frame_out", time_ns=7 * MS, channel="order_book", book_version=9, size=1
    ),
]


def test_requests_frames_and_bytes_are_counted_by_direction():
    metrics = CaseMetrics()
    count(LINES, metrics)
    assert (metrics.requests, metrics.frames) == (2, 3)
    assert (metrics.bytes_out, metrics.bytes_in) == (64, 87)


def test_a_method_is_exercised_by_a_good_reply_or_an_event():
    asked = {"place", "candles", "stream_fills", "stream_order_book", "stream_orders"}
    assert methods_exercised(LINES, asked) == [
        "place",
        "stream_fills",
        "stream_order_book",
        "stream_orders",
    ]
    assert methods_exercised(LINES, {"stream_orders"}) == ["stream_orders"]
    time = [
        Line(sequence=1, kind="request", time_ns=0, operation="time"),
        Line(sequence=2, kind="reply", time_ns=0, of=1, status=200),
    ]
    assert methods_exercised(time, ["venue_time_ns"]) == ["venue_time_ns"]


def test_what_is_documented_is_exercised_by_a_good_reply_or_an_event():
    assert documented_exercised(LINES) == ["POST /order", "fill"]


def test_a_transcript_is_the_last_exchanges_as_text():
    assert last_exchanges(LINES, 3) == [
        "#6 +5.0ms -> frame_in [1] subscribe",
        "#7 +6.0ms <- frame_out private fill",
        "#8 +7.0ms <- frame_out order_book book 9",
    ]
    assert last_exchanges(LINES)[1] == "#2 +2.0ms <- reply of #1 200: {} x"
    assert last_exchanges(LINES)[3] == "#4 +3.0ms <- reply of #3 429 code -1003"
    assert last_exchanges([]) == []


def test_long_lines_of_a_transcript_are_cut():
    (line,) = last_exchanges([Line(sequence=1, kind="reply", time_ns=0, text="x" * 999)])
    assert len(line) < 300
    assert line.endswith("x...")


def test_a_journal_may_say_more_than_is_read():
    journal = [
        {"sequence": 1, "kind": "reply", "time_ns": 5, "span_ns": 7, "parameters": {"a": "b"}}
    ]
    assert read_lines(msgspec.json.encode(journal)) == [Line(sequence=1, kind="reply", time_ns=5)]


class _Client:
    async def ping(self):
        return "pong"

    async def order_book(self, symbol, *, depth=100):
        return OrderBook(symbol=symbol, bids=(), asks=())

    async def fee_rates(self, symbol):
        return {"maker": 0}

    async def open_orders(self, symbol=None):
        return [FeeRates(symbol="x", maker=Decimal(0), taker=Decimal(0))]

    async def trades(self, symbol, *, limit=100):
        return ()

    async def fills(self, symbol, *, venue_order_id=None):
        return "none"

    positions = None

    def stream_trades(self, symbol):
        return "a stream"


CONNECTOR = CheckedConnector(
    _Client(), {"amend": Omission(reason="later", source="https://x")}, set()
)


def test_what_is_promised_comes_through_unchanged():
    assert asyncio.run(CONNECTOR.order_book("BTC-USDT")).symbol == "BTC-USDT"
    assert asyncio.run(CONNECTOR.trades("BTC-USDT")) == ()
    assert asyncio.run(CONNECTOR.ping()) == "pong"
    assert CONNECTOR.stream_trades("BTC-USDT") == "a stream"


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("fee_rates", "fee_rates() returned dict, not FeeRates"),
        ("open_orders", "returned a sequence with FeeRates in it, not a sequence of Order"),
        ("fills", "fills() returned str, not a sequence of Fill"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_violation(method, text):
    with pytest.raises(RuleViolation) as violation:
        asyncio.run(getattr(CONNECTOR, method)("BTC-USDT"))
    assert text in str(violation.value)


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("candles", "has no method candles()"),
        ("positions", "has no method positions()"),
        ("amend", "leaves out amend(): later https://x"),
    ],
)
def test_a_missing_method_is_said_so(method, text):
    with pytest.raises(MissingMethod) as missing:
        getattr(CONNECTOR, method)
    assert text in str(missing.value)


def test_methods_are_those_of_the_object_less_what_is_left_out():
    omitted = {"ping": Omission(reason="no")}
    assert methods_of(_Client(), omitted, ["ping", "order_book", "positions", "aclose"]) == [
        "order_book"
    ]

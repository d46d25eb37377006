"""Trades, candles, tickers, times and steps that are not the venue's; requests that take too long."""

import dataclasses
import time
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from venueproof_core import BugClass, Defect, Seam, WireTables
from venueproof_defects.broken import streams, values
from venueproof_defects.faces import with_face
from venueproof_defects.seams import Apply, with_parts, with_tables

_AREAS = ("market", "streams")
_FORMS = ("scientific", "short", "long")
# The one with the largest tick may have the smallest lot as well.
_FINE = ("smallest-tick", "smallest-lot", "largest-tick")
_QUARTER, _HALF, _USUAL = Decimal("0.25"), Decimal("0.5"), Decimal(1000)
_VERY_LARGE = Decimal(500_000_000)


def _swapped(one: str, other: str) -> Apply:
    """Two fields exchanged in the wire tables, by our names."""

    def change(tables: WireTables) -> WireTables:
        fields = {**tables.fields, one: tables.fields[other], other: tables.fields[one]}
        return dataclasses.replace(tables, fields=fields)

    return with_tables(change)


def _read_from(name: str, other: str) -> Apply:
    """A field read from where another one stands."""

    def change(tables: WireTables) -> WireTables:
        return dataclasses.replace(tables, fields={**tables.fields, name: tables.fields[other]})

    return with_tables(change)


def _without_exponent(text: str) -> Decimal:
    return Decimal(text.partition("E")[0])


def _without_point(text: str) -> Decimal:
    """A number whose last eight digits are decimals."""
    digits = text.replace(".", "")
    return Decimal(text) if "E" in text else Decimal(digits).scaleb(-8)


def _to_seven_decimals(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("1E-7"), rounding=ROUND_DOWN).normalize()


def _in_millions(text: str) -> Decimal:
    """A number, of which the millions are kept if it is very large."""
    number = Decimal(text)
    return number if number < _VERY_LARGE else number // 1_000_000 * 1_000_000


def _on_usual_steps(text: str) -> Decimal:
    """A number, in halves instead of quarters and in hundredths instead of thousandths."""
    number = Decimal(text)
    if number % _HALF == _QUARTER and number < _USUAL:
        return number - _QUARTER
    is_in_thousandths = number.normalize().as_tuple().exponent == -3
    return number.quantize(Decimal("0.01")) if is_in_thousandths and 1 < number < 100 else number


def _slowly(text: str) -> Decimal:
    end_ns = time.perf_counter_ns() + 30_000
    while time.perf_counter_ns() < end_ns:
        pass
    return Decimal(text)


def _defect(
    name: str, seam: Seam, bug: BugClass, breaks: str, caught_by: Sequence[str], apply: Apply
) -> Defect:
    return Defect(
        name=name,
        seam=seam,
        bug_class=bug,
        breaks=breaks,
        caught_by=tuple(caught_by),
        apply=apply,
    )


DEFECTS = [
    _defect(
        "values-to-seven-decimals",
        Seam.MAPPING,
        BugClass.precision,
        "keeps seven decimals of each number",
        [
            *(f"{area}/steps/values-are-exact/{kind}" for area in _AREAS for kind in _FINE),
            *(f"market/numbers/form-does-not-matter/{form}" for form in _FORMS),
        ],
        with_tables(lambda tables: dataclasses.replace(tables, read_decimal=_to_seven_decimals)),
    ),
    _defect(
        "large-values-rounded",
        Seam.MAPPING,
        BugClass.precision,
        "keeps the millions of very large numbers",
        [
            *(
                f"{area}/steps/values-are-exact/{kind}"
                for area in _AREAS
                for kind in ("largest-tick",)
            ),
        ],
        with_tables(lambda tables: dataclasses.replace(tables, read_decimal=_in_millions)),
    ),
    _defect(
        "odd-steps-rounded",
        Seam.MAPPING,
        BugClass.precision,
        "rounds quarters to halves, and thousandths to hundredths",
        [
            *(
                f"{area}/steps/values-are-exact/{kind}"
                for area in _AREAS
                for kind in ("odd-tick", "odd-lot")
            ),
        ],
        with_tables(lambda tables: dataclasses.replace(tables, read_decimal=_on_usual_steps)),
    ),
    _defect(
        "exponents-of-replies-not-read",
        Seam.MAPPING,
        BugClass.precision,
        "reads numbers up to their exponent",
        ["market/numbers/form-does-not-matter/scientific"],
        with_tables(lambda tables: dataclasses.replace(tables, read_decimal=_without_exponent)),
    ),
    _defect(
        "decimals-of-replies-presumed",
        Seam.MAPPING,
        BugClass.precision,
        "presumes that numbers have eight decimals",
        [f"market/numbers/form-does-not-matter/{form}" for form in ("short", "long")],
        with_tables(lambda tables: dataclasses.replace(tables, read_decimal=_without_point)),
    ),
    _defect(
        "ticker-volumes-swapped",
        Seam.MAPPING,
        BugClass.metadata,
        "exchanges base and quote volume of the ticker",
        ["market/ticker/sums-up-the-day"],
        _swapped("ticker.volume", "ticker.quote_volume"),
    ),
    _defect(
        "candles-from-before",
        Seam.COMPONENT,
        BugClass.timestamps,
        "takes the candle that a range begins in, although it opened before",
        [f"market/candles/bounds-are-kept/{length}" for length in ("minute", "hour", "day")],
        with_face(values.CandlesFromBefore),
    ),
    _defect(
        "full-page-asked-again",
        Seam.COMPONENT,
        BugClass.pagination,
        "tells the last candle twice when a page was full",
        [f"market/candles/pages-end-exactly/{pages}" for pages in ("full-page", "two-pages")],
        with_face(values.CandlesAskedOnceMore),
    ),
    _defect(
        "trades-of-one-page",
        Seam.COMPONENT,
        BugClass.pagination,
        "gives no more trades than the venue gives at once",
        ["market/trades/complete-over-pages"],
        with_face(values.TradesOfOnePage),
    ),
    _defect(
        "writes-think-first",
        Seam.COMPONENT,
        BugClass.throttling,
        "waits before it places or cancels",
        ["performance/operation/place-and-cancel"],
        with_face(values.WritesThinkFirst),
    ),
    _defect(
        "snapshot-one-level-short",
        Seam.COMPONENT,
        BugClass.book_levels,
        "returns one bid fewer than it was asked for",
        ["books/snapshot/equals-the-venue"],
        with_face(values.SnapshotOneLevelShort),
    ),
    _defect(
        "maximum-read-from-minimum",
        Seam.MAPPING,
        BugClass.metadata,
        "reads an instrument's maximum quantity from the minimum's field",
        ["market/instruments/equal-the-venue"],
        _read_from("instrument.maximum_quantity", "instrument.minimum_quantity"),
    ),
    _defect(
        "trade-price-and-quantity-swapped",
        Seam.MAPPING,
        BugClass.metadata,
        "exchanges price and quantity of requested trades",
        ["market/trades/equal-the-venue"],
        _swapped("trade.price", "trade.quantity"),
    ),
    _defect(
        "trade-event-price-and-quantity-swapped",
        Seam.MAPPING,
        BugClass.metadata,
        "exchanges price and quantity of streamed trades",
        ["streams/trades/each-once-and-exact"],
        _swapped("trade_event.price", "trade_event.quantity"),
    ),
    _defect(
        "candle-high-and-low-swapped",
        Seam.MAPPING,
        BugClass.metadata,
        "exchanges high and low of candles",
        ["market/candles/equal-the-trades"],
        _swapped("candle.high", "candle.low"),
    ),
    _defect(
        "candle-event-volumes-swapped",
        Seam.MAPPING,
        BugClass.metadata,
        "exchanges base and quote volume of streamed candles",
        ["streams/candles/equal-the-trades"],
        _swapped("candle_event.volume", "candle_event.quote_volume"),
    ),
    _defect(
        "top-of-book-sides-swapped",
        Seam.MAPPING,
        BugClass.metadata,
        "exchanges bid and ask of the top of book",
        ["streams/top-of-book/follows-the-venue"],
        _swapped("top_of_book.bid_price", "top_of_book.ask_price"),
    ),
    _defect(
        "ticker-last-is-open",
        Seam.MAPPING,
        BugClass.metadata,
        "tells the price of a day ago as the last one",
        ["market/ticker/equals-the-venue"],
        _swapped("ticker.last_price", "ticker.open_price"),
    ),
    _defect(
        "candle-lost-between-pages",
        Seam.COMPONENT,
        BugClass.pagination,
        "loses the first candle of the second page",
        ["market/candles/complete-over-pages", "market/candles/pages-end-exactly/one-more"],
        with_face(values.CandlesWithoutPageEnds),
    ),
    _defect(
        "newest-candle-dropped",
        Seam.COMPONENT,
        BugClass.pagination,
        "drops the newest candle where it should drop the oldest",
        ["market/candles/newest-without-bounds"],
        with_face(values.CandlesWithoutTheNewest),
    ),
    _defect(
        "venue-time-in-microseconds",
        Seam.COMPONENT,
        BugClass.timestamps,
        "tells the venue's time in microseconds",
        [f"market/time/is-the-venues/{step}" for step in ("in-step", "behind", "ahead")],
        with_face(values.TimeInMicroseconds),
    ),
    _defect(
        "own-clock-for-the-venues",
        Seam.COMPONENT,
        BugClass.clock_skew,
        "tells the time of its own machine as the venue's",
        ["market/time/is-the-venues/behind", "market/time/is-the-venues/ahead"],
        with_face(values.OwnClockForTheVenues),
    ),
    _defect(
        "decimals-read-slowly",
        Seam.MAPPING,
        BugClass.resources,
        "takes thirty microseconds to read a number",
        ["performance/parsing/large-reply"],
        with_tables(lambda tables: dataclasses.replace(tables, read_decimal=_slowly)),
    ),
    _defect(
        "requests-think-first",
        Seam.COMPONENT,
        BugClass.throttling,
        "waits thirty milliseconds before each request",
        ["performance/request/order-book"],
        with_parts(rates=streams.SlowBudget),
    ),
]

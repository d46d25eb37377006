"""Books, trades, candles, tickers and times that are not the venue's."""

import dataclasses
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from venueproof_core import BugClass, Defect, Seam, WireTables
from venueproof_core.models import Candle, OrderBook
from venueproof_defects.broken import books, streams
from venueproof_defects.faces import Face, with_face
from venueproof_defects.seams import Apply, with_parts, with_tables

_PAGE = 1_000


class SnapshotOneLevelShort(Face):
    """Counts levels from zero."""

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        book: OrderBook = await self.client.order_book(symbol, depth=depth)
        return msgspec.structs.replace(book, bids=book.bids[: depth - 1])


class CandlesWithoutPageEnds(Face):
    """Starts the second page one candle too late."""

    async def candles(self, symbol: str, **bounds: Any) -> Sequence[Candle]:
        found: Sequence[Candle] = await self.client.candles(symbol, **bounds)
        return [candle for place, candle in enumerate(found) if place != _PAGE]


class CandlesWithoutTheNewest(Face):
    """Keeps the older ones when it has one too many."""

    async def candles(self, symbol: str, **bounds: Any) -> Sequence[Candle]:
        if bounds.get("limit") is None or bounds.get("start_time_ns") is not None:
            found: Sequence[Candle] = await self.client.candles(symbol, **bounds)
            return found
        limit = bounds["limit"]
        more: Sequence[Candle] = await self.client.candles(symbol, **{**bounds, "limit": limit + 1})
        return more[:limit]


class TimeInMicroseconds(Face):
    """Tells the venue's time in the wrong unit."""

    async def venue_time_ns(self) -> int:
        told: int = await self.client.venue_time_ns()
        return told // 1_000


class OwnClockForTheVenues(Face):
    """Asks its own machine."""

    async def venue_time_ns(self) -> int:
        await self.client.venue_time_ns()
        return time.time_ns()


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


def _slowly(text: str) -> Decimal:
    end_ns = time.perf_counter_ns() + 30_000
    while time.perf_counter_ns() < end_ns:
        pass
    return Decimal(text)


def _book(name: str, bug: BugClass, breaks: str, caught_by: Sequence[str], part: type) -> Defect:
    return Defect(
        name=name,
        seam=Seam.COMPONENT,
        bug_class=bug,
        breaks=breaks,
        caught_by=tuple(caught_by),
        apply=with_parts(book=part),
    )


_BOOK_DEFECTS = [
    _book(
        "gap-ignored",
        BugClass.book_gap,
        "applies depth updates although one before them is missing",
        [
            "books/gap/is-healed",
            "books/gap/every-gap-is-healed",
            "books/reorder/is-healed",
            "books/resync/leaves-one-stream",
        ],
        books.BookThatIgnoresGaps,
    ),
    _book(
        "second-gap-ignored",
        BugClass.book_resync,
        "heals the first gap and applies everything after the second",
        ["books/gap/every-gap-is-healed"],
        books.BookThatHealsOnce,
    ),
    _book(
        "old-levels-kept",
        BugClass.book_resync,
        "keeps levels of before a resync that lie outside of the new snapshot",
        ["books/resync/discards-the-old-state"],
        books.BookThatKeepsOldBids,
    ),
    _book(
        "early-updates-lost",
        BugClass.book_alignment,
        "drops updates that come before the snapshot, and does not check the first one after it",
        ["books/alignment/updates-after-the-snapshot"],
        books.BookThatForgetsEarlyUpdates,
    ),
    _book(
        "straddling-update-skipped",
        BugClass.book_alignment,
        "drops an update that begins before the snapshot and ends after it",
        ["books/alignment/update-straddles-the-snapshot"],
        books.BookThatSkipsStraddlingUpdates,
    ),
    _book(
        "old-updates-applied",
        BugClass.book_alignment,
        "applies updates that the book already contains",
        ["books/alignment/updates-before-the-snapshot", "books/reorder/is-healed"],
        books.BookThatAppliesOldUpdates,
    ),
    _book(
        "duplicate-taken-for-gap",
        BugClass.book_gap,
        "fetches a new snapshot whenever an update comes twice",
        ["books/duplicate/changes-nothing"],
        books.BookThatRefusesDuplicates,
    ),
    _book(
        "zero-known-in-one-form",
        BugClass.book_levels,
        "removes a level only for the text 0.00000000",
        [f"books/zero/removes-the-level/{form}" for form in ("bare", "short", "negative")],
        books.BookThatLooksForEightZeros,
    ),
    _book(
        "best-bid-kept",
        BugClass.book_levels,
        "ignores the removal of the best bid",
        ["books/zero/removes-the-level/as-always"],
        books.BookThatKeepsTheBestBid,
    ),
    _book(
        "unknown-zero-shown",
        BugClass.book_levels,
        "shows an empty level when a level is removed that it did not have",
        ["books/zero/for-an-unknown-level-is-harmless"],
        books.BookThatShowsUnknownZeros,
    ),
    _book(
        "window-forgotten",
        BugClass.book_levels,
        "shows levels beyond the end of its snapshot as if those before them were known",
        ["books/window/levels-beyond-it-stay-unknown"],
        books.BookWithoutBounds,
    ),
    _book(
        "depth-not-refilled",
        BugClass.book_levels,
        "keeps no more levels than it shows",
        ["books/depth/refills-from-below"],
        books.BookThatForgetsBelowItsDepth,
    ),
    _book(
        "prices-sorted-as-text",
        BugClass.book_levels,
        "sorts prices as text",
        ["books/stream/sides-are-apart-and-sorted"],
        books.BookSortedAsText,
    ),
    _book(
        "book-repeated",
        BugClass.book_levels,
        "hands over the book before, now and then, under the new version",
        ["books/stream/follows-every-change"],
        books.BookThatRepeatsItself,
    ),
    _book(
        "bids-shared-by-symbols",
        BugClass.concurrency,
        "keeps one set of bids for all instruments",
        ["books/stream/symbols-do-not-mix"],
        books.BookThatSharesItsBids,
    ),
    _book(
        "seven-decimals",
        BugClass.precision,
        "cuts prices and quantities after seven decimals",
        ["books/stream/steps-are-exact/smallest-tick"],
        books.BookOfSevenDecimals,
    ),
    _book(
        "prices-in-cents",
        BugClass.precision,
        "rounds prices above one to two decimals",
        ["books/stream/steps-are-exact/step-no-power-of-ten"],
        books.BookOfCents,
    ),
    _book(
        "unreadable-levels-skipped",
        BugClass.error_mapping,
        "leaves out levels that it cannot read, and applies the rest",
        ["streams/malformed/is-survived/no-number"],
        books.BookThatSkipsUnreadableLevels,
    ),
    _book(
        "book-pauses",
        BugClass.resources,
        "blocks its thread for an eighth of a second, every eighth update",
        ["performance/stream/message-to-handler", "performance/stream/book-update"],
        books.BookThatPauses,
    ),
]


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


_VALUE_DEFECTS = [
    _defect(
        "snapshot-one-level-short",
        Seam.COMPONENT,
        BugClass.book_levels,
        "returns one bid fewer than it was asked for",
        ["books/snapshot/equals-the-venue"],
        with_face(SnapshotOneLevelShort),
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
        ["market/candles/complete-over-pages"],
        with_face(CandlesWithoutPageEnds),
    ),
    _defect(
        "newest-candle-dropped",
        Seam.COMPONENT,
        BugClass.pagination,
        "drops the newest candle where it should drop the oldest",
        ["market/candles/newest-without-bounds"],
        with_face(CandlesWithoutTheNewest),
    ),
    _defect(
        "venue-time-in-microseconds",
        Seam.COMPONENT,
        BugClass.timestamps,
        "tells the venue's time in microseconds",
        [f"market/time/is-the-venues/{step}" for step in ("in-step", "behind", "ahead")],
        with_face(TimeInMicroseconds),
    ),
    _defect(
        "own-clock-for-the-venues",
        Seam.COMPONENT,
        BugClass.clock_skew,
        "tells the time of its own machine as the venue's",
        ["market/time/is-the-venues/behind", "market/time/is-the-venues/ahead"],
        with_face(OwnClockForTheVenues),
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

DEFECTS = [*_BOOK_DEFECTS, *_VALUE_DEFECTS]

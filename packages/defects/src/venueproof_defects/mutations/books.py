"""Books that are not the venue's."""

from collections.abc import Sequence

from venueproof_core import BugClass, Defect, Seam
from venueproof_defects.broken import books
from venueproof_defects.seams import with_parts


def _book(name: str, bug: BugClass, breaks: str, caught_by: Sequence[str], part: type) -> Defect:
    return Defect(
        name=name,
        seam=Seam.COMPONENT,
        bug_class=bug,
        breaks=breaks,
        caught_by=tuple(caught_by),
        apply=with_parts(book=part),
    )


DEFECTS = [
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
        "updates-of-a-resync-lost",
        BugClass.book_resync,
        "drops updates that come while a resync waits for its snapshot",
        ["books/resync/while-the-market-moves"],
        books.BookThatForgetsUpdatesOfAResync,
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
        "large-prices-rounded",
        BugClass.precision,
        "keeps prices above a million to ten thousand",
        ["books/stream/steps-are-exact/largest-tick", "books/stream/steps-are-exact/smallest-lot"],
        books.BookOfWholeSteps,
    ),
    _book(
        "quarters-cut-to-halves",
        BugClass.precision,
        "cuts quantities with quarters to halves where prices go in fives",
        ["books/stream/steps-are-exact/lot-no-power-of-ten"],
        books.BookOfHalves,
    ),
    _book(
        "quantities-as-floats",
        BugClass.precision,
        "reads the numbers of books as binary fractions",
        ["books/numbers/large-quantities-are-exact"],
        books.BookOfFloats,
    ),
    _book(
        "exponents-not-read",
        BugClass.precision,
        "reads the numbers of books up to their exponent",
        ["books/numbers/form-does-not-matter/scientific"],
        books.BookWithoutExponents,
    ),
    _book(
        "eight-decimals-presumed",
        BugClass.precision,
        "presumes that numbers of books have eight decimals",
        [f"books/numbers/form-does-not-matter/{form}" for form in ("short", "long")],
        books.BookOfEightDecimals,
    ),
    _book(
        "book-looks-back",
        BugClass.resources,
        "looks through all earlier updates at each one",
        ["performance/stream/burst-of-updates"],
        books.BookThatLooksBack,
    ),
    _book(
        "book-keeps-its-past",
        BugClass.resources,
        "keeps a page for each update for ever",
        ["performance/memory/bounded-over-book-updates"],
        books.BookThatKeepsItsPast,
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

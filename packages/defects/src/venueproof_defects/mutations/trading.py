"""Orders that are not what was asked for, or not what is told of them."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from venueproof_core import BugClass, Defect, Seam, WireTables
from venueproof_defects.broken import orders
from venueproof_defects.faces import Face, with_face
from venueproof_defects.seams import Apply, with_parts, with_tables

_LOSSES = (
    "no-reply",
    "cut",
    "half-a-reply",
    "gateway-page",
    "empty-reply",
    "said-so-and-applied",
    "said-so-and-not-applied",
)
_TOLD = [f"orders/unknown-outcome/is-told-honestly/{loss}" for loss in _LOSSES]
_RULES_OF_ERRORS = ("outcome-is-honest", "are-classified", "fatal-is-not-tried-again")
_FAILED = [f"errors/failure/is-no-refusal/with-a{code}-code" for code in ("-known", "n-unknown")]
_PAGES = [
    f"errors/failure/page-without-a-code-is-no-refusal/{page}"
    for page in ("bad-gateway", "unavailable", "gateway-timeout", "empty", "cut-json")
]
_LOOKED_UP = [
    f"orders/unknown-outcome/is-looked-up-before-a-second-submit/{loss}"
    for loss in ("cut", "overloaded", "internal-error")
]
_STATES = (
    "new",
    "partially-filled",
    "filled",
    "canceled-after-partial-fill",
    "expired-after-partial-fill",
)
_NOT_OPEN = "orders/cancel/of-what-is-not-open-leaves-the-outcome-open"
_RACE = "orders/cancel/races-with-a-fill"


def _numbers_through_floats(tables: WireTables) -> WireTables:
    def through_float(value: Decimal) -> str:
        return repr(float(value))

    return dataclasses.replace(tables, decimal_text=through_float)


def _face(
    name: str, bug: BugClass, breaks: str, caught_by: Sequence[str], face: type[Face]
) -> Defect:
    seam = Seam.MAPPING if issubclass(face, orders.Rewording) else Seam.COMPONENT
    return _defect(name, seam, bug, breaks, caught_by, with_face(face))


def _defect(
    name: str, seam: Seam, bug: BugClass, breaks: str, caught_by: Sequence[str], apply: Apply
) -> Defect:
    return Defect(
        name=name, seam=seam, bug_class=bug, breaks=breaks, caught_by=tuple(caught_by), apply=apply
    )


_ASKED = [
    _face(
        "prices-of-four-digits",
        BugClass.order_parameters,
        "cuts prices of limit orders after four significant digits",
        [f"orders/limit/rests-as-asked/{side}" for side in ("buy", "sell")],
        orders.RoundsPricesToFourDigits,
    ),
    _defect(
        "numbers-through-floats",
        Seam.MAPPING,
        BugClass.precision,
        "writes numbers as a float prints them: small ones with an exponent",
        ["orders/limit/tiny-price-is-exact"],
        with_tables(_numbers_through_floats),
    ),
    _face(
        "order-prices-in-cents",
        BugClass.precision,
        "rounds prices of orders to two decimals, whatever the step is",
        ["orders/limit/odd-steps-are-exact"],
        orders.RoundsPricesToCents,
    ),
    _face(
        "market-quantity-as-quote",
        BugClass.order_parameters,
        "sends the base quantity of a market order as an amount of quote currency",
        [f"orders/market/trades-the-base-quantity/{side}" for side in ("buy", "sell")],
        orders.SendsBaseAsQuote,
    ),
    _face(
        "quote-amount-as-quantity",
        BugClass.order_parameters,
        "sends an amount of quote currency as the base quantity",
        ["orders/market/spends-the-quote-amount"],
        orders.SendsQuoteAsBase,
    ),
    _face(
        "ioc-rests",
        BugClass.order_parameters,
        "sends IOC orders as GTC",
        ["orders/immediate-or-cancel/remainder-expires"],
        orders.LetsIocRest,
    ),
    _face(
        "fok-fills-in-part",
        BugClass.order_parameters,
        "sends FOK orders as IOC",
        ["orders/fill-or-kill/all-or-nothing"],
        orders.LetsFokFillInPart,
    ),
    _face(
        "post-only-lost",
        BugClass.order_parameters,
        "sends post-only orders as plain limit orders",
        ["orders/post-only/refused-when-it-would-take"],
        orders.LosesPostOnly,
    ),
    _face(
        "stop-and-limit-exchanged",
        BugClass.order_parameters,
        "exchanges stop and limit price",
        ["orders/stop-limit/rests-then-triggers"],
        orders.ExchangesStopAndLimit,
    ),
    _face(
        "names-replaced",
        BugClass.order_parameters,
        "replaces client order ids, depending on their first letter",
        ["orders/client-order-id/round-trips"],
        orders.RenamesByFirstLetter,
    ),
]

_PLACED = [
    _face(
        "duplicates-placed-anyway",
        BugClass.unknown_outcome,
        "places an order that was refused as a duplicate under another name",
        ["orders/client-order-id/duplicate-is-refused"],
        orders.PlacesDuplicatesAnyway,
    ),
    _defect(
        "unknown-called-rejected",
        Seam.COMPONENT,
        BugClass.unknown_outcome,
        "says NOT_APPLIED of an order whose fate is unknown, and does not ask for it",
        [
            *_TOLD,
            *(
                f"orders/lists/unknown-outcome-is-told-honestly/{loss}"
                for loss in ("cut", "said-so-and-applied", "said-so-and-not-applied")
            ),
            *_FAILED,
            *(f"errors/documented/{rule}/place" for rule in _RULES_OF_ERRORS),
            "errors/unknown-code/is-read-by-its-status/place",
        ],
        with_parts(retry=orders.CallsUnknownRejected),
    ),
    _defect(
        "orders-sent-again",
        Seam.COMPONENT,
        BugClass.retries,
        "sends an order of unknown outcome again without asking what became of the first",
        [*_LOOKED_UP, "errors/documented/fatal-is-not-tried-again/place", *_TOLD],
        with_parts(retry=orders.SendsOrdersAgain),
    ),
    _face(
        "orders-mixed-up",
        BugClass.concurrency,
        "keeps the order to place in a variable that parallel calls share",
        ["concurrency/orders/each-gets-its-own-answer"],
        orders.MixesUpOrders,
    ),
]

_ENDED = [
    _face(
        "canceled-read-as-unfilled",
        BugClass.cancel_race,
        "tells nothing filled of an order that was cancelled",
        ["orders/cancel/keeps-what-was-filled", f"{_RACE}/part"],
        orders.ForgetsFillsOfCanceled,
    ),
    _face(
        "late-cancel-called-harmless",
        BugClass.cancel_race,
        "says NOT_APPLIED when the venue knows no open order to cancel",
        [
            f"{_NOT_OPEN}/never-existed",
            f"{_NOT_OPEN}/filled",
            f"{_RACE}/whole",
            "errors/documented/are-classified/cancel",
            "errors/documented/outcome-is-honest/cancel",
        ],
        orders.SaysNotAppliedOfLateCancels,
    ),
    _face(
        "every-cancel-believed",
        BugClass.cancel_race,
        "tells an order as cancelled when its cancel was too late",
        [f"{_NOT_OPEN}/filled", f"{_RACE}/whole"],
        orders.BelievesEveryCancel,
    ),
    _defect(
        "lost-cancel-called-failed",
        Seam.COMPONENT,
        BugClass.unknown_outcome,
        "says NOT_APPLIED of a cancel whose reply was lost",
        [
            "orders/cancel/lost-reply-is-no-failure",
            "orders/cancel-all/lost-reply-is-no-failure",
            "orders/lists/lost-cancel-is-no-failure",
            *_PAGES,
            *(f"errors/documented/{rule}/cancel" for rule in _RULES_OF_ERRORS),
        ],
        with_parts(retry=orders.CallsLostCancelsFailed),
    ),
    _face(
        "cancel-all-cancels-one",
        BugClass.cancel_race,
        "cancels one order when all are to be cancelled",
        ["orders/cancel-all/leaves-none"],
        orders.CancelsTheFirstOnly,
    ),
    _face(
        "amended-by-new-order",
        BugClass.order_parameters,
        "cancels and places anew instead of amending",
        ["orders/amend/quantity-keeps-id", "orders/amend/keeps-its-place"],
        orders.AmendsByNewOrder,
    ),
    _face(
        "replaced-without-cancel",
        BugClass.order_parameters,
        "places the new order of a replacement and leaves the old one",
        ["orders/replace/ends-one-and-opens-one"],
        orders.ReplacesWithoutCancel,
    ),
]

_TOLD_OF = [
    _face(
        "order-times-left-out",
        BugClass.private_parsing,
        "leaves out the times of an order that is asked for",
        [
            *(f"orders/query/equals-truth/{state}" for state in _STATES),
            "time/stamps/are-the-venues",
            "time/stamps/do-not-know-the-hosts-zone",
        ],
        orders.TellsNoTimes,
    ),
    _face(
        "ended-orders-listed",
        BugClass.cancel_race,
        "lists orders that it has cancelled as open",
        ["orders/life/views-agree", "orders/open-orders/are-complete"],
        orders.ListsEndedOrders,
    ),
    _face(
        "name-of-the-cancel-streamed",
        BugClass.private_parsing,
        "streams a cancelled order under the client order id of its cancel",
        ["orders/life/is-streamed", "private-streams/orders/follow-the-truth"],
        orders.StreamsNamesOfCancels,
    ),
    _face(
        "ten-open-orders",
        BugClass.pagination,
        "tells the first ten open orders",
        ["orders/open-orders/are-complete"],
        orders.TellsTenOpenOrders,
    ),
    _defect(
        "latest-report-believed",
        Seam.COMPONENT,
        BugClass.cancel_race,
        "takes the report that was received last for the newest",
        ["orders/events/old-reply-is-no-news"],
        with_parts(tracker=orders.BelievesTheLatestReport),
    ),
    _face(
        "early-events-dropped",
        BugClass.fills_once,
        "drops events of an order until its submit is answered",
        ["orders/events/before-the-reply"],
        orders.DropsEventsOfUnansweredOrders,
    ),
]

DEFECTS = [*_ASKED, *_PLACED, *_ENDED, *_TOLD_OF]

"""Order lists, self-trade prevention, and orders that wait for a price, handled wrongly."""

import dataclasses
from collections.abc import Sequence

from venueproof_core import BugClass, Defect, Seam, WireTables
from venueproof_core.models import OrderStatus
from venueproof_defects.broken import tied_orders
from venueproof_defects.broken.orders import Rewording
from venueproof_defects.faces import Face, with_face
from venueproof_defects.seams import Apply, with_parts, with_tables

_LISTS = "orders/lists"
_ENDS = [f"{_LISTS}/one-ends-the-other/{how}" for how in ("profit-fills", "stop-is-reached")]
_SELF = "orders/self-trade"
_WHOM = f"{_SELF}/expires-whom-it-shall"
_OFF_BOTH = f"{_SELF}/is-taken-off-both"
_TRIGGERED = f"{_LISTS}/triggered-pair-ends-each-other"


def _ended_in_match_is_canceled(tables: WireTables) -> WireTables:
    statuses = {**tables.statuses, "EXPIRED_IN_MATCH": OrderStatus.CANCELED}
    return dataclasses.replace(tables, statuses=statuses)


def _no_list_is_done(tables: WireTables) -> WireTables:
    other = tables.fields["list_event.symbol"]
    return dataclasses.replace(tables, fields={**tables.fields, "list_event.status": other})


def _defect(
    name: str, seam: Seam, bug: BugClass, breaks: str, caught_by: Sequence[str], apply: Apply
) -> Defect:
    return Defect(
        name=name, seam=seam, bug_class=bug, breaks=breaks, caught_by=tuple(caught_by), apply=apply
    )


def _face(
    name: str, bug: BugClass, breaks: str, caught_by: Sequence[str], face: type[Face]
) -> Defect:
    seam = Seam.MAPPING if issubclass(face, Rewording) else Seam.COMPONENT
    return _defect(name, seam, bug, breaks, caught_by, with_face(face))


_IN_LISTS = [
    _face(
        "pair-placed-as-two",
        BugClass.order_parameters,
        "places the orders of a pair as two that know nothing of each other",
        [*(f"{_LISTS}/pair-is-one-list/{side}" for side in ("sell", "buy")), *_ENDS],
        tied_orders.PlacesPairsAsTwo,
    ),
    _face(
        "pending-placed-at-once",
        BugClass.order_parameters,
        "places orders that shall wait for another one together with it",
        [
            *(f"{_LISTS}/pending-waits-for-the-working/{what}" for what in ("one", "pair")),
            _TRIGGERED,
        ],
        tied_orders.PlacesPendingAtOnce,
    ),
    _face(
        "refused-list-placed-in-part",
        BugClass.order_parameters,
        "places those orders of a refused list that are not refused by themselves",
        [f"{_LISTS}/refused-order-places-none/{leg}" for leg in ("profit", "stop")],
        tied_orders.PlacesWhatWasNotRefused,
    ),
    _face(
        "other-order-of-a-list-kept",
        BugClass.cancel_race,
        "tells the other order of a cancelled list as open",
        [f"{_LISTS}/cancel-ends-both/{how}" for how in ("by-list", "by-order")],
        tied_orders.KeepsTheOtherOrder,
    ),
    _face(
        "every-list-cancel-believed",
        BugClass.cancel_race,
        "takes a list for cancelled that was done before",
        [f"{_LISTS}/cancel-of-what-is-done-leaves-the-outcome-open"],
        tied_orders.BelievesEveryListCancel,
    ),
    _face(
        "expired-orders-not-streamed",
        BugClass.private_parsing,
        "streams no order that has expired",
        [*_ENDS, _TRIGGERED, *(f"{_WHOM}/{whom}" for whom in ("taker", "maker", "both"))],
        tied_orders.StreamsNoExpiry,
    ),
    _defect(
        "news-of-lists-ignored",
        Seam.MAPPING,
        BugClass.cancel_race,
        "does not see that a list is done",
        [f"{_LISTS}/lost-end-is-made-good"],
        with_tables(_no_list_is_done),
    ),
]

_WITH_ONESELF = [
    _face(
        "prevention-mode-lost",
        BugClass.order_parameters,
        "leaves it to the venue how self trades are prevented",
        [f"{_WHOM}/taker", f"{_WHOM}/both", _OFF_BOTH, f"{_SELF}/is-two-fills"],
        tied_orders.LosesPreventionMode,
    ),
    _face(
        "prevention-modes-exchanged",
        BugClass.order_parameters,
        "expires the maker for the taker, and the other way round",
        [f"{_WHOM}/taker", f"{_WHOM}/maker"],
        tied_orders.ExchangesTakerAndMaker,
    ),
    _defect(
        "prevented-read-as-canceled",
        Seam.MAPPING,
        BugClass.private_parsing,
        "reads an order that would have traded with its own account as cancelled",
        [*(f"{_WHOM}/{whom}" for whom in ("taker", "maker", "both")), _OFF_BOTH],
        with_tables(_ended_in_match_is_canceled),
    ),
    _defect(
        "self-trade-counted-once",
        Seam.COMPONENT,
        BugClass.fills_once,
        "takes the other side of a trade with oneself for a repetition",
        [f"{_SELF}/is-two-fills"],
        with_parts(dedupe=tied_orders.CountsTradesOnce),
    ),
]

_WAITING = [
    _face(
        "stop-given-a-limit",
        BugClass.order_parameters,
        "sends a stop order without a limit as one with a limit at its stop price",
        ["orders/stop-market/sells-at-any-price"],
        tied_orders.LimitsStops,
    ),
    _face(
        "take-profit-sent-as-stop",
        BugClass.order_parameters,
        "sends take-profit orders as stops",
        [f"orders/take-profit/sells-when-it-has-risen/{how}" for how in ("market", "limit")],
        tied_orders.TakesProfitsForStops,
    ),
    _face(
        "trails-tenfold",
        BugClass.order_parameters,
        "trails at ten times the distance",
        ["orders/trailing-stop/follows-the-price"],
        tied_orders.TrailsTenfold,
    ),
    _face(
        "iceberg-shown-whole",
        BugClass.order_parameters,
        "loses the visible part of an order",
        ["orders/iceberg/shows-a-part"],
        tied_orders.ShowsIcebergs,
    ),
]

DEFECTS = [*_IN_LISTS, *_WITH_ONESELF, *_WAITING]

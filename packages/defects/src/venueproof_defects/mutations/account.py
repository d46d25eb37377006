"""Balances, fills and private streams that are not the venue's."""

import dataclasses
from collections.abc import Callable, Sequence
from decimal import Decimal

from venueproof_core import BugClass, Defect, Seam, WireTables
from venueproof_core.models import Liquidity
from venueproof_defects.broken import account
from venueproof_defects.faces import with_face
from venueproof_defects.seams import Apply, with_parts, with_tables

_EXACT = "account/balances/numbers-are-exact"
_SIDES = ("buys", "sells")
_MISSED = "private-streams/fills/missed-in-a-cut-are-recovered-once"


def _exchanged(one: str, other: str) -> Apply:
    def change(tables: WireTables) -> WireTables:
        fields = {**tables.fields, one: tables.fields[other], other: tables.fields[one]}
        return dataclasses.replace(tables, fields=fields)

    return with_tables(change)


def _read_from(name: str, other: str) -> Apply:
    def change(tables: WireTables) -> WireTables:
        return dataclasses.replace(tables, fields={**tables.fields, name: tables.fields[other]})

    return with_tables(change)


def _read_by(read_decimal: Callable[[str], Decimal]) -> Apply:
    return with_tables(lambda tables: dataclasses.replace(tables, read_decimal=read_decimal))


def _makers_are_takers(tables: WireTables) -> WireTables:
    other = {Liquidity.MAKER: Liquidity.TAKER, Liquidity.TAKER: Liquidity.MAKER}
    turned = {word: other[liquidity] for word, liquidity in tables.liquidity.items()}
    return dataclasses.replace(tables, liquidity=turned)


def _defect(
    name: str, seam: Seam, bug: BugClass, breaks: str, caught_by: Sequence[str], apply: Apply
) -> Defect:
    return Defect(
        name=name, seam=seam, bug_class=bug, breaks=breaks, caught_by=tuple(caught_by), apply=apply
    )


_ON_REQUEST = [
    _defect(
        "available-and-locked-exchanged",
        Seam.MAPPING,
        BugClass.balances,
        "exchanges available and locked funds",
        [
            "account/balances/equal-truth",
            "account/balances/show-what-an-order-locks",
            *(f"{_EXACT}/{word}" for word in ("eighteen-digits", "scientific", "many-decimals")),
        ],
        _exchanged("balance.available", "balance.locked"),
    ),
    _defect(
        "numbers-read-as-floats",
        Seam.MAPPING,
        BugClass.precision,
        "reads numbers through floats",
        [f"{_EXACT}/eighteen-digits", f"{_EXACT}/many-decimals"],
        _read_by(account.through_float),
    ),
    _defect(
        "exponents-dropped",
        Seam.MAPPING,
        BugClass.precision,
        "reads 1.25E-7 as 1.25",
        [f"{_EXACT}/scientific"],
        _read_by(account.without_exponent),
    ),
    _defect(
        "maker-read-as-taker",
        Seam.MAPPING,
        BugClass.private_parsing,
        "reads the maker flag the wrong way round",
        [f"account/fills/equal-truth/{side}" for side in _SIDES],
        with_tables(_makers_are_takers),
    ),
    _defect(
        "side-of-the-taker",
        Seam.MAPPING,
        BugClass.private_parsing,
        "tells the taker's side for a fill as maker",
        [f"account/fills/equal-truth/{side}" for side in _SIDES],
        with_face(account.TakesSideOfTaker),
    ),
    _defect(
        "fee-sign-flipped",
        Seam.MAPPING,
        BugClass.fees,
        "tells a fee that was paid as one that was received",
        [f"account/fills/fees-are-exact/{side}" for side in _SIDES],
        with_face(account.FlipsFees),
    ),
    _defect(
        "fees-always-in-quote",
        Seam.MAPPING,
        BugClass.fees,
        "tells every fee as one in quote currency",
        ["account/fills/fees-are-exact/buys"],
        with_face(account.TakesFeesForQuote),
    ),
    _defect(
        "one-page-of-fills",
        Seam.COMPONENT,
        BugClass.pagination,
        "tells the newest thousand fills",
        ["account/fills/complete-over-pages"],
        with_face(account.TellsOnePageOfFills),
    ),
    _defect(
        "history-without-canceled",
        Seam.COMPONENT,
        BugClass.pagination,
        "leaves cancelled orders out of the history",
        ["account/order-history/holds-every-state"],
        with_face(account.LeavesCanceledOut),
    ),
    _defect(
        "one-page-of-orders",
        Seam.COMPONENT,
        BugClass.pagination,
        "tells the newest thousand orders",
        ["account/order-history/complete-over-pages"],
        with_face(account.TellsOnePageOfOrders),
    ),
    _defect(
        "maker-and-taker-rates-exchanged",
        Seam.MAPPING,
        BugClass.fees,
        "exchanges what the account pays as maker and as taker",
        ["account/fee-rates/are-what-is-charged", "account/fee-rates/are-the-accounts-own"],
        _exchanged("fee_rates.maker", "fee_rates.taker"),
    ),
    _defect(
        "rates-shared-by-accounts",
        Seam.COMPONENT,
        BugClass.fees,
        "remembers the rates of an instrument for every account that asks",
        ["account/fee-rates/are-the-accounts-own"],
        with_face(account.SharesRates),
    ),
    _defect(
        "rates-in-percent",
        Seam.MAPPING,
        BugClass.fees,
        "tells fee rates in per cent",
        ["account/fee-rates/are-what-is-charged", "account/fee-rates/are-the-accounts-own"],
        with_face(account.TellsRatesInPercent),
    ),
]

_STREAMED = [
    _defect(
        "last-fill-read-as-all",
        Seam.MAPPING,
        BugClass.private_parsing,
        "reads the quantity of the last fill as the cumulative one",
        ["private-streams/orders/follow-the-truth"],
        _read_from("order_event.filled_quantity", "fill_event.quantity"),
    ),
    _defect(
        "every-fill-counted",
        Seam.COMPONENT,
        BugClass.fills_once,
        "does not remember which fills it has told",
        ["private-streams/fills/duplicate-is-told-once", _MISSED],
        with_parts(dedupe=account.CountsEveryFill),
    ),
    _defect(
        "older-fills-refused",
        Seam.COMPONENT,
        BugClass.fills_once,
        "takes a fill that comes after a newer one for a repetition",
        ["private-streams/fills/lost-event-is-made-good"],
        with_parts(dedupe=account.RefusesOlderFills),
    ),
    _defect(
        "fills-not-recovered",
        Seam.COMPONENT,
        BugClass.resubscription,
        "reads no fills after a cut",
        [_MISSED],
        with_parts(recovery=account.RecoversNoFills),
    ),
    _defect(
        "orders-not-recovered",
        Seam.COMPONENT,
        BugClass.resubscription,
        "reads no orders after a cut",
        [
            f"private-streams/reconnect/after-any-close-code/{word}"
            for word in ("normal", "going-away", "cut")
        ],
        with_parts(recovery=account.RecoversNoOrders),
    ),
    _defect(
        "streamed-balances-exchanged",
        Seam.MAPPING,
        BugClass.balances,
        "exchanges available and locked funds of balance events",
        ["private-streams/balances/follow-orders-and-fills"],
        _exchanged("balance_event.available", "balance_event.locked"),
    ),
    _defect(
        "own-orders-only",
        Seam.COMPONENT,
        BugClass.private_parsing,
        "streams only orders that it has placed itself",
        ["private-streams/orders/of-another-client-are-seen"],
        with_face(account.StreamsOwnOrdersOnly),
    ),
    _defect(
        "refused-stream-swallowed",
        Seam.COMPONENT,
        BugClass.subscription_protocol,
        "opens a silent stream where the venue refuses the subscription",
        ["private-streams/subscription/refusal-is-reported"],
        with_face(account.SwallowsRefusedStreams),
    ),
]

DEFECTS = [*_ON_REQUEST, *_STREAMED]

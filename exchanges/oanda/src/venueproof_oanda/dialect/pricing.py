"""Prices: the dealer's ladders, what they convert at, and the stream of them.

Source: https://developer.oanda.com/rest-live-v20/pricing-ep/
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Channel, Operation
from venueproof_core.models import InstrumentStatus
from venueproof_oanda.dialect.errors import invalid
from venueproof_oanda.dialect.listings import BY_NAME, TERMS_OF
from venueproof_oanda.dialect.wire import encode, fixed, plain, price, read_time, rfc3339
from venueproof_simulator.quoting import Ladder, QuotingCore
from venueproof_simulator.toolkit import Call, Route, StreamEvent
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
CONVERSION_SPREAD = SCALE // 200
"""Half a per cent: what converting a profit costs."""


def factors(core: QuotingCore, symbol: str) -> tuple[str, str]:
    """What a gain and a loss in the quote currency are multiplied with."""
    rate = core.prices.home_rate(symbol)
    if core.instruments[symbol].quote == core.prices.home_asset:
        return "1", "1"
    gain = rate * Fraction(SCALE - CONVERSION_SPREAD, SCALE)
    loss = rate * Fraction(SCALE + CONVERSION_SPREAD, SCALE)
    return plain(round(gain * SCALE)), plain(round(loss * SCALE))


def _buckets(symbol: str, levels: tuple[tuple[int, int], ...], *, as_text: bool) -> list[Row]:
    return [
        {
            "price": price(symbol, at),
            "liquidity": plain(size) if as_text else size // SCALE,
        }
        for at, size in levels
    ]


def _closeouts(symbol: str, ladder: Ladder) -> Row:
    return {
        "closeoutBid": price(symbol, ladder.bids[-1][0] if ladder.bids else 0),
        "closeoutAsk": price(symbol, ladder.asks[-1][0] if ladder.asks else 0),
    }


def full_price(symbol: str, ladder: Ladder, time_ns: int) -> Row:
    """A ladder as fills tell it."""
    return {
        **_closeouts(symbol, ladder),
        "timestamp": rfc3339(time_ns),
        "bids": _buckets(symbol, ladder.bids, as_text=True),
        "asks": _buckets(symbol, ladder.asks, as_text=True),
    }


def client_price(core: QuotingCore, symbol: str) -> Row:
    """The ladder in force, as the price stream tells it."""
    ladder = core.ladder(symbol)
    is_open = core.instruments[symbol].status is InstrumentStatus.TRADING
    return {
        "type": "PRICE",
        "time": rfc3339(ladder.version),
        "bids": _buckets(symbol, ladder.bids, as_text=False),
        "asks": _buckets(symbol, ladder.asks, as_text=False),
        **_closeouts(symbol, ladder),
        "status": "tradeable" if is_open else "non-tradeable",
        "tradeable": is_open,
        "instrument": TERMS_OF[symbol].name,
    }


def units_available(dialect: OandaDialect, account: str, symbol: str) -> Row:
    """How much more of an instrument the account's margin carries, by what a fill may do."""
    core = dialect.core
    nothing = {"long": "0", "short": "0"}
    if core.instruments[symbol].status is not InstrumentStatus.TRADING:
        return dict.fromkeys(("default", "reduceFirst", "openOnly", "reduceOnly"), nothing)
    position = core.position(account, symbol)
    worth = core.prices.value(symbol, SCALE * round(core.prices.quote(symbol).middle))
    margin = Fraction(worth * core.margin_rates[symbol], SCALE)
    free = int(core.valuation(account).margin_available / margin)
    opened = {"long": str(free), "short": str(free)}
    net = position.net // SCALE
    reduced = {"long": str(free + 2 * max(0, -net)), "short": str(free + 2 * max(0, net))}
    only = {"long": str(max(0, -net)), "short": str(max(0, net))}
    return {"default": reduced, "reduceFirst": reduced, "openOnly": opened, "reduceOnly": only}


def symbols_of(text: str | None) -> list[str]:
    """Symbols of a list of instruments.

    Raises:
        Refuse: One is not known, or there is none.
    """
    names = [name for name in (text or "").split(",") if name]
    if not names or any(name not in BY_NAME for name in names):
        raise invalid("instruments")
    return [BY_NAME[name].rules.symbol for name in names]


def pricing(dialect: OandaDialect, call: Call) -> Row:
    """``GET pricing``: ladders that came after ``since``."""
    core, query = dialect.core, call.parameters
    symbols = symbols_of(query.get("instruments"))
    since_ns = 0
    if "since" in query:
        found = read_time(query["since"])
        if found is None:
            raise invalid("since")
        since_ns = found
    rows = []
    name = dialect.account_of(call).name
    for symbol in symbols:
        if core.version(symbol) <= since_ns:
            continue
        row = client_price(core, symbol)
        gain, loss = factors(core, symbol)
        row["quoteHomeConversionFactors"] = {"positiveUnits": gain, "negativeUnits": loss}
        if query.get("includeUnitsAvailable", "true").lower() == "true":
            row["unitsAvailable"] = units_available(dialect, name, symbol)
        rows.append(row)
    if len(symbols) == 1:
        call.book_version = core.version(symbols[0])
    body: Row = {"time": rfc3339(dialect.world.stamps.time_ns()), "prices": rows}
    if query.get("includeHomeConversions", "false").lower() == "true":
        body["homeConversions"] = _conversions(core, symbols)
    return body


def _conversions(core: QuotingCore, symbols: list[str]) -> list[Row]:
    rows = []
    for quote in dict.fromkeys(core.instruments[symbol].quote for symbol in symbols):
        symbol = next(one for one in symbols if core.instruments[one].quote == quote)
        gain, loss = factors(core, symbol)
        plain_rate = plain(round(core.prices.home_rate(symbol) * SCALE))
        rows.append(
            {
                "currency": quote,
                "accountGain": gain,
                "accountLoss": loss,
                "positionValue": plain_rate,
            }
        )
    return rows


def instruments(dialect: OandaDialect, call: Call) -> Row:
    """``GET instruments``."""
    wanted = call.parameters.get("instruments")
    symbols = symbols_of(wanted) if wanted else list(dialect.core.instruments)
    return {"instruments": [_instrument(dialect.core, symbol) for symbol in symbols]}


def _instrument(core: QuotingCore, symbol: str) -> Row:
    rules, terms = core.instruments[symbol], TERMS_OF[symbol]
    days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    charged = (1, 1, 3, 1, 1, 0, 0)
    return {
        "name": terms.name,
        "type": terms.kind,
        "displayName": terms.title,
        "pipLocation": terms.pip_location,
        "displayPrecision": terms.price_digits,
        "tradeUnitsPrecision": terms.unit_digits,
        "minimumTradeSize": plain(rules.minimum_quantity),
        "maximumTrailingStopDistance": terms.largest_trail,
        "minimumTrailingStopDistance": terms.smallest_trail,
        "maximumPositionSize": "0",
        "maximumOrderUnits": plain(rules.maximum_quantity or 0),
        "marginRate": plain(core.margin_rates[symbol]),
        "guaranteedStopLossOrderMode": "DISABLED",
        "tags": [{"type": "ASSET_CLASS", "name": terms.kind}],
        "financing": {
            "longRate": "-0.0300",
            "shortRate": "0.0100",
            "financingDaysOfWeek": [
                {"dayOfWeek": day, "daysCharged": count}
                for day, count in zip(days, charged, strict=True)
            ],
        },
    }


def book(dialect: OandaDialect, call: Call) -> Row:
    """``GET orderBook`` and ``GET positionBook``: where clients' orders and positions are, in per cent."""
    listing = BY_NAME.get(call.parameters["instrument"])
    if listing is None:
        raise invalid("instrument")
    symbol = listing.rules.symbol
    terms, core = TERMS_OF[symbol], dialect.core
    if not terms.has_books:
        raise dialect.no_such("The order book for the instrument does not exist")
    time_ns = dialect.world.stamps.time_ns()
    if "time" in call.parameters:
        found = read_time(call.parameters["time"])
        if found is None:
            raise invalid("time")
        time_ns = found
    every_ns = 300 * 1_000_000_000
    middle, tick = round(core.prices.quote(symbol).middle), core.instruments[symbol].tick_size
    width = 50 * tick
    centre = middle // width * width
    kind = "orderBook" if call.path.endswith("orderBook") else "positionBook"
    places = range(-20, 21)
    total = sum(21 - abs(place) for place in places)
    buckets = [
        {
            "price": price(symbol, centre + place * width),
            "longCountPercent": fixed(SCALE * 50 * (21 - abs(place)) // total, 4),
            "shortCountPercent": fixed(SCALE * 50 * (21 - abs(place)) // total, 4),
        }
        for place in places
    ]
    body = {
        "instrument": terms.name,
        "time": rfc3339(time_ns // every_ns * every_ns),
        "price": price(symbol, middle // tick * tick),
        "bucketWidth": price(symbol, width),
        "buckets": buckets,
    }
    return {kind: body}


def price_event(core: QuotingCore, symbol: str) -> StreamEvent:
    """The ladder in force, for whoever listens."""
    return StreamEvent(
        name=f"pricing/{symbol}",
        payload=encode(client_price(core, symbol)),
        documented="PRICE",
        channel=Channel.TOP_OF_BOOK,
        symbol=symbol,
        book_version=core.version(symbol),
    )


ROUTES = (
    Route(
        name="GET /v3/accounts/{accountID}/pricing",
        operation=Operation.ORDER_BOOK,
        handler=pricing,
        parameters=("instruments*", "since", "includeUnitsAvailable", "includeHomeConversions"),
    ),
    Route(
        name="GET /v3/accounts/{accountID}/instruments",
        operation=Operation.INSTRUMENTS,
        handler=instruments,
        parameters=("instruments",),
    ),
    Route(
        name="GET /v3/instruments/{instrument}/orderBook", operation=Operation.OTHER, handler=book
    ),
    Route(
        name="GET /v3/instruments/{instrument}/positionBook",
        operation=Operation.OTHER,
        handler=book,
    ),
)

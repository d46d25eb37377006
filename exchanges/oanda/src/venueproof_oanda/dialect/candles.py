"""Candles of the dealer's prices: middles, bids and asks.

Source: https://developer.oanda.com/rest-live-v20/instrument-ep/
"""

from __future__ import annotations

import bisect
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from venueproof_core.control import Operation
from venueproof_oanda.dialect.errors import bad, invalid
from venueproof_oanda.dialect.hours import moment, nanoseconds
from venueproof_oanda.dialect.listings import BY_NAME, TERMS_OF
from venueproof_oanda.dialect.wire import price, read_time, rfc3339
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.quoting import Ladder
from venueproof_simulator.toolkit import Call, Route
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

MOST = 5000
DEFAULT = 500
GRANULARITIES = {
    "S5": 5,
    "S10": 10,
    "S15": 15,
    "S30": 30,
    "M1": 60,
    "M2": 120,
    "M4": 240,
    "M5": 300,
    "M10": 600,
    "M15": 900,
    "M30": 1800,
    "H1": 3600,
    "H2": 7200,
    "H3": 10_800,
    "H4": 14_400,
    "H6": 21_600,
    "H8": 28_800,
    "H12": 43_200,
    "D": 86_400,
    "W": 604_800,
    "M": 2_592_000,
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Tick(NamedTuple):
    """The best prices of a moment."""

    time_ns: int
    bid: int
    ask: int


class Ticks:
    """Every best price there was, by symbol: those before the world began were made up."""

    def __init__(self, dialect: OandaDialect) -> None:
        self._dialect = dialect
        self._ticks: dict[str, list[Tick]] = {}

    def of(self, symbol: str) -> list[Tick]:
        """All ticks of an instrument, oldest first."""
        found = self._ticks.get(symbol)
        if found is None:
            rules = self._dialect.core.instruments[symbol]
            spread = BY_NAME[symbol.replace("-", "_")].spread_ticks * rules.tick_size
            found = self._ticks[symbol] = [
                Tick(row.time_ns, row.price - spread // 2, row.price + spread - spread // 2)
                for row in self._dialect.world.history.trades(symbol)
            ]
        return found

    def add(self, symbol: str, ladder: Ladder) -> None:
        """A ladder came into force."""
        if ladder.bid is not None and ladder.ask is not None:
            lead_ns = self._dialect.world.lead_ns()
            self.of(symbol).append(Tick(ladder.version + lead_ns, ladder.bid, ladder.ask))


class Alignment(NamedTuple):
    """Where candles of hours, days and weeks begin."""

    seconds: int
    zone: ZoneInfo
    hour: int
    weekday: int
    is_month: bool = False

    def start_ns(self, time_ns: int) -> int:
        """Where the candle that holds a time begins."""
        length_ns = self.seconds * SECOND_NS
        if self.seconds <= 3600:
            return time_ns // length_ns * length_ns
        local = moment(time_ns, self.zone)
        day = local.replace(hour=self.hour, minute=0, second=0)
        if day > local:
            day -= timedelta(days=1)
        if self.is_month:
            return nanoseconds(day.replace(day=1))
        if self.seconds == 604_800:
            return nanoseconds(day - timedelta(days=(day.weekday() - self.weekday) % 7))
        hours = int((local - day).total_seconds()) // self.seconds * self.seconds
        return nanoseconds(day) + hours * SECOND_NS

    def end_ns(self, start_ns: int) -> int:
        """Where the next one begins."""
        if self.seconds <= 3600:
            return start_ns + self.seconds * SECOND_NS
        if self.is_month:
            local = moment(start_ns, self.zone)
            later: datetime = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
            return nanoseconds(later)
        # Days are 23 to 25 hours long: a time in the next one says where it begins.
        return self.start_ns(start_ns + (self.seconds + 2 * 3600) * SECOND_NS)


def candles(dialect: OandaDialect, call: Call) -> dict[str, Any]:
    """``GET candles``: of an instrument, with or without an account in the path."""
    query = call.parameters
    listing = BY_NAME.get(query["instrument"])
    if listing is None:
        raise invalid("instrument")
    symbol, now_ns = listing.rules.symbol, dialect.world.stamps.time_ns()
    alignment, granularity = _alignment(query)
    kinds = query.get("price", "M").upper()
    if not kinds or set(kinds) - set("MBA"):
        raise invalid("price")
    start_ns, end_ns = _time(query, "from", now_ns), _time(query, "to", now_ns)
    count = _count(query)
    if start_ns is not None and end_ns is not None:
        if count is not None:
            raise invalid("count")
        if (end_ns - start_ns) // (alignment.seconds * SECOND_NS) > MOST:
            raise bad("Maximum value for 'count' exceeded")
        count = MOST
    groups = _groups(dialect, symbol, alignment, start_ns, end_ns, count or DEFAULT, query)
    is_smooth = query.get("smooth", "false").lower() == "true"
    now_ns += dialect.world.lead_ns()
    rows = []
    for begin_ns, before, ticks in groups:
        row: dict[str, Any] = {
            "complete": alignment.end_ns(begin_ns) <= now_ns,
            "volume": len(ticks),
            "time": rfc3339(begin_ns),
        }
        for letter, name in (("B", "bid"), ("M", "mid"), ("A", "ask")):
            if letter in kinds:
                first = before if is_smooth and before is not None else ticks[0]
                row[name] = _prices(symbol, name, first, ticks)
        rows.append(row)
    return {"instrument": query["instrument"], "granularity": granularity, "candles": rows}


def _alignment(query: dict[str, str]) -> tuple[Alignment, str]:
    granularity = query.get("granularity", "S5")
    seconds = GRANULARITIES.get(granularity)
    if seconds is None:
        raise invalid("granularity")
    hour = query.get("dailyAlignment", "17")
    if not hour.isdigit() or int(hour) > 23:
        raise invalid("dailyAlignment")
    weekday = query.get("weeklyAlignment", "Friday")
    if weekday not in DAYS:
        raise invalid("weeklyAlignment")
    try:
        zone = ZoneInfo(query.get("alignmentTimezone", "America/New_York"))
    except (KeyError, ValueError, OSError):
        raise invalid("alignmentTimezone") from None
    found = Alignment(seconds, zone, int(hour), DAYS.index(weekday), granularity == "M")
    return found, granularity


def _time(query: dict[str, str], name: str, now_ns: int) -> int | None:
    if name not in query:
        return None
    found = read_time(query[name])
    if found is None:
        raise invalid(name)
    if found > now_ns:
        raise bad(f"Invalid value specified for '{name}'. Time is in the future")
    return found


def _count(query: dict[str, str]) -> int | None:
    if "count" not in query:
        return None
    if not query["count"].isdigit() or not int(query["count"]):
        raise invalid("count")
    if int(query["count"]) > MOST:
        raise bad("Maximum value for 'count' exceeded")
    return int(query["count"])


_Group = tuple[int, Tick | None, list[Tick]]


def _groups(
    dialect: OandaDialect,
    symbol: str,
    alignment: Alignment,
    start_ns: int | None,
    end_ns: int | None,
    count: int,
    query: dict[str, str],
) -> list[_Group]:
    """Candles that have ticks: where each begins, the tick before it, and its own."""
    ticks = dialect.ticks.of(symbol)
    first = 0
    if start_ns is not None:
        covers = alignment.start_ns(start_ns)
        if query.get("includeFirst", "true").lower() == "false":
            covers = alignment.end_ns(covers)
        first = bisect.bisect_left(ticks, covers, key=lambda tick: tick.time_ns)
    last = len(ticks)
    if end_ns is not None:
        last = bisect.bisect_left(ticks, end_ns, key=lambda tick: tick.time_ns)
    found: list[_Group] = []
    if start_ns is not None:
        place = first
        while place < last and len(found) < count:
            begin_ns = alignment.start_ns(ticks[place].time_ns)
            end = _first_at(ticks, alignment.end_ns(begin_ns), place, len(ticks))
            found.append((begin_ns, ticks[place - 1] if place else None, ticks[place:end]))
            place = end
        return found
    place = last
    while place > 0 and len(found) < count:
        begin_ns = alignment.start_ns(ticks[place - 1].time_ns)
        begin = _first_at(ticks, begin_ns, 0, place)
        end = _first_at(ticks, alignment.end_ns(begin_ns), place, len(ticks))
        found.append((begin_ns, ticks[begin - 1] if begin else None, ticks[begin:end]))
        place = begin
    found.reverse()
    return found


def _first_at(ticks: list[Tick], time_ns: int, low: int, high: int) -> int:
    return bisect.bisect_left(ticks, time_ns, low, high, key=lambda tick: tick.time_ns)


def _prices(symbol: str, name: str, first: Tick, ticks: list[Tick]) -> dict[str, str]:
    def of(tick: Tick) -> int:
        if name == "mid":
            return (tick.bid + tick.ask) // 2
        return tick.bid if name == "bid" else tick.ask

    values = [of(tick) for tick in ticks]
    told = {
        "o": of(first),
        "h": max(*values, of(first)),
        "l": min(*values, of(first)),
        "c": values[-1],
    }
    step = SCALE // 10 ** TERMS_OF[symbol].price_digits
    return {key: price(symbol, value // step * step) for key, value in told.items()}


_PARAMETERS = (
    "price",
    "granularity",
    "count",
    "from",
    "to",
    "smooth",
    "includeFirst",
    "dailyAlignment",
    "alignmentTimezone",
    "weeklyAlignment",
    "units",
)
ROUTES = (
    Route(
        name="GET /v3/instruments/{instrument}/candles",
        operation=Operation.CANDLES,
        handler=candles,
        parameters=_PARAMETERS,
    ),
    Route(
        name="GET /v3/accounts/{accountID}/instruments/{instrument}/candles",
        operation=Operation.CANDLES,
        handler=candles,
        parameters=_PARAMETERS,
    ),
)

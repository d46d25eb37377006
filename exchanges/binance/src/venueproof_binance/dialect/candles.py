"""Candle intervals. Source: REST page, "Kline/Candlestick data".

Intervals are aligned to UTC, or to another time zone: then all of them open so much earlier. ``east_ns`` is
that zone's distance from UTC, in nanoseconds.
"""

from datetime import UTC, datetime

from venueproof_simulator.clocks import SECOND_NS

INTERVALS = {
    "1s": 1,
    "1m": 60,
    "3m": 180,
    "5m": 300,
    "15m": 900,
    "30m": 1800,
    "1h": 3600,
    "2h": 7200,
    "4h": 14_400,
    "6h": 21_600,
    "8h": 28_800,
    "12h": 43_200,
    "1d": 86_400,
    "3d": 259_200,
    "1w": 604_800,
    "1M": 2_592_000,
}
# 1970-01-01 was a Thursday; weeks open on Mondays.
_WEEK_OFFSET_S = 4 * 86_400


def interval_start(interval: str, time_ns: int, east_ns: int = 0) -> int:
    """Where the interval that holds ``time_ns`` opens, nanoseconds UTC."""
    local_ns = time_ns + east_ns
    if interval == "1M":
        moment = datetime.fromtimestamp(local_ns // SECOND_NS, UTC)
        opened = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        return int(opened.timestamp()) * SECOND_NS - east_ns
    length = INTERVALS[interval] * SECOND_NS
    offset = _WEEK_OFFSET_S * SECOND_NS if interval == "1w" else 0
    return (local_ns - offset) // length * length + offset - east_ns


def next_start(interval: str, start_ns: int, east_ns: int = 0) -> int:
    """Where the interval after the one that opens at ``start_ns`` opens."""
    if interval == "1M":
        return interval_start(interval, start_ns + 32 * 86_400 * SECOND_NS, east_ns)
    return start_ns + INTERVALS[interval] * SECOND_NS


def interval_starts(
    interval: str,
    start_ns: int | None,
    end_ns: int | None,
    limit: int,
    now_ns: int,
    east_ns: int = 0,
) -> tuple[list[int], int]:
    """Opening times asked for, rising, and the end of the last interval; none is before 1970.

    Only a start: the first ``limit`` from there. Else the last ``limit`` up to the end, or to now.
    """
    newest = interval_start(
        interval, min(end_ns if end_ns is not None else now_ns, now_ns), east_ns
    )
    starts: list[int] = []
    if start_ns is not None:
        opened = interval_start(interval, start_ns, east_ns)
        if opened < start_ns:
            opened = next_start(interval, opened, east_ns)
        while opened <= newest and len(starts) < limit:
            starts.append(opened)
            opened = next_start(interval, opened, east_ns)
    else:
        opened = newest
        while opened >= 0 and len(starts) < limit:
            starts.append(opened)
            opened = interval_start(interval, opened - 1, east_ns)
        starts.reverse()
    return starts, next_start(interval, starts[-1], east_ns) if starts else newest

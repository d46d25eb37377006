"""Candle intervals: where they open.

An interval is named by its length in seconds. Weeks open on Mondays and months on their first day; everything else
is aligned to the epoch. Intervals are aligned to UTC, or to another time zone: then all of them open so much
earlier. ``east_ns`` is that zone's distance from UTC, in nanoseconds.
"""

from datetime import UTC, datetime

from venueproof_simulator.clocks import SECOND_NS

WEEK_S = 604_800
MONTH_S = 2_592_000  # Stands for a calendar month, whatever its length.
# 1970-01-01 was a Thursday.
_WEEK_OFFSET_NS = 4 * 86_400 * SECOND_NS


def interval_start(length_s: int, time_ns: int, east_ns: int = 0) -> int:
    """Where the interval that holds ``time_ns`` opens, nanoseconds UTC."""
    local_ns = time_ns + east_ns
    if length_s == MONTH_S:
        moment = datetime.fromtimestamp(local_ns // SECOND_NS, UTC)
        opened = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        return int(opened.timestamp()) * SECOND_NS - east_ns
    length = length_s * SECOND_NS
    offset = _WEEK_OFFSET_NS if length_s == WEEK_S else 0
    return (local_ns - offset) // length * length + offset - east_ns


def next_start(length_s: int, start_ns: int, east_ns: int = 0) -> int:
    """Where the interval after the one that opens at ``start_ns`` opens."""
    if length_s == MONTH_S:
        return interval_start(length_s, start_ns + 32 * 86_400 * SECOND_NS, east_ns)
    return start_ns + length_s * SECOND_NS


def interval_starts(
    length_s: int,
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
        length_s, min(end_ns if end_ns is not None else now_ns, now_ns), east_ns
    )
    starts: list[int] = []
    if start_ns is not None:
        opened = interval_start(length_s, start_ns, east_ns)
        if opened < start_ns:
            opened = next_start(length_s, opened, east_ns)
        while opened <= newest and len(starts) < limit:
            starts.append(opened)
            opened = next_start(length_s, opened, east_ns)
    else:
        opened = newest
        while opened >= 0 and len(starts) < limit:
            starts.append(opened)
            opened = interval_start(length_s, opened - 1, east_ns)
        starts.reverse()
    return starts, next_start(length_s, starts[-1], east_ns) if starts else newest

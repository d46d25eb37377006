"""Days of the venue: they end at 17:00 in New York, and the week with Friday's."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from venueproof_simulator.clocks import SECOND_NS

NEW_YORK = ZoneInfo("America/New_York")
DAY_ENDS_H = 17
_WEEKEND = timedelta(days=2)


def moment(time_ns: int, zone: ZoneInfo = NEW_YORK) -> datetime:
    """A time as that zone's clocks show it, to the second."""
    return datetime.fromtimestamp(time_ns // SECOND_NS, UTC).astimezone(zone)


def nanoseconds(when: datetime) -> int:
    """The same in nanoseconds UTC."""
    return int(when.timestamp()) * SECOND_NS


def day_end_ns(time_ns: int) -> int:
    """When the day that holds this time ends."""
    local = moment(time_ns)
    end = local.replace(hour=DAY_ENDS_H, minute=0, second=0)
    return nanoseconds(end if local < end else end + timedelta(days=1))


def past_time_ns(now_ns: int, age_ns: int) -> int:
    """So much trading time ago: what falls into the last weekend happened before it."""
    local = moment(now_ns)
    sunday = local - timedelta(days=(local.weekday() + 1) % 7)
    opened = sunday.replace(hour=DAY_ENDS_H, minute=0, second=0, microsecond=0)
    if opened > local:
        # A simulated venue is open at weekends too; only one that is over is skipped.
        opened -= timedelta(days=7)
    then_ns = now_ns - age_ns
    return (
        then_ns
        if then_ns >= nanoseconds(opened)
        else then_ns - int(_WEEKEND / timedelta(seconds=1)) * SECOND_NS
    )

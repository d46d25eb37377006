"""Names of market streams. Source: WebSocket streams page, "Detailed stream information"."""

import re
from functools import lru_cache

from venueproof_core.control import Channel

# Documented name, what follows the symbol as a pattern, what it carries. ``@depth@1000ms`` is in older
# documents, and official clients still send it; likewise the cadence that clients put to ``!miniTicker@arr``.
_OF_SYMBOL = (
    ("<symbol>@trade", r"trade", Channel.TRADES),
    ("<symbol>@aggTrade", r"aggTrade", Channel.TRADES),
    (
        "<symbol>@kline_<interval>",
        r"kline_(?:1s|[135]m|15m|30m|[12468]h|12h|[13]d|1w|1M)",
        Channel.CANDLES,
    ),
    (
        "<symbol>@kline_<interval>@+08:00",
        r"kline_(?:1s|[135]m|15m|30m|[12468]h|12h|[13]d|1w|1M)@\+08:00",
        Channel.CANDLES,
    ),
    ("<symbol>@miniTicker", r"miniTicker", Channel.TICKER),
    ("<symbol>@ticker", r"ticker", Channel.TICKER),
    ("<symbol>@ticker_<window>", r"ticker_(?:1h|4h|1d)", Channel.TICKER),
    ("<symbol>@bookTicker", r"bookTicker", Channel.TOP_OF_BOOK),
    ("<symbol>@avgPrice", r"avgPrice", Channel.TICKER),
    ("<symbol>@referencePrice", r"referencePrice", Channel.TICKER),
    ("<symbol>@depth<levels>", r"depth(?:5|10|20)(?:@1000ms)?", Channel.ORDER_BOOK),
    ("<symbol>@depth<levels>@100ms", r"depth(?:5|10|20)@100ms", Channel.ORDER_BOOK),
    ("<symbol>@depth", r"depth(?:@1000ms)?", Channel.ORDER_BOOK),
    ("<symbol>@depth@100ms", r"depth@100ms", Channel.ORDER_BOOK),
)
_OF_ALL = (
    ("!miniTicker@arr", r"!miniTicker@arr(?:@[13]000ms)?", Channel.TICKER),
    ("!ticker@arr", r"!ticker@arr", Channel.TICKER),
    ("!ticker_<window>@arr", r"!ticker_(?:1h|4h|1d)@arr", Channel.TICKER),
)
# The documents: retired on this date.
TICKER_OF_ALL_UNTIL = "2026-03-26"
_PATTERNS = [
    *((name, re.compile(rf"[^@!]+@{pattern}"), channel) for name, pattern, channel in _OF_SYMBOL),
    *((name, re.compile(pattern), channel) for name, pattern, channel in _OF_ALL),
]


@lru_cache(maxsize=4096)
def kind_of(name: str) -> tuple[str, Channel] | None:
    """The documented form of a stream's name, and what it carries; ``None`` for a name nobody knows."""
    for documented, pattern, channel in _PATTERNS:
        if pattern.fullmatch(name):
            return documented, channel
    return None

"""Reading request parameters. Source: REST page, "General information on endpoints"; error codes page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.listings import BY_VENUE_SYMBOL
from venueproof_core.models import InstrumentStatus
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

DAY_NS = 86_400 * SECOND_NS
NUMBER = r"([0-9]{1,20})(\.[0-9]{1,20})?"
CLIENT_ID = r"[a-zA-Z0-9-_]{1,36}"
LARGEST = 2**63 - 1
# Beyond this no clock goes (year 2255); later times are as good as this one.
LAST_NS = 9_000_000_000 * SECOND_NS
STATUSES = {
    InstrumentStatus.TRADING: "TRADING",
    InstrumentStatus.CANCEL_ONLY: "CANCEL_ONLY",
    InstrumentStatus.HALTED: "HALT",
}
WANTED_STATUSES = ("TRADING", "HALT", "BREAK")
_WHOLE = re.compile(r"[0-9]{1,20}")
_NUMBER = re.compile(NUMBER, re.ASCII)
_CLIENT_ID = re.compile(CLIENT_ID)
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


# ---------------------------------------------------------------- names and values as sent


def raw(text: str) -> bytes:
    """The bytes of a request target as they came."""
    return text.encode("utf-8", "surrogateescape")


def pairs_of(encoded: bytes) -> list[tuple[str, str]]:
    """Names and values, in the order sent; what cannot be decoded becomes the replacement character."""
    text = encoded.decode("utf-8", "replace")
    if "%" not in text and "+" not in text:
        parts = (part.partition("=") for part in text.split("&") if part)
        return [(name, value) for name, _, value in parts]
    return parse_qsl(text, keep_blank_values=True, errors="replace")


def is_readable(encoded: bytes) -> bool:
    """Whether all of it is UTF-8, percent-encoded properly."""
    if encoded.isascii() and b"%" not in encoded:
        return True
    if _BAD_PERCENT.search(encoded):
        return False
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


# ---------------------------------------------------------------- symbols


def canonical(text: str) -> str:
    """The canonical symbol.

    Raises:
        Refuse: -1121, or -1100 for characters no symbol has.
    """
    listing = BY_VENUE_SYMBOL.get(text)
    if listing is None:
        if not re.fullmatch(r"[\w-]{1,20}", text):
            raise errors.illegal("symbol", "^[\\w\\-._&&[^a-z]]{1,50}$")
        raise errors.invalid_symbol()
    return listing.rules.symbol


def symbol_list(text: str, *, most: int | None = None) -> list[str]:
    """Canonical symbols of a JSON array.

    Raises:
        Refuse: -1135 for no array, -1151 for a symbol named twice, -1101 for too many, -1121.
    """
    names = text_list(text, "symbols")
    if len(set(names)) != len(names):
        raise Refuse(-1151, "Symbol is present multiple times in the list.")
    if most is not None and len(names) > most:
        raise Refuse(-1101, "Too many parameters sent for this endpoint.")
    return [canonical(name) for name in names]


def text_list(text: str, name: str) -> list[str]:
    """The texts of a JSON array.

    Raises:
        Refuse: -1135 for no array of texts, or an empty one.
    """
    try:
        values = msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        values = []
    if not values:
        raise Refuse(-1135, f"JSON sent for parameter '{name}' is not valid")
    return values


def each_symbol(
    dialect: BinanceDialect,
    call: Call,
    row: Callable[[str], Any],
    *,
    is_one_needed: bool = False,
    most: int | None = None,
) -> Any:
    """An object for ``symbol``, a list for ``symbols`` or nothing; ``symbolStatus`` selects.

    Raises:
        Refuse: -1128 for both, -1102 for none where one is needed, -1220, -1122.
    """
    given = call.parameters
    if "symbol" in given and "symbols" in given:
        raise errors.of(errors.COMBINATION)
    if "symbol" in given:
        symbol = canonical(given["symbol"])
        check_status(dialect, call, symbol)
        return row(symbol)
    if is_one_needed and "symbols" not in given:
        raise errors.one_of("symbol", "symbols")
    names: Sequence[str] = list(dialect.world.core.instruments)
    if "symbols" in given:
        names = symbol_list(given["symbols"], most=most)
    return [row(name) for name in with_status(dialect, call, names)]


def with_status(dialect: BinanceDialect, call: Call, symbols: Sequence[str]) -> list[str]:
    """Those of the symbols that have the ``symbolStatus`` asked for, if any is."""
    wanted = _wanted_status(call)
    return [name for name in symbols if wanted in (None, status_of(dialect, name))]


def check_status(dialect: BinanceDialect, call: Call, symbol: str) -> None:
    """Hold one symbol against the ``symbolStatus`` asked for.

    Raises:
        Refuse: -1220, or -1122 for a status there is not.
    """
    if _wanted_status(call) not in (None, status_of(dialect, symbol)):
        raise Refuse(-1220, "The symbol's status does not match the requested symbolStatus.")


def status_of(dialect: BinanceDialect, symbol: str) -> str:
    """The symbol's status as the venue names it."""
    return STATUSES[dialect.world.core.instruments[symbol].status]


def _wanted_status(call: Call) -> str | None:
    wanted = call.parameters.get("symbolStatus")
    if wanted is not None and wanted not in WANTED_STATUSES:
        raise Refuse(-1122, "Invalid symbolStatus.")
    return wanted


# ---------------------------------------------------------------- numbers, times, words


def whole(
    call: Call,
    name: str,
    *,
    default: int,
    maximum: int | None = None,
    is_clamped: bool = False,
) -> int:
    """A parameter that is a whole number.

    Raises:
        Refuse: -1100 for other characters, -1108 beyond 64 bits, -1130 for a number out of range.
    """
    text = call.parameters.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        raise errors.illegal(name, "^[0-9]{1,20}$")
    value = int(text)
    if value > LARGEST:
        raise errors.overflowed(name)
    if maximum is not None and value > maximum:
        if not is_clamped:
            raise errors.invalid(name)
        value = maximum
    if name == "limit" and value == 0:
        raise errors.invalid(name)
    return value


def limit_of(call: Call, *, default: int = 500, maximum: int = 1000) -> int:
    """How many rows are asked for; more than the maximum is the maximum."""
    return whole(call, "limit", default=default, maximum=maximum, is_clamped=True)


def bounds(call: Call) -> tuple[int | None, int | None]:
    """``startTime`` and ``endTime`` in nanoseconds, both inclusive; both units are accepted.

    The end is that of its millisecond, or microsecond: what happened within it has that time on the wire.
    """

    def read(name: str) -> tuple[int, int] | None:
        if name not in call.parameters:
            return None
        value = whole(call, name, default=0)
        unit_ns = 1000 if value > 10**14 else 1_000_000
        return min(LAST_NS, value * unit_ns), unit_ns

    first, last = read("startTime"), read("endTime")
    start = None if first is None else first[0]
    end = None if last is None else last[0] + last[1] - 1
    if start is not None and end is not None and start > end:
        raise errors.of(errors.COMBINATION)
    return start, end


def day_bounds(call: Call) -> tuple[int | None, int | None]:
    """``bounds`` no more than 24 hours apart.

    Raises:
        Refuse: -1127.
    """
    start, end = bounds(call)
    if start is not None and end is not None and end - start >= DAY_NS + 1_000_000:
        raise Refuse(-1127, "More than 24 hours between startTime and endTime.")
    return start, end


def time_zone(call: Call) -> int:
    """``timeZone`` as nanoseconds east of UTC: ``0``, ``-1:00``, ``05:45``, from -12:00 to +14:00."""
    text = call.parameters.get("timeZone", "0")
    found = re.fullmatch(r"([+-]?)(\d{1,2})(?::([0-5]\d))?", text)
    if found is None:
        raise errors.invalid("timeZone")
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    minutes = -minutes if found[1] == "-" else minutes
    if not -12 * 60 <= minutes <= 14 * 60:
        raise errors.invalid("timeZone")
    return minutes * 60 * SECOND_NS


def units(call: Call, name: str) -> int | None:
    """A number parameter in units.

    Raises:
        Refuse: -1100 for other characters, -1111 for more than eight decimals.
    """
    text = call.parameters.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise errors.illegal(name, f"^{NUMBER}$")
    before, _, after = text.partition(".")
    if after[8:].strip("0"):
        raise errors.too_precise(name)
    return int(before) * SCALE + int(after[:8].ljust(8, "0"))


def is_true(call: Call, name: str, *, default: bool = False) -> bool:
    """A parameter that is ``true`` or ``false``.

    Raises:
        Refuse: -1130 for anything else.
    """
    text = call.parameters.get(name, "true" if default else "false").lower()
    if text not in ("true", "false"):
        raise errors.invalid(name)
    return text == "true"


def word(call: Call, name: str, known: Sequence[str], default: str) -> str:
    """A parameter with a few values.

    Raises:
        Refuse: -1130 for another one.
    """
    text = call.parameters.get(name, default)
    if text not in known:
        raise errors.invalid(name)
    return text


def client_id(call: Call, name: str) -> str | None:
    """A client-made id.

    Raises:
        Refuse: -1100.
    """
    text = call.parameters.get(name)
    if not text:
        return None
    if not _CLIENT_ID.fullmatch(text):
        raise errors.illegal(name, f"^{CLIENT_ID}$")
    return text

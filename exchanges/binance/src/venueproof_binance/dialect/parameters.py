"""Reading request parameters. Source: REST page, "General information on endpoints"; error codes page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.listings import BY_VENUE_SYMBOL
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

DAY_NS = 86_400 * SECOND_NS
NUMBER = r"([0-9]{1,20})(\.[0-9]{1,20})?"
CLIENT_ID = r"[a-zA-Z0-9-_]{1,36}"


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


def symbol_list(text: str) -> list[str]:
    """Canonical symbols of a JSON array.

    Raises:
        Refuse: -1135 for no array, -1151 for a symbol named twice, -1121.
    """
    try:
        names = msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        raise Refuse(-1135, "JSON sent for parameter 'symbols' is not valid") from None
    if len(set(names)) != len(names):
        raise Refuse(-1151, "Symbol is present multiple times in the list.")
    return [canonical(name) for name in names]


def each_symbol(dialect: BinanceDialect, call: Call, row: Callable[[str], Any]) -> Any:
    """An object for ``symbol``, a list for ``symbols`` or nothing."""
    if "symbol" in call.parameters and "symbols" in call.parameters:
        raise Refuse(-1128, "Combination of optional parameters invalid.")
    if "symbol" in call.parameters:
        return row(canonical(call.parameters["symbol"]))
    names: Sequence[str] = list(dialect.world.core.instruments)
    if "symbols" in call.parameters:
        names = symbol_list(call.parameters["symbols"])
    return [row(name) for name in names]


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
        Refuse: -1100 for other characters, -1130 for a number out of range.
    """
    text = call.parameters.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,19}", text):
        raise errors.illegal(name, "^[0-9]{1,20}$")
    value = int(text)
    if maximum is not None and value > maximum:
        if not is_clamped:
            raise Refuse(-1130, f"Data sent for parameter '{name}' is not valid.")
        value = maximum
    if name == "limit" and value == 0:
        raise Refuse(-1130, f"Data sent for parameter '{name}' is not valid.")
    return value


def bounds(call: Call) -> tuple[int | None, int | None]:
    """``startTime`` and ``endTime`` in nanoseconds; both units are accepted."""

    def read(name: str) -> int | None:
        if name not in call.parameters:
            return None
        value = whole(call, name, default=0)
        return value * 1000 if value > 10**14 else value * 1_000_000

    start, end = read("startTime"), read("endTime")
    if start is not None and end is not None and start > end:
        raise Refuse(-1128, "Combination of optional parameters invalid.")
    return start, end


def units(call: Call, name: str) -> int | None:
    """A number parameter in units.

    Raises:
        Refuse: -1100 for other characters, -1111 for more than eight decimals.
    """
    text = call.parameters.get(name)
    if text is None:
        return None
    if not re.fullmatch(NUMBER, text):
        raise errors.illegal(name, f"^{NUMBER}$")
    before, _, after = text.partition(".")
    if after[8:].strip("0"):
        raise errors.too_precise(name)
    return int(before) * SCALE + int(after[:8].ljust(8, "0"))


def client_id(call: Call, name: str) -> str | None:
    """A client-made id.

    Raises:
        Refuse: -1100.
    """
    text = call.parameters.get(name)
    if not text:
        return None
    if not re.fullmatch(CLIENT_ID, text):
        raise errors.illegal(name, f"^{CLIENT_ID}$")
    return text

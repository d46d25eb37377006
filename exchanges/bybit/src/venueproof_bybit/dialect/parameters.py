"""Reading request parameters: the query of a GET, the JSON object of a POST or of a socket's request."""

from __future__ import annotations

import base64
import re
from typing import Any

from venueproof_bybit.dialect import errors
from venueproof_bybit.dialect.listings import BY_VENUE_SYMBOL
from venueproof_bybit.dialect.wire import MS, encode
from venueproof_simulator.toolkit import Call
from venueproof_simulator.venue_core import SCALE

NUMBER = re.compile(r"\d{1,20}(\.\d{1,20})?")
LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")


def as_texts(document: Any) -> dict[str, str]:
    """A JSON object as names and texts; what is nested stays JSON."""
    if not isinstance(document, dict):
        return {}
    return {
        name: value if isinstance(value, str) else encode(value).decode()
        for name, value in document.items()
    }


def required(call: Call, name: str) -> str:
    """A parameter that must be there.

    Raises:
        Refuse: 10001.
    """
    value = call.parameters.get(name)
    if not value:
        raise errors.parameter()
    return value


def category(call: Call, default: str | None = None) -> None:
    """Only spot is served.

    Raises:
        Refuse: 10001.
    """
    found = call.parameters.get("category", default)
    if found != "spot":
        raise errors.parameter(
            "params error: Category is invalid" if found else "params error: category"
        )


def market_symbol(call: Call) -> str:
    """The canonical symbol of a market data request.

    Raises:
        Refuse: 10001.
    """
    listing = BY_VENUE_SYMBOL.get(required(call, "symbol"))
    if listing is None:
        raise errors.of(errors.NOT_SUPPORTED_SYMBOL)
    return listing.rules.symbol


def order_symbol(call: Call, *, is_optional: bool = False) -> str | None:
    """The canonical symbol of a trading request.

    Raises:
        Refuse: 10001 or 170121.
    """
    if is_optional and not call.parameters.get("symbol"):
        return None
    listing = BY_VENUE_SYMBOL.get(required(call, "symbol"))
    if listing is None:
        raise errors.of(errors.INVALID_SYMBOL)
    return listing.rules.symbol


def whole(call: Call, name: str, default: int, least: int = 0, most: int = 2**63) -> int:
    """A whole number within bounds.

    Raises:
        Refuse: 10001.
    """
    text = call.parameters.get(name) or str(default)
    if not text.isdigit() or not least <= int(text) <= most:
        raise errors.parameter(f"params error: {name} invalid")
    return int(text)


def units(call: Call, name: str) -> int | None:
    """A number of the order, in units; ``None`` if it is not given.

    Raises:
        Refuse: 170130; or -1 digits too many are told by the checks of the order.
    """
    text = call.parameters.get(name)
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise errors.invalid(name)
    integer, _, fraction = text.partition(".")
    if fraction[8:].strip("0"):
        raise errors.of(errors.PRICE_DECIMALS if name == "price" else errors.QUANTITY_DECIMALS)
    return int(integer) * SCALE + int(fraction[:8].ljust(8, "0") or 0)


def time_ns(call: Call, name: str) -> int | None:
    """A time in milliseconds, in nanoseconds.

    Raises:
        Refuse: 10001.
    """
    if not call.parameters.get(name):
        return None
    return whole(call, name, 0, most=9_999_999_999_999) * MS


def page(call: Call, rows: list[Any], limit: int, key: Any) -> tuple[list[Any], str]:
    """One page of rows that fall by ``key``, and the cursor of the next; the cursor is opaque.

    Raises:
        Refuse: 10001 for a cursor that is none of ours.
    """
    cursor = call.parameters.get("cursor")
    if cursor:
        try:
            last = int(base64.urlsafe_b64decode(cursor.replace("%3D", "=").encode()).decode())
        except ValueError:
            raise errors.parameter("params error: cursor invalid") from None
        rows = [row for row in rows if key(row) < last]
    shown = rows[:limit]
    if len(rows) <= limit:
        return shown, ""
    return shown, base64.urlsafe_b64encode(str(key(shown[-1])).encode()).decode().replace(
        "=", "%3D"
    )

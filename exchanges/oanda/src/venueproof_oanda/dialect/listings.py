"""What is dealt in, and the market it opens with.

Source: https://developer.oanda.com/rest-live-v20/primitives-df/#Instrument
"""

from decimal import Decimal
from typing import Any

import msgspec

from venueproof_simulator.dialect import Listing
from venueproof_simulator.venue_core import SCALE, InstrumentRules, to_units

HOME = "USD"
BALANCES = {HOME: 100_000 * SCALE}


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue tells of an instrument beyond what a core must know.

    Attributes:
        pip_location: A pip is ten to the power of it.
        price_digits: Decimals of its prices.
        unit_digits: Decimals of its units.
        margin_rate: Of the position's value, in units of 1e-8.
        has_books: Whether order and position books are made of it.
    """

    name: str
    kind: str
    title: str
    pip_location: int
    price_digits: int
    unit_digits: int
    margin_rate: int
    smallest_trail: str
    largest_trail: str
    has_books: bool = False


def _listing(
    base: str,
    quote: str,
    *,
    kind: str,
    digits: int,
    pip: int,
    middle: str,
    largest: int,
    typical: int,
    spread: int,
    rate: str,
    trails: tuple[str, str],
    unit_digits: int = 0,
    has_books: bool = False,
) -> tuple[Listing, Terms]:
    lot = SCALE // 10**unit_digits
    rules = InstrumentRules(
        symbol=f"{base}-{quote}",
        base=base,
        quote=quote,
        tick_size=SCALE // 10**digits,
        lot_size=lot,
        minimum_quantity=lot,
        maximum_quantity=largest * SCALE,
    )
    listing = Listing(
        rules=rules,
        middle=to_units(Decimal(middle)),
        typical_quantity=typical * SCALE,
        spread_ticks=spread,
    )
    terms = Terms(
        name=f"{base}_{quote}",
        kind=kind,
        title=f"{base}/{quote}",
        pip_location=pip,
        price_digits=digits,
        unit_digits=unit_digits,
        margin_rate=to_units(Decimal(rate)),
        smallest_trail=trails[0],
        largest_trail=trails[1],
        has_books=has_books,
    )
    return listing, terms


_FX: dict[str, Any] = {"kind": "CURRENCY", "largest": 100_000_000, "typical": 100_000}
_MAJOR: dict[str, Any] = {**_FX, "digits": 5, "pip": -4, "trails": ("0.00050", "1.00000")}
_YEN: dict[str, Any] = {**_FX, "digits": 3, "pip": -2, "trails": ("0.050", "100.000")}
_ROWS = [
    _listing("EUR", "USD", middle="1.09180", spread=10, rate="0.02", has_books=True, **_MAJOR),
    _listing("USD", "JPY", middle="149.250", spread=12, rate="0.03", has_books=True, **_YEN),
    _listing("GBP", "USD", middle="1.26540", spread=14, rate="0.03", **_MAJOR),
    _listing("EUR", "GBP", middle="0.86280", spread=12, rate="0.05", **_MAJOR),
    _listing("EUR", "JPY", middle="162.950", spread=16, rate="0.04", **_YEN),
    _listing(
        "XAU",
        "USD",
        kind="METAL",
        digits=3,
        pip=-2,
        middle="2035.500",
        largest=20_000,
        typical=20,
        spread=300,
        rate="0.05",
        trails=("0.050", "1000.000"),
    ),
    _listing(
        "US30",
        "USD",
        kind="CFD",
        digits=1,
        pip=0,
        middle="38650.0",
        largest=1000,
        typical=4,
        spread=24,
        rate="0.05",
        trails=("5.0", "10000.0"),
        unit_digits=1,
    ),
]
LISTINGS = tuple(listing for listing, _ in _ROWS)
TERMS_OF = {listing.rules.symbol: terms for listing, terms in _ROWS}
BY_NAME = {terms.name: listing for listing, terms in _ROWS}

"""What is traded. Source: "Get Instruments Info"; ticks and lots are chosen to cover what connectors get wrong."""

from decimal import Decimal
from typing import NamedTuple

from venueproof_simulator.dialect import Listing
from venueproof_simulator.venue_core import SCALE, InstrumentRules, to_units


class Terms(NamedTuple):
    """What the venue says of a symbol beyond ticks and lots, in units.

    Attributes:
        quote_precision: Step of an amount of quote currency.
        band: How far from the index a limit price may be, as a fraction of 1/10,000.
    """

    quote_precision: int
    maximum_market: int
    band: int = 5000


def _listing(symbol: str, tick: str, lot: str, middle: str, typical: str, least: str) -> Listing:
    base, quote = symbol.split("-")
    lot_size = to_units(Decimal(lot))
    return Listing(
        rules=InstrumentRules(
            symbol=symbol,
            base=base,
            quote=quote,
            tick_size=to_units(Decimal(tick)),
            lot_size=lot_size,
            minimum_quantity=lot_size,
            maximum_quantity=to_units(Decimal(typical) * 10_000),
            minimum_notional=to_units(Decimal(least)),
        ),
        middle=to_units(Decimal(middle)),
        typical_quantity=to_units(Decimal(typical)),
    )


LISTINGS = (
    _listing("BTC-USDT", "0.1", "0.000001", "60000", "0.5", "5"),
    _listing("ETH-USDT", "0.01", "0.00001", "3000", "5", "5"),
    _listing("ETH-BTC", "0.00001", "0.001", "0.05", "5", "0.0001"),
    _listing("PEPE-USDT", "0.00000001", "1", "0.00001234", "9000000", "5"),
    _listing("XRP-USDT", "0.0005", "0.01", "0.5", "3000", "5"),
    _listing("BTC-BRL", "10", "0.00000001", "300000", "0.5", "10"),
)
TERMS = {
    listing.rules.symbol: Terms(
        quote_precision=max(1, listing.rules.tick_size * listing.rules.lot_size // SCALE),
        maximum_market=(listing.rules.maximum_quantity or 0) // 2,
    )
    for listing in LISTINGS
}
BALANCES = {
    "USDT": 1_000_000 * SCALE,
    "BTC": 20 * SCALE,
    "ETH": 300 * SCALE,
    "PEPE": 5_000_000_000 * SCALE,
    "XRP": 100_000 * SCALE,
    "BRL": 3_000_000 * SCALE,
}
BY_VENUE_SYMBOL = {listing.rules.symbol.replace("-", ""): listing for listing in LISTINGS}


def venue_symbol(symbol: str) -> str:
    """``BTC-USDT`` as the wire has it: ``BTCUSDT``."""
    return symbol.replace("-", "")

"""What is traded. Source: "List all currency pairs supported"; steps are powers of ten, told as decimals."""

from decimal import Decimal

from venueproof_simulator.dialect import Listing
from venueproof_simulator.venue_core import SCALE, InstrumentRules, to_units


def _listing(
    symbol: str, precision: int, amount_precision: int, middle: str, typical: str, least: str
) -> Listing:
    base, quote = symbol.split("-")
    lot = to_units(Decimal(1).scaleb(-amount_precision))
    return Listing(
        rules=InstrumentRules(
            symbol=symbol,
            base=base,
            quote=quote,
            tick_size=to_units(Decimal(1).scaleb(-precision)),
            lot_size=lot,
            minimum_quantity=lot,
            maximum_quantity=to_units(Decimal(typical) * 10_000),
            minimum_notional=to_units(Decimal(least)),
        ),
        middle=to_units(Decimal(middle)),
        typical_quantity=to_units(Decimal(typical)),
    )


LISTINGS = (
    _listing("BTC-USDT", 1, 6, "60000", "0.5", "3"),
    _listing("ETH-USDT", 2, 4, "3000", "5", "3"),
    _listing("ETH-BTC", 5, 3, "0.05", "5", "0.0001"),
    _listing("PEPE-USDT", 8, 0, "0.00001234", "9000000", "3"),
    _listing("XRP-USDT", 4, 1, "0.5", "3000", "3"),
)
BALANCES = {
    "USDT": 1_000_000 * SCALE,
    "BTC": 20 * SCALE,
    "ETH": 300 * SCALE,
    "PEPE": 5_000_000_000 * SCALE,
    "XRP": 100_000 * SCALE,
}
CURRENCIES = tuple(BALANCES)


def venue_symbol(symbol: str) -> str:
    """``BTC-USDT`` as the wire has it: ``BTC_USDT``."""
    return symbol.replace("-", "_")


BY_PAIR = {venue_symbol(listing.rules.symbol): listing for listing in LISTINGS}


def decimals(step: int) -> int:
    """Decimals of a step in units, which is a power of ten."""
    return len(str(SCALE // step)) - 1

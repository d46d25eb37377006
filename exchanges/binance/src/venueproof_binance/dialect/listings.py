"""What is traded, with its filters.

Source: filters page, "Symbol filters" and "Exchange filters". Ticks and lots are chosen to cover what
connectors get wrong: cents, 1e-8 ticks, lots of one, steps that are no power of ten.
"""

from decimal import Decimal

from venueproof_simulator.dialect import Listing
from venueproof_simulator.venue_core import SCALE, InstrumentRules, to_units

MAXIMUM_OPEN_ORDERS = 200
MAXIMUM_ALGO_ORDERS = 5
MAXIMUM_AMENDS = 10
ICEBERG_PARTS = 100
BID_UP, BID_DOWN = Decimal("5"), Decimal("0.2")


def _listing(
    symbol: str, *, tick: str, lot: str, middle: str, typical: str, minimum_notional: str = "5"
) -> Listing:
    base, quote = symbol.split("-")
    rules = InstrumentRules(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_size=to_units(Decimal(tick)),
        lot_size=to_units(Decimal(lot)),
        minimum_quantity=to_units(Decimal(lot)),
        maximum_quantity=to_units(Decimal(lot) * 10**9),
        minimum_notional=to_units(Decimal(minimum_notional)),
    )
    return Listing(
        rules=rules,
        middle=to_units(Decimal(middle)),
        typical_quantity=to_units(Decimal(typical)),
    )


LISTINGS = (
    _listing("BTC-USDT", tick="0.01", lot="0.00001", middle="60000", typical="0.5"),
    _listing("ETH-USDT", tick="0.01", lot="0.0001", middle="3000", typical="5"),
    _listing(
        "ETH-BTC",
        tick="0.00001",
        lot="0.001",
        middle="0.05",
        typical="5",
        minimum_notional="0.0001",
    ),
    _listing("PEPE-USDT", tick="0.00000001", lot="1", middle="0.00001234", typical="9000000"),
    _listing("QTUM-USDT", tick="0.003", lot="0.5", middle="3.6", typical="400"),
)

BALANCES = {
    "USDT": 1_000_000 * SCALE,
    "BTC": 20 * SCALE,
    "ETH": 300 * SCALE,
    "BNB": 100 * SCALE,
    "PEPE": 5_000_000_000 * SCALE,
    "QTUM": 20_000 * SCALE,
}

BY_VENUE_SYMBOL = {listing.rules.symbol.replace("-", ""): listing for listing in LISTINGS}


def venue_symbol(symbol: str) -> str:
    """``BTC-USDT`` as the wire has it: ``BTCUSDT``."""
    return symbol.replace("-", "")

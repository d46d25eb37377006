"""What is traded, with its filters.

Source: filters page, "Symbol filters" and "Exchange filters". Ticks and lots are chosen to cover what
connectors get wrong: cents, ticks of 1e-8 and of 1e3, lots of 1e-8 and of five, steps that are no power of
ten. Each variant of a filter stands on one listing at least.
"""

from dataclasses import dataclass
from decimal import Decimal

from venueproof_simulator.dialect import Listing
from venueproof_simulator.venue_core import SCALE, FeeSchedule, InstrumentRules, to_units


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the venue says of a symbol beyond its ticks, lots and least notional.

    Attributes:
        is_notional_range: It has NOTIONAL; else MIN_NOTIONAL.
        is_by_side: It has PERCENT_PRICE_BY_SIDE; else PERCENT_PRICE.
        market_lot: MARKET_LOT_SIZE in units: least, most, step; ``None`` is as LOT_SIZE, with zeros.
        maximum_position: MAX_POSITION in units.
        reference_bucket_ms: It has a reference price, the mean over buckets of this width.
        price_range: It has the execution rule PRICE_RANGE: multipliers down and up.
    """

    is_notional_range: bool = True
    is_by_side: bool = True
    market_lot: tuple[int, int, int] | None = None
    maximum_position: int | None = None
    permissions: tuple[str, ...] = ("SPOT",)
    reference_bucket_ms: int | None = None
    price_range: tuple[str, str] | None = None


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
    _listing("BTC-IDR", tick="1000", lot="0.00000001", middle="950000000", typical="0.5"),
    _listing("DOGE-TRY", tick="0.005", lot="5", middle="12.5", typical="20000"),
    _listing("PAXG-TRY", tick="5", lot="0.25", middle="165000", typical="10"),
)

TERMS = {
    "BTC-USDT": Terms(permissions=("SPOT", "TRD_GRP_004"), reference_bucket_ms=1000),
    # The rule binds only while there is a reference price, which this symbol has not.
    "ETH-USDT": Terms(
        market_lot=(SCALE // 1000, 500 * SCALE, SCALE // 1000), price_range=("0.9500", "1.0500")
    ),
    "ETH-BTC": Terms(is_notional_range=False, is_by_side=False),
    "PEPE-USDT": Terms(),
    "QTUM-USDT": Terms(maximum_position=50_000 * SCALE, permissions=("SPOT", "TRD_GRP_004")),
    "BTC-IDR": Terms(),
    "DOGE-TRY": Terms(),
    "PAXG-TRY": Terms(),
}

# The venue's lowest tier at which makers pay less than takers: what exchanges the two is seen.
# Source: https://www.binance.com/en/fee/trading, VIP 1.
FEES = FeeSchedule(maker_ppm=900, taker_ppm=1000)

BALANCES = {
    "USDT": 1_000_000 * SCALE,
    "BTC": 20 * SCALE,
    "ETH": 300 * SCALE,
    "BNB": 100 * SCALE,
    "PEPE": 5_000_000_000 * SCALE,
    "QTUM": 20_000 * SCALE,
    "IDR": 20_000_000_000 * SCALE,
    "TRY": 5_000_000 * SCALE,
    "DOGE": 400_000 * SCALE,
    "PAXG": 50 * SCALE,
}

BY_VENUE_SYMBOL = {listing.rules.symbol.replace("-", ""): listing for listing in LISTINGS}


def venue_symbol(symbol: str) -> str:
    """``BTC-USDT`` as the wire has it: ``BTCUSDT``."""
    return symbol.replace("-", "")

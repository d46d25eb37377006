"""What a margin account is worth: profit, margin and closeout, in the account's home asset.

Pure arithmetic on integers of 1e-8 and fractions of them. Products of a price and a quantity are
called raw: they are in units of 1e-16. Rounding is half to even, once, where an amount of the home
asset comes to be.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import msgspec

from venueproof_simulator.venue_core import SCALE, InstrumentRules


class Quote(NamedTuple):
    """The prices at which positions are valued: the best bid and the best ask."""

    bid: int
    ask: int

    @property
    def middle(self) -> Fraction:
        """Half way between bid and ask."""
        return Fraction(self.bid + self.ask, 2)

    def closing(self, units: int) -> int:
        """The price that would close this many signed units."""
        return self.bid if units > 0 else self.ask


class Lot(NamedTuple):
    """Signed units of an instrument, held at a price."""

    symbol: str
    units: int
    price: int


class Valuation(msgspec.Struct, frozen=True):
    """An account at the quotes of one moment.

    Attributes:
        unrealised: Profit of the open lots at the quotes that close them.
        nav: Balance and unrealised profit.
        margin_used: Per instrument the larger side x middle x rate.
        margin_available: NAV above the margin used; never negative.
        closeout_nav: NAV with the open lots at middle prices.
    """

    balance: int
    unrealised: int
    nav: int
    margin_used: int
    margin_available: int
    closeout_nav: int

    @property
    def must_close_out(self) -> bool:
        """Whether half of the margin used is no longer covered."""
        return self.margin_used > 0 and 2 * self.closeout_nav <= self.margin_used


class Prices:
    """The latest quote of every instrument, and through them every quote asset in the home asset.

    Args:
        conversion_spread: What converting a profit costs, and a loss adds, as a fraction in units of
            1e-8. Margin is converted at the plain middle.

    Raises:
        ValueError: A quote asset is neither the home asset nor paired with it.
    """

    def __init__(
        self,
        instruments: Iterable[InstrumentRules],
        *,
        home_asset: str,
        conversion_spread: int = 0,
    ) -> None:
        self.home_asset = home_asset
        self._gain = Fraction(SCALE - conversion_spread, SCALE)
        self._loss = Fraction(SCALE + conversion_spread, SCALE)
        self._quotes: dict[str, Quote] = {}
        rules = list(instruments)
        self._quote_assets = {each.symbol: each.quote for each in rules}
        self._direct = {each.base: each.symbol for each in rules if each.quote == home_asset}
        self._inverse = {each.quote: each.symbol for each in rules if each.base == home_asset}
        for asset in sorted(set(self._quote_assets.values())):
            if asset != home_asset and asset not in self._direct and asset not in self._inverse:
                raise ValueError(f"no instrument converts {asset} into {home_asset}")

    def update(self, symbol: str, bid: int | None, ask: int | None) -> None:
        """Take the best prices of a new ladder; an empty side keeps its last price, never crossed."""
        last = self._quotes.get(symbol)
        if bid is None and last is not None:
            bid = last.bid if ask is None else min(last.bid, ask)
        if ask is None and last is not None:
            ask = last.ask if bid is None else max(last.ask, bid)
        if bid is not None and ask is not None:
            self._quotes[symbol] = Quote(bid, ask)

    def is_priced(self, symbol: str) -> bool:
        """Whether positions in it can be valued in the home asset."""
        asset = self._quote_assets[symbol]
        pair = self._direct.get(asset) or self._inverse.get(asset)
        return symbol in self._quotes and (asset == self.home_asset or pair in self._quotes)

    def quote(self, symbol: str) -> Quote:
        """The latest quote."""
        return self._quotes[symbol]

    def home_rate(self, symbol: str) -> Fraction:
        """Home asset per unit of the instrument's quote asset, at the middle."""
        asset = self._quote_assets[symbol]
        if asset == self.home_asset:
            return Fraction(1)
        if asset in self._direct:
            return self._quotes[self._direct[asset]].middle / SCALE
        return SCALE / self._quotes[self._inverse[asset]].middle

    def value(self, symbol: str, raw: Fraction | int) -> int:
        """A raw amount of the quote asset in the home asset, at the plain middle."""
        return round(self.home_rate(symbol) * raw / SCALE)

    def profit(self, symbol: str, raw: Fraction | int) -> int:
        """A raw profit or loss in the quote asset, as booked in the home asset."""
        if self._quote_assets[symbol] == self.home_asset:
            return round(Fraction(raw) / SCALE)
        return round(self.home_rate(symbol) * raw * (self._gain if raw > 0 else self._loss) / SCALE)


def appraise(
    balance: int, lots: Iterable[Lot], prices: Prices, margin_rates: Mapping[str, int]
) -> Valuation:
    """Value an account that holds these lots; rates are fractions in units of 1e-8."""
    unrealised = closeout_unrealised = margin_used = 0
    sides: dict[str, list[int]] = {}
    for symbol, units, price in lots:
        quote = prices.quote(symbol)
        unrealised += prices.profit(symbol, (quote.closing(units) - price) * units)
        closeout_unrealised += prices.profit(symbol, (quote.middle - price) * units)
        side = sides.setdefault(symbol, [0, 0])
        side[units < 0] += abs(units)
    for symbol, side in sides.items():
        rate = Fraction(margin_rates[symbol], SCALE)
        margin_used += prices.value(symbol, max(side) * prices.quote(symbol).middle * rate)
    nav = balance + unrealised
    return Valuation(
        balance=balance,
        unrealised=unrealised,
        nav=nav,
        margin_used=margin_used,
        margin_available=max(0, nav - margin_used),
        closeout_nav=balance + closeout_unrealised,
    )

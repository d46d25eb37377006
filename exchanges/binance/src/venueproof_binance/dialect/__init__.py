"""Binance Spot's side of the wire, for the simulator.

Written from the venue's documents (https://developers.binance.com/docs/binance-spot-api-docs), never from
the connector: a mistake shared by both sides would cancel out.
"""

from venueproof_binance.dialect.venue import BinanceDialect

DIALECT = BinanceDialect

__all__ = ["DIALECT", "BinanceDialect"]

"""Bybit's side of the wire, for the simulator: v5, category spot, unified account.

Written from the venue's documents (https://bybit-exchange.github.io/docs/v5/intro), never from the connector: a
mistake shared by both sides would cancel out.
"""

from venueproof_bybit.dialect.venue import BybitDialect

DIALECT = BybitDialect

__all__ = ["DIALECT", "BybitDialect"]

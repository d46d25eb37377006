"""OANDA's side of the wire, for the simulator.

Written from the venue's documents, never from the connector: a mistake shared by both sides would cancel out.
"""

from venueproof_oanda.dialect.venue import OandaDialect

DIALECT = OandaDialect

__all__ = ["DIALECT", "OandaDialect"]

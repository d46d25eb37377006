"""Gate.io Spot's side of the wire, for the simulator.

Written from the venue's documents, never from the connector: a mistake shared by both sides would cancel out.
"""

from venueproof_gateio.dialect.venue import GateioDialect

DIALECT = GateioDialect

__all__ = ["DIALECT", "GateioDialect"]

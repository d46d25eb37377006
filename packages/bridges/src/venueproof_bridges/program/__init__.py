"""Any program as a connector, in any language: one JSON object per line on its standard input and output.

The protocol is described in ``docs/guides/connector-protocol.md``.
"""

from venueproof_bridges.program.bridge import ProgramBridge

__all__ = ["ProgramBridge"]

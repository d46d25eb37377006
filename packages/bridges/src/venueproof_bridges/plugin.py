"""What this package registers."""

from collections.abc import Sequence

from venueproof_bridges.ccxt.bridge import CcxtBridge
from venueproof_bridges.program.bridge import ProgramBridge
from venueproof_core import Bridge, hookimpl


@hookimpl
def venueproof_register_bridge() -> Sequence[Bridge]:
    """Offer clients that nobody here wrote."""
    return [CcxtBridge(), ProgramBridge()]

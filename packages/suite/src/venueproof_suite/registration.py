"""What this package offers to the run: its cases, and the venues' real environments as targets."""

from collections.abc import Sequence

from venueproof_core import hookimpl
from venueproof_core.control import Target
from venueproof_suite.targets import REAL_TARGETS


@hookimpl
def venueproof_register_cases() -> str:
    """Offer the shared catalogue."""
    return "venueproof_suite.cases"


@hookimpl
def venueproof_register_target() -> Sequence[Target]:
    """Offer testnet, practice and live."""
    return REAL_TARGETS

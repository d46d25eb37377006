"""What this package offers to the run: its cases, and real environments as targets."""

from venueproof_core import hookimpl


@hookimpl
def venueproof_register_cases() -> str:
    """Offer the shared catalogue."""
    return "venueproof_suite.cases"

"""What OANDA offers, each with where the venue says so."""

from venueproof_core import Capabilities


class OandaCapabilities(Capabilities):
    """Override each capability that the venue's documents settle; the others stay undeclared."""

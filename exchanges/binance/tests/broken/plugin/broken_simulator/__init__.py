"""A target for the tests alone: the venue's simulator, with one mistake made in its process."""

from venueproof_core import hookimpl
from venueproof_simulator.target import SimulatorTarget


class BrokenSimulatorTarget(SimulatorTarget):
    """Which mistake is in the environment variable that ``__main__`` reads."""

    name = "broken-simulator"
    module = "broken_simulator"


@hookimpl
def venueproof_register_target() -> BrokenSimulatorTarget:
    """Offer it."""
    return BrokenSimulatorTarget()

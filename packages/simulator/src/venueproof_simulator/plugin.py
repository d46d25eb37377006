"""What this package registers. Light: the simulator itself runs in another process."""

from venueproof_core import hookimpl
from venueproof_simulator.target import SimulatorTarget


@hookimpl
def venueproof_register_target() -> SimulatorTarget:
    """Offer the embedded venues as a target."""
    return SimulatorTarget()

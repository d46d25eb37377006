"""``venueproof simulate``: become the simulator."""

from argparse import Namespace

from venueproof_simulator.main import main


def run(options: Namespace) -> int:
    """Serve a simulated venue until told to stop."""
    return main(options.arguments)

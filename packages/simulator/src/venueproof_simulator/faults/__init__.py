"""Faults: one file each; the registered name is the file's name."""

from venueproof_simulator.faults.base import Fault, Faults, registry

__all__ = ["Fault", "Faults", "registry"]

"""Embedded venues: worlds, venue cores, ledger, clocks, limits, faults, control plane, dialect toolkit."""

"""The contract of venueproof. No sockets, no files, no clock reads."""

from venueproof_core.capabilities import (
    Capabilities,
    Declaration,
    Support,
    capability,
    supported,
    unsupported,
)
from venueproof_core.clock import Clock
from venueproof_core.defects import Defect, Seam
from venueproof_core.errors import Outcome, Retry, RuleViolation, VenueError, VenueproofError
from venueproof_core.hookspecs import hookimpl
from venueproof_core.results import IntegrationTestReport, TestResult
from venueproof_core.rules import BugClass, Level, Rule, Steering
from venueproof_core.tables import WireTables
from venueproof_core.venue import (
    Bridge,
    ClientData,
    Connector,
    Environment,
    KnownFailure,
    Omission,
    Projection,
    Venue,
)
from venueproof_core.verdict import Verdict

__all__ = [
    "Bridge",
    "BugClass",
    "Capabilities",
    "ClientData",
    "Clock",
    "Connector",
    "Declaration",
    "Defect",
    "Environment",
    "IntegrationTestReport",
    "KnownFailure",
    "Level",
    "Omission",
    "Outcome",
    "Projection",
    "Retry",
    "Rule",
    "RuleViolation",
    "Seam",
    "Steering",
    "Support",
    "TestResult",
    "Venue",
    "VenueError",
    "VenueproofError",
    "Verdict",
    "WireTables",
    "capability",
    "hookimpl",
    "supported",
    "unsupported",
]

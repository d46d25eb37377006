"""A venue, a target and connectors for the suite's own tests, registered like an installed package."""

from dataclasses import replace

from fake_venue.client import connect, connect_clumsy
from fake_venue.target import FakeTarget
from venueproof_core import (
    Capabilities,
    Connector,
    Declaration,
    Defect,
    Environment,
    KnownFailure,
    Omission,
    Seam,
    Venue,
    capability,
    hookimpl,
    supported,
    unsupported,
)
from venueproof_core.control import Target
from venueproof_core.rules import BugClass
from venueproof_suite.targets import REAL_TARGETS


class FakeCapabilities(Capabilities):
    """What the fake offers."""

    @capability
    def order_book_snapshot(self) -> Declaration:
        """Answers a request for the order book."""
        return supported("https://fake.example/book")

    @capability
    def positions(self) -> Declaration:
        """Keeps positions."""
        return unsupported("a spot venue has none", "https://fake.example/faq")


VENUE = Venue(
    name="fake",
    title="Fake Venue",
    capabilities=FakeCapabilities(),
    environments=(
        Environment(
            name="testnet",
            endpoints={"rest": "http://127.0.0.1:1"},
            credentials={"api_key": "FAKE_TESTNET_API_KEY"},
        ),
    ),
)
REFERENCE = Connector(
    venue="fake",
    connect=connect,
    version="1.2.0",
    leaves_out={"fee_rates": Omission(reason="not written yet", source="https://fake.example/1")},
)
CLUMSY = replace(
    REFERENCE,
    name="clumsy",
    connect=connect_clumsy,
    known_failures={
        "small/fails": KnownFailure(
            explanation="counts wrong", versions=">=1,<2", expires="2999-01-01"
        ),
        "small/passes": KnownFailure(explanation="cured", versions=">=1,<2", expires="2999-01-01"),
        "small/gone": KnownFailure(explanation="renamed", versions=">=1,<2", expires="2999-01-01"),
        "small/expired": KnownFailure(explanation="old", versions=">=1,<2", expires="2020-01-01"),
    },
)


def _without_time(connector: Connector) -> Connector:
    return replace(connector, leaves_out={"venue_time_ns": Omission(reason="the defect took it")})


@hookimpl
def venueproof_register_venue() -> Venue:
    """Offer the venue."""
    return VENUE


@hookimpl
def venueproof_register_connector() -> list[Connector]:
    """Offer a good and a clumsy connector."""
    return [REFERENCE, CLUMSY]


@hookimpl
def venueproof_register_target() -> list[Target]:
    """Offer a simulator, and what the suite offers where its own plugin is loaded."""
    return [FakeTarget(), *REAL_TARGETS]


@hookimpl
def venueproof_register_cases() -> str:
    """Offer the cases."""
    return "fake_venue.cases"


@hookimpl
def venueproof_register_defects() -> list[Defect]:
    """Offer a defect."""
    return [
        Defect(
            name="no-time",
            seam=Seam.COMPONENT,
            bug_class=BugClass.timestamps,
            breaks="has lost its clock",
            caught_by=("small/time",),
            apply=_without_time,
        )
    ]

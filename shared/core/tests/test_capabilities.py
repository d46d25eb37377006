"""Capabilities: named on the class, declared on the instance."""

import pytest

from venueproof_core import Capabilities, Declaration, Support, capability, supported, unsupported


class SomeVenue(Capabilities):
    @capability
    def amend_order(self) -> Declaration:
        """Changes an open order's quantity under the same venue order id."""
        return unsupported("orders cannot be changed", "https://example.org/orders")

    @capability
    def auctions(self) -> Declaration:
        """Holds auctions.

        Twice a day.
        """
        return supported("https://example.org/auctions")


def test_capability_on_the_class_is_the_requirement_itself() -> None:
    assert isinstance(Capabilities.amend_order, capability)
    assert Capabilities.amend_order.name == "amend_order"


def test_capability_on_a_venue_is_its_declaration() -> None:
    declared = SomeVenue().amend_order

    assert declared.support is Support.UNSUPPORTED
    assert declared.reason == "orders cannot be changed"
    assert declared.source == "https://example.org/orders"


def test_what_a_venue_does_not_settle_is_undeclared() -> None:
    assert SomeVenue().balances.support is Support.UNDECLARED


def test_misspelt_capability_fails_at_once() -> None:
    with pytest.raises(AttributeError):
        Capabilities.amend_ordr  # noqa: B018


def test_requirement_is_the_first_line_of_the_docstring() -> None:
    assert SomeVenue.auctions.requirement == "Holds auctions."


def test_names_keep_the_order_of_the_class_and_append_a_venues_own() -> None:
    assert SomeVenue.names() == [*Capabilities.names(), "auctions"]


def test_every_capability_says_what_it_requires() -> None:
    vague = [name for name in Capabilities.names() if not getattr(Capabilities, name).__doc__]

    assert vague == []


def test_declarations_cover_every_name() -> None:
    assert list(SomeVenue().declarations()) == SomeVenue.names()

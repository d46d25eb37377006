"""Every extension point. Hooks register objects; behaviour lives in the objects' interfaces.

A package joins by an entry point of group ``venueproof`` that names a module with hook implementations.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from venueproof_core.control import Target
    from venueproof_core.defects import Defect
    from venueproof_core.venue import Bridge, Connector, Venue

PROJECT = "venueproof"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def venueproof_register_venue() -> "Venue":  # type: ignore[empty-body]
    """Offer one venue to the run.

    Called once in every process, before collection. Does no I/O and returns an equal value each time:
    all xdist workers must collect the same cases.

    Returns:
        The venue. A name that another package already uses is a ``PluginError`` naming both packages.
    """


@hookspec
def venueproof_register_connector() -> "Connector | Sequence[Connector]":  # type: ignore[empty-body]
    """Offer clients to be tested against registered venues.

    Called like ``venueproof_register_venue``. Several connectors may name the same venue; each is run and
    reported on its own.

    Returns:
        One connector or several; venue and name together are unique.
    """


@hookspec
def venueproof_register_bridge() -> "Bridge | Sequence[Bridge]":  # type: ignore[empty-body]
    """Offer clients that can be used for many venues.

    Each is asked for its connector to every registered venue once all plugins are loaded.

    Returns:
        One bridge or several; names are unique.
    """


@hookspec
def venueproof_register_target() -> "Target | Sequence[Target]":  # type: ignore[empty-body]
    """Offer places to run cases on.

    Returns:
        One target or several; names are unique. Making one starts nothing.
    """


@hookspec
def venueproof_register_cases() -> str:  # type: ignore[empty-body]
    """Offer a package of cases.

    Returns:
        The importable name of a package whose ``test_*.py`` modules hold cases.
    """


@hookspec
def venueproof_register_defects() -> "Sequence[Defect]":  # type: ignore[empty-body]
    """Offer broken connectors, for ``venueproof prove``.

    Returns:
        Defects, each of one venue or of all.
    """
